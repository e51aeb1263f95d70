package sandbox

import (
	"errors"
	"slices"

	"github.com/dop251/goja"
)

// maxSnippets is how deeply snippets may run snippets.
const maxSnippets = 20

// snippet is one codemode.run: first without a source, then running.
type snippet struct {
	name    string
	input   goja.Value // a clone; nil once it was handed over
	depth   int        // of the code that runs it, in snippets
	op      *operation
	outcome *goja.Promise // of its function
}

// runner returns codemode.run(name, input) for code that lies depth snippets deep. The
// host gives the source; what the source gives goes to the promise without leaving the
// sandbox.
func (p *pass) runner(depth int) func(goja.FunctionCall) goja.Value {
	const usage = "codemode.run(name, input)"
	return func(call goja.FunctionCall) goja.Value {
		p.refuseInStep("codemode.run")
		name := p.nameOf(usage, call.Argument(0))
		if depth >= maxSnippets {
			p.throw("RangeError", usage+": snippets may run snippets 20 levels deep, no deeper")
		}
		if !p.everything { // it was not prepared for code that it does not know
			panic(p.rt.NewTypeError("%s: codemode must be spelled without escapes", usage))
		}
		s := &snippet{name: name, input: p.cloned(call.Argument(1)), depth: depth}
		s.op = &operation{snippet: s}
		return p.await(Op{Kind: OpSnippet, Method: name}, s.op)
	}
}

// cloned returns what structuredClone gives, whatever the script made of that.
func (p *pass) cloned(v goja.Value) goja.Value {
	if goja.IsUndefined(v) {
		return v
	}
	clone, _ := goja.AssertFunction(p.latePrelude("clone").Get("structuredClone"))
	return throwing(clone(goja.Undefined(), v))
}

// runSource runs a snippet up to its first wait.
func (p *pass) runSource(s *snippet, text string) error {
	file := p.fileOf(s.name, text)
	code, err := p.compile(file, text)
	var syntax *SyntaxError
	switch {
	case errors.As(err, &syntax):
		return p.refuseSource(s, file, syntax)
	case err != nil:
		return err
	}
	p.keepFile(file, &sourceFile{name: s.name, text: text, code: code})
	fn, err := p.load(s, code)
	if err != nil {
		return p.failSnippet(s, err)
	}
	input := s.input
	s.input = nil
	v, err := fn(goja.Undefined(), input)
	if err != nil {
		return p.failSnippet(s, err)
	}
	s.outcome, err = p.adopt(v)
	p.snippets = append(p.snippets, s)
	return err
}

// load evaluates the source of a snippet to its function. Console and codemode are the
// snippet's own, under the global names: whatever it defines, and whenever that runs,
// prints nothing and knows how deep it lies.
func (p *pass) load(s *snippet, code *compiled) (goja.Callable, error) {
	v, err := p.rt.RunProgram(code.prg)
	if err != nil {
		return nil, err
	}
	shell, ok := goja.AssertFunction(v)
	if !ok {
		return nil, &CrashError{Detail: "the snippet is not enclosed"}
	}
	console := goja.Undefined()
	if code.words["console"] || code.words[escapeMark] {
		console = p.quietConsole()
	}
	if v, err = shell(goja.Undefined(), console, p.platform(s.depth+1)); err != nil {
		return nil, err
	}
	fn, ok := goja.AssertFunction(v)
	if !ok {
		return nil, &CrashError{Detail: "the snippet is not a function"}
	}
	return fn, nil
}

// endSnippets settles the promises of the snippets that have come to their end, and
// reports whether there were any: what they give can bring others to their end.
func (p *pass) endSnippets() (bool, error) {
	var ended []*snippet
	p.snippets = slices.DeleteFunc(p.snippets, func(s *snippet) bool {
		if s.outcome.State() == goja.PromiseStatePending {
			return false
		}
		ended = append(ended, s)
		return true
	})
	for _, s := range ended {
		if err := p.endSnippet(s); err != nil {
			return false, err
		}
	}
	return len(ended) > 0, nil
}

func (p *pass) endSnippet(s *snippet) error {
	v := s.outcome.Result()
	if s.outcome.State() == goja.PromiseStateFulfilled {
		return s.op.resolve(v)
	}
	p.handled(s.outcome)
	return p.rejectFor(s, v, nil)
}

// failSnippet makes an exception the end of a snippet. It returns what is not one.
func (p *pass) failSnippet(s *snippet, err error) error {
	ex, ok := err.(*goja.Exception)
	if !ok {
		return err
	}
	return p.rejectFor(s, ex.Value(), ex)
}

// rejectFor rejects codemode.run for what the snippet threw.
func (p *pass) rejectFor(s *snippet, cause goja.Value, ex *goja.Exception) error {
	t, err := p.describe(cause, ex)
	if err != nil {
		return err
	}
	return p.rejectSnippet(s, t.Message, cause, refusal{op: t.Op, pos: t.Pos})
}

// refuseSource rejects codemode.run for a source that does not parse.
func (p *pass) refuseSource(s *snippet, file string, e *SyntaxError) error {
	cause, err := p.codec.newError("SyntaxError", e.Message)
	if err != nil {
		return err
	}
	r := refusal{op: -1, pos: inFile(file, e.Pos), line: e.Line}
	p.refused[cause] = r
	return p.rejectSnippet(s, "SyntaxError: "+e.Message, cause, r)
}

// rejectSnippet rejects codemode.run. Where the snippet failed at no known place, the
// place is where it was run.
func (p *pass) rejectSnippet(s *snippet, message string, cause goja.Value, r refusal) error {
	e, err := p.codec.newError("Error", "Code execution failed: "+message)
	if err != nil {
		return err
	}
	if err := hide(e, "cause", cause); err != nil {
		return err
	}
	if r.pos.Line == 0 {
		r.pos, r.line = s.op.pos, ""
	}
	p.refused[e] = r
	return s.op.reject(e)
}
