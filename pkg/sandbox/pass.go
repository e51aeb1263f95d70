package sandbox

import (
	"context"
	"fmt"
	"time"

	"github.com/dop251/goja"
	"github.com/dop251/goja/file"
)

// pass is one run of a script, in a runtime of its own.
type pass struct {
	rt     *goja.Runtime
	script Script
	host   Host
	code   *compiled
	place  func(file.Position) Pos // in the author's source
	line   func(Pos) string        // of the author's source
	ended  func() bool             // whether the context has
	codec  codec

	compile  func(file, text string) (*compiled, error) // of snippets
	files    map[string]*sourceFile                     // of snippets, by their name in stack frames
	snippets []*snippet                                 // running

	words      words // of the source
	everything bool  // code may come that is not in the source
	samples    samples
	given      map[string]*goja.Object // by the files of the prelude that ran
	intrinsics intrinsics
	uint8Array goja.Value

	entry goja.Callable // runs body, and then the microtasks
	body  func()

	without goja.Callable // wraps a microtask; nil: not made yet

	main    *goja.Promise
	fatal   *Thrown // ends the pass whatever main does
	nextOp  int
	issued  []Op
	ops     map[int]*operation       // those without an outcome
	refused map[*goja.Object]refusal // errors that the host delivered
	frames  []goja.StackFrame
	thrown  []rejection // values without a place of their own

	now       time.Time
	root      *scope   // of everything outside of steps
	scope     *scope   // of the line that runs
	ambient   *scope   // of the event that runs
	steps     []*scope // running closures
	stepCount int
	rejected  map[*goja.Promise]*scope // where an unhandled rejection is listed
}

// operation is one that the script has issued and that has no outcome.
type operation struct {
	kind            OpKind
	resolve, reject func(any) error
	call            goja.Callable // the closure of a step, the callback of a timer
	timer           *timer
	snippet         *snippet
	ordinal         int // among the steps
	scope           *scope
	pos             Pos
}

func newPass(script Script, host Host, code *compiled) *pass {
	p := &pass{
		rt:       goja.New(),
		script:   script,
		host:     host,
		code:     code,
		ended:    func() bool { return false },
		ops:      make(map[int]*operation),
		refused:  make(map[*goja.Object]refusal),
		rejected: make(map[*goja.Promise]*scope),
		now:      script.Now,
		words:    code.words,
	}
	if p.words == nil {
		p.words = wordsOf(script.Source)
	}
	p.everything = p.words[runMark]
	p.place, p.line = p.author, p.lineAt
	p.root = &scope{seed: "pass\x00" + script.Seed}
	p.scope, p.ambient = p.root, p.root
	p.codec = codec{rt: p.rt, limit: script.MaxValueBytes, ended: func() bool { return p.ended() }}

	depth := script.MaxStack
	if depth <= 0 {
		depth = defaultStack
	}
	p.rt.SetMaxCallStackSize(depth)
	p.rt.SetPromiseRejectionTracker(p.trackRejection)
	p.rt.SetAsyncContextTracker(p)
	p.entry, _ = goja.AssertFunction(p.rt.ToValue(func(goja.FunctionCall) goja.Value {
		p.body()
		return goja.Undefined()
	}))
	return p
}

// enter runs body in the engine, so that whatever the script throws in it comes
// back as an error, and then the microtasks.
func (p *pass) enter(body func()) error {
	p.body = body
	_, err := p.entry(nil)
	return err
}

// run alternates between the script and the host until the script has ended.
func (p *pass) run(ctx context.Context) (Result, error) {
	p.ended = func() bool { return ctx.Err() != nil }
	if err := p.start(); err != nil {
		return Result{}, err
	}
	for {
		result, ok, err := p.result()
		if cause := context.Cause(ctx); cause != nil {
			return Result{}, cause // taking a value out may have stopped half-way
		}
		if ok || err != nil {
			return result, err
		}
		ev, err := p.host.Turn(ctx, p.takeIssued())
		if err != nil {
			return Result{}, err
		}
		if err := p.apply(ev); err != nil {
			return Result{}, err
		}
	}
}

// start calls the script's function. Afterwards main says how it goes.
func (p *pass) start() error {
	input, err := p.codec.decode(p.script.Input)
	if err != nil {
		return fmt.Errorf("decode input: %w", err)
	}
	fn, err := p.rt.RunProgram(p.code.prg)
	if err != nil {
		return p.fail(err)
	}
	call, ok := goja.AssertFunction(fn)
	if !ok {
		return &CrashError{Detail: "the script is not a function"}
	}
	v, err := call(goja.Undefined(), input)
	if err != nil {
		return p.fail(err)
	}
	p.main, err = p.adopt(v)
	return err
}

// fail makes an exception the end of the pass. It returns what is not one.
func (p *pass) fail(err error) error {
	ex, ok := err.(*goja.Exception)
	if !ok {
		return err
	}
	if p.fatal != nil {
		return nil
	}
	p.fatal, err = p.describe(ex.Value(), ex)
	return err
}

// adopt returns v as a promise: v itself, or one that follows it.
func (p *pass) adopt(v goja.Value) (*goja.Promise, error) {
	if promise := asPromise(v); promise != nil {
		return promise, nil
	}
	promise, resolve, _ := p.rt.NewPromise()
	return promise, resolve(v)
}

func asPromise(v goja.Value) *goja.Promise {
	if obj, ok := v.(*goja.Object); ok && obj.ExportType() == promiseType {
		return obj.Export().(*goja.Promise)
	}
	return nil
}

// result returns how the script ended, if it has.
func (p *pass) result() (Result, bool, error) {
	var thrown *Thrown
	var err error
	switch {
	case p.fatal != nil:
		thrown = p.fatal
	case p.main.State() == goja.PromiseStatePending:
		return Result{}, false, nil
	case p.main.State() == goja.PromiseStateRejected:
		thrown, err = p.describe(p.main.Result(), nil)
	case p.root.unhandled() != nil:
		thrown, err = p.describe(p.root.unhandled().Result(), nil)
	}
	if err != nil {
		return Result{}, false, err
	}
	if thrown != nil {
		return Result{Thrown: thrown, Issued: p.takeIssued()}, true, nil
	}
	return p.returned(p.main.Result())
}

// returned takes the script's value out of the runtime.
func (p *pass) returned(v goja.Value) (Result, bool, error) {
	var result Result
	err := p.enter(func() { result.Value, result.Invalid = p.codec.encode(v) })
	if err != nil {
		if err := p.fail(err); err != nil {
			return Result{}, false, err
		}
		result = Result{Thrown: p.fatal}
	}
	result.Issued = p.takeIssued()
	return result, true, nil
}

// issue records an operation; the host takes it in the next turn.
func (p *pass) issue(op Op, o *operation) int {
	op.ID = p.nextOp
	p.nextOp++
	p.issued = append(p.issued, op)
	if o != nil {
		o.kind, o.scope, o.pos = op.Kind, p.scope, op.Pos
		p.ops[op.ID] = o
	}
	// A timer that is set and cleared is issued twice and never outstanding.
	if n := p.script.MaxPending; n > 0 && max(len(p.ops), len(p.issued)/2) > n {
		p.rt.Interrupt(ErrPending)
	}
	return op.ID
}

// takeIssued returns what was issued since the last time. It belongs to the caller.
func (p *pass) takeIssued() []Op {
	issued := p.issued
	p.issued = nil
	return issued
}
