package sandbox

import (
	"fmt"

	"github.com/dop251/goja"
)

// apply lets one event happen and runs the script until it can do nothing more.
func (p *pass) apply(ev Event) error {
	op, ok := p.ops[ev.Op]
	if !ok {
		return fmt.Errorf("apply %s: no operation %d is outstanding", ev.Kind, ev.Op)
	}
	if ev.Now.After(p.now) {
		p.now = ev.Now
	}
	if err := p.deliver(ev, op); err != nil {
		return err
	}
	return p.end()
}

// end brings to their end what the event has ended: closures of steps and snippets. The
// one can end the other.
func (p *pass) end() error {
	for {
		if err := p.endSteps(); err != nil {
			return err
		}
		if more, err := p.endSnippets(); !more || err != nil {
			return err
		}
	}
}

func (p *pass) deliver(ev Event, op *operation) error {
	switch {
	case ev.Kind == EventResolve && op.resolve != nil:
		delete(p.ops, ev.Op)
		v, err := p.codec.decode(ev.Value)
		if err != nil {
			return fmt.Errorf("decode the value of operation %d: %w", ev.Op, err)
		}
		return op.resolve(v)
	case ev.Kind == EventReject && op.reject != nil:
		delete(p.ops, ev.Op)
		return p.reject(ev, op)
	case ev.Kind == EventRunStep && op.kind == OpStep && op.call != nil:
		return p.runStep(ev.Op, op)
	case ev.Kind == EventRunSource && op.snippet != nil:
		delete(p.ops, ev.Op)
		return p.runSource(op.snippet, ev.Text)
	case ev.Kind == EventFire && op.timer != nil:
		delete(p.ops, ev.Op)
		return p.fire(op)
	}
	return fmt.Errorf("apply event: %s does not fit the %s %d", ev.Kind, op.kind, ev.Op)
}

// reject delivers the host's error, and remembers it: the code may end with it.
func (p *pass) reject(ev Event, op *operation) error {
	e, err := p.codec.newError(ev.Name, ev.Text)
	if err != nil {
		return err
	}
	p.refused[e] = refusal{op: ev.Op, pos: op.pos}
	return op.reject(e)
}

// trackRejection keeps the rejections that nobody handles, each with the scope
// that caused it: those of a step are the step's.
func (p *pass) trackRejection(promise *goja.Promise, operation goja.PromiseRejectionOperation) {
	if operation == goja.PromiseRejectionHandle {
		p.handled(promise)
		return
	}
	p.noteRejection(promise.Result())
	p.rejected[promise] = p.scope
	p.scope.reject(promise)
}

// handled takes a rejected promise from those that nobody handles.
func (p *pass) handled(promise *goja.Promise) {
	if s, ok := p.rejected[promise]; ok {
		delete(p.rejected, promise)
		delete(s.rejections, promise)
	}
}
