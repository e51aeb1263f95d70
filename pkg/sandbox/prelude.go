package sandbox

import (
	"embed"
	"errors"
	"fmt"
	"sync"

	"github.com/dop251/goja"
)

// What a script sees beside the engine's own language is partly written in it: each
// file of the folder prelude is a function that gets some functions of the host and
// returns the globals that it makes. A file runs only in passes whose script names
// something of it, before the script's first line, and keeps what it needs of the
// language: a script that changes prototypes changes nothing of it.
//
//go:embed prelude/*.js
var preludeFiles embed.FS

// preludes are the compiled files, each compiled when it is first needed.
type preludes map[string]func() (*goja.Program, error)

func newPreludes() preludes {
	all := make(preludes)
	for _, name := range []string{"additions", "clone", "disposable", "event", "exception", "iterator", "text", "url"} {
		all[name] = sync.OnceValues(func() (*goja.Program, error) {
			file := "prelude/" + name + ".js"
			source, err := preludeFiles.ReadFile(file)
			if err != nil {
				return nil, fmt.Errorf("read %s: %w", file, err)
			}
			return goja.Compile(file, string(source), true)
		})
	}
	return all
}

// prelude runs a file once and returns what it gives.
func (p *pass) prelude(name string) (*goja.Object, error) {
	if given, ok := p.given[name]; ok {
		return given, nil
	}
	given, err := p.runPrelude(name)
	if err != nil {
		return nil, fmt.Errorf("run prelude %s: %w", name, err)
	}
	if p.given == nil {
		p.given = make(map[string]*goja.Object)
	}
	p.given[name] = given
	return given, nil
}

func (p *pass) runPrelude(name string) (*goja.Object, error) {
	prg, err := p.samples.preludes[name]()
	if err != nil {
		return nil, err
	}
	fn, err := p.rt.RunProgram(prg)
	if err != nil {
		return nil, err
	}
	host, err := p.preludeHost(name)
	if err != nil {
		return nil, err
	}
	call, _ := goja.AssertFunction(fn)
	v, err := call(goja.Undefined(), host)
	if err != nil {
		return nil, err
	}
	given, _ := v.(*goja.Object)
	return given, nil
}

// latePrelude runs a file while the script runs. What goes wrong then is the script's
// own doing: it gets the error.
func (p *pass) latePrelude(name string) *goja.Object {
	given, err := p.prelude(name)
	var thrown *goja.Exception
	if errors.As(err, &thrown) {
		panic(thrown.Value())
	}
	return throwing(given, err)
}

// preludeHost is what a file gets of the host: no more than what it makes could do
// with it in the hands of a script.
func (p *pass) preludeHost(name string) (*goja.Object, error) {
	host := p.rt.NewObject()
	functions := map[string]func(goja.FunctionCall) goja.Value{}
	switch name {
	case "clone", "event":
		functions["exception"] = p.newException
		functions["kindOf"] = p.kindOf
		functions["namesBytes"] = p.namesBytes
		functions["setTimer"] = p.setTimer("AbortSignal.timeout", false)
		functions["now"] = p.performanceNow
		functions["reject"] = p.rejectUnheard
	case "text":
		if err := p.captureBytes(); err != nil {
			return nil, err
		}
		functions["encode"] = p.encodeText
		functions["encodeInto"] = p.encodeTextInto
		functions["encodingOf"] = p.encodingOf
		functions["decoder"] = p.textDecoder
	case "url":
		functions["parseURL"] = p.parseURL
		functions["setURL"] = p.setURL
		functions["parseForm"] = p.parseForm
		functions["writeForm"] = p.writeForm
		functions["text"] = p.scalarText
	}
	for name, fn := range functions {
		if err := host.Set(name, p.native(name, fn)); err != nil {
			return nil, err
		}
	}
	return host, nil
}

// preludeGlobals gives a script the globals of a file: at once when the script names
// one of them, at first look when it could reach them otherwise.
func (p *pass) preludeGlobals(file string, names ...string) error {
	if p.names(names...) {
		given, err := p.prelude(file)
		if err != nil {
			return err
		}
		for _, name := range names {
			if err := hide(p.rt.GlobalObject(), name, given.Get(name)); err != nil {
				return fmt.Errorf("define %s: %w", name, err)
			}
		}
		return nil
	}
	if !p.reaches() {
		return nil
	}
	for _, name := range names {
		if err := p.lazy(name, func() goja.Value {
			return p.latePrelude(file).Get(name)
		}); err != nil {
			return fmt.Errorf("define %s: %w", name, err)
		}
	}
	return nil
}

// domException makes the error that the interfaces of the Web throw.
func (p *pass) domException(name, message string) *goja.Object {
	exception := p.latePrelude("exception")
	return throwing(p.rt.New(exception.Get("DOMException"), p.rt.ToValue(message), p.rt.ToValue(name)))
}

func (p *pass) throwDOM(name, message string) { panic(p.domException(name, message)) }

func (p *pass) newException(call goja.FunctionCall) goja.Value {
	return p.domException(call.Argument(0).String(), call.Argument(1).String())
}

// rejectUnheard makes an error one that nobody handles.
func (p *pass) rejectUnheard(call goja.FunctionCall) goja.Value {
	_, _, reject := p.rt.NewPromise()
	_ = reject(call.Argument(0))
	return goja.Undefined()
}
