package sandbox

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/dop251/goja"
)

// step is codemode.step(name, fn): it asks the host to run fn or to deliver what
// fn gave earlier. The promise settles only by the host's event.
func (p *pass) step(call goja.FunctionCall) goja.Value {
	p.refuseInStep("codemode.step")
	name, fn := call.Argument(0), call.Argument(1)
	if !goja.IsString(name) {
		panic(p.rt.NewTypeError("codemode.step(name, fn): name must be a string"))
	}
	closure, ok := goja.AssertFunction(fn)
	if !ok {
		panic(p.rt.NewTypeError("codemode.step(name, fn): fn must be a function"))
	}
	promise, resolve, reject := p.rt.NewPromise()
	p.stepCount++
	p.issue(Op{Kind: OpStep, Method: shorten(name.String(), maxMethod), Pos: p.here()}, &operation{
		resolve: resolve, reject: reject, call: closure,
		ordinal: p.stepCount,
	})
	return p.rt.ToValue(promise)
}

// refuseInStep throws when the line that runs belongs to a step: what it wants
// would not happen again in a replay.
func (p *pass) refuseInStep(what string) {
	if p.scope.inStep {
		panic(p.rt.NewTypeError("%s is not possible inside a step: only the step's value is recorded", what))
	}
}

// runStep runs the closure of a step, up to its first wait.
func (p *pass) runStep(id int, op *operation) error {
	closure := op.call
	op.call = nil
	s := &scope{
		seed:   "step\x00" + strconv.Itoa(op.ordinal) + "\x00" + p.script.Seed,
		step:   id,
		inStep: true,
		now:    p.now,
	}
	p.steps = append(p.steps, s)
	return p.within(s, func() error {
		v, err := closure(goja.Undefined())
		if err != nil {
			return p.failStep(s, err)
		}
		s.outcome, err = p.adopt(v)
		return err
	})
}

// failStep makes an exception the end of a step. It returns what is not one.
func (p *pass) failStep(s *scope, err error) error {
	ex, ok := err.(*goja.Exception)
	if !ok {
		return err
	}
	if s.thrown != nil {
		return nil
	}
	s.thrown, err = p.describe(ex.Value(), ex)
	return err
}

// endSteps tells the host about the closures that have come to their end.
func (p *pass) endSteps() error {
	for _, s := range slices.Clone(p.steps) {
		if err := p.endStep(s); err != nil {
			return fmt.Errorf("end step %d: %w", s.step, err)
		}
	}
	p.steps = slices.DeleteFunc(p.steps, func(s *scope) bool { return s.ended })
	return nil
}

func (p *pass) endStep(s *scope) error {
	if s.thrown == nil && s.outcome.State() == goja.PromiseStatePending {
		return nil
	}
	done := Op{Kind: OpStepDone, Target: s.step}
	err := p.within(s, func() error { return p.stepValue(s, &done) })
	if err != nil {
		return err
	}
	s.ended = true
	p.clearTimers(s)
	p.issue(done, nil)
	return nil
}

// stepValue puts what the closure gave into the operation that ends it.
func (p *pass) stepValue(s *scope, done *Op) (err error) {
	if s.thrown == nil && s.outcome.State() == goja.PromiseStateRejected {
		s.thrown, err = p.describe(s.outcome.Result(), nil)
	}
	if s.thrown == nil && s.unhandled() != nil {
		s.thrown, err = p.describe(s.unhandled().Result(), nil)
	}
	if s.thrown == nil && err == nil {
		err = p.enter(func() { done.Result, done.Invalid = p.codec.encode(s.outcome.Result()) })
		if err != nil {
			done.Result, done.Invalid = nil, nil
			err = p.failStep(s, err)
		}
	}
	done.Thrown = s.thrown
	return err
}
