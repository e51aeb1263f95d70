package sandbox

import (
	"maps"
	"math"
	"slices"
	"time"

	"github.com/dop251/goja"
)

// maxDelay is the longest wait of a browser's timer: longer ones are cut to it.
const maxDelay = math.MaxInt32 * time.Millisecond

// timer is one setTimeout or setInterval of the script.
type timer struct {
	handle  int64
	op      int // of the round that waits
	waiting bool
	delay   time.Duration
	repeats bool
	call    goja.Callable
	args    []goja.Value
	pos     Pos
}

// setTimer is setTimeout and setInterval.
func (p *pass) setTimer(name string, repeats bool) func(goja.FunctionCall) goja.Value {
	return func(call goja.FunctionCall) goja.Value {
		fn, ok := goja.AssertFunction(call.Argument(0))
		if !ok {
			panic(p.rt.NewTypeError("%s(fn, ms): fn must be a function", name))
		}
		t := &timer{repeats: repeats, call: fn, delay: delayOf(call.Argument(1)), pos: p.here()}
		if len(call.Arguments) > 2 {
			t.args = slices.Clone(call.Arguments[2:])
		}
		// Handles count per scope: those of a step must not shift the others.
		p.scope.nextTimer++
		t.handle = p.scope.nextTimer
		p.arm(t)
		return p.rt.ToValue(t.handle)
	}
}

func delayOf(v goja.Value) time.Duration {
	ms := v.ToFloat()
	if !(ms > 0) {
		return 0
	}
	if ms >= math.MaxInt32 {
		return maxDelay
	}
	return time.Duration(ms) * time.Millisecond
}

// arm asks the host for one round of t.
func (p *pass) arm(t *timer) {
	kind := OpTimer
	if p.scope.inStep {
		kind = OpStepTimer
	}
	if p.scope.timers == nil {
		p.scope.timers = make(map[int64]*timer)
	}
	p.scope.timers[t.handle] = t
	t.waiting = true
	t.op = p.issue(Op{Kind: kind, Delay: t.delay, Pos: t.pos}, &operation{timer: t})
}

// clearTimer is clearTimeout and clearInterval. Unknown handles do no harm.
func (p *pass) clearTimer(call goja.FunctionCall) goja.Value {
	if handle := call.Argument(0); goja.IsNumber(handle) {
		p.clear(p.scope, handle.ToInteger())
	}
	return goja.Undefined()
}

func (p *pass) clear(s *scope, handle int64) {
	t, ok := s.timers[handle]
	if !ok {
		return
	}
	delete(s.timers, handle)
	if t.waiting {
		t.waiting = false
		delete(p.ops, t.op)
		p.issue(Op{Kind: OpClear, Target: t.op}, nil)
	}
}

// clearTimers drops the timers that a step leaves behind.
func (p *pass) clearTimers(s *scope) {
	for _, handle := range slices.Sorted(maps.Keys(s.timers)) {
		p.clear(s, handle)
	}
}

// fire runs a timer's callback. What it throws ends the step or the pass.
func (p *pass) fire(op *operation) error {
	t, s := op.timer, op.scope
	t.waiting = false
	if !t.repeats {
		delete(s.timers, t.handle)
	}
	return p.within(s, func() error {
		if _, err := t.call(goja.Undefined(), t.args...); err != nil {
			if s.inStep {
				return p.failStep(s, err)
			}
			return p.fail(err)
		}
		if t.repeats && s.timers[t.handle] == t && !s.ended {
			p.arm(t)
		}
		return nil
	})
}
