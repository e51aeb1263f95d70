package sandbox

import (
	"fmt"

	"github.com/dop251/goja"
)

// native returns a Go function as one of the script's, under a name of its own:
// the engine would show that of the Go function.
func (p *pass) native(name string, fn func(goja.FunctionCall) goja.Value) *goja.Object {
	f := p.rt.ToValue(fn).(*goja.Object)
	_ = f.DefineDataProperty("name", p.rt.ToValue(name), goja.FLAG_FALSE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	return f
}

// hide defines a property as the language's own are: it can be changed, and loops
// do not see it.
func hide(obj *goja.Object, name string, v goja.Value) error {
	return obj.DefineDataProperty(name, v, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
}

// lazy defines a global that is made when it is first looked at. Most passes look
// at few of them.
func (p *pass) lazy(name string, build func() goja.Value) error {
	global := p.rt.GlobalObject()
	get := func(goja.FunctionCall) goja.Value {
		v := build()
		_ = hide(global, name, v)
		return v
	}
	set := func(call goja.FunctionCall) goja.Value {
		_ = hide(global, name, call.Argument(0))
		return goja.Undefined()
	}
	return global.DefineAccessorProperty(name, p.rt.ToValue(get), p.rt.ToValue(set), goja.FLAG_TRUE, goja.FLAG_FALSE)
}

// install gives a new runtime everything that a script sees.
func (p *pass) install(s samples, bind *goja.Program) error {
	if err := p.guard(s); err != nil {
		return err
	}
	p.rt.SetTimeSource(p.time)
	p.rt.SetRandSource(p.random)
	if err := p.installFunctions(); err != nil {
		return err
	}
	if p.reaches("console") {
		p.captureIntrinsics()
	}
	for _, g := range []struct {
		name  string
		build func() goja.Value
	}{
		{"console", p.console},
		{"crypto", p.crypto},
		{"performance", p.performance},
	} {
		if !p.reaches(g.name) {
			continue
		}
		if err := p.lazy(g.name, g.build); err != nil {
			return fmt.Errorf("define %s: %w", g.name, err)
		}
	}
	for _, g := range []struct {
		file  string
		names []string
	}{
		{"clone", []string{"structuredClone"}},
		{"exception", []string{"DOMException"}},
		{"event", []string{"Event", "CustomEvent", "EventTarget", "AbortSignal", "AbortController"}},
		{"text", []string{"TextEncoder", "TextDecoder"}},
		{"url", []string{"URL", "URLSearchParams"}},
	} {
		if err := p.preludeGlobals(g.file, g.names...); err != nil {
			return err
		}
	}
	if p.everything { // what codemode.run clones is cloned by this
		if _, err := p.prelude("clone"); err != nil {
			return err
		}
	}
	return p.bind(bind)
}

// installFunctions gives the runtime the globals that are functions of ours.
func (p *pass) installFunctions() error {
	for _, f := range []struct {
		name   string
		length int
		fn     func(goja.FunctionCall) goja.Value
	}{
		{"setTimeout", 1, p.setTimer("setTimeout", false)},
		{"setInterval", 1, p.setTimer("setInterval", true)},
		{"clearTimeout", 0, p.clearTimer},
		{"clearInterval", 0, p.clearTimer},
		{"queueMicrotask", 1, p.queueMicrotask},
		{"atob", 1, p.atob},
		{"btoa", 1, p.btoa},
	} {
		if !p.reaches(f.name) {
			continue
		}
		if err := hide(p.rt.GlobalObject(), f.name, p.sized(f.length, p.native(f.name, f.fn))); err != nil {
			return fmt.Errorf("define %s: %w", f.name, err)
		}
	}
	return nil
}

// sized gives a function its length: the number of arguments that it needs.
func (p *pass) sized(length int, fn *goja.Object) *goja.Object {
	_ = fn.DefineDataProperty("length", p.rt.ToValue(length), goja.FLAG_FALSE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	return fn
}

// queueMicrotask runs a function after the current one. What it throws is a
// rejection that nobody handles.
func (p *pass) queueMicrotask(call goja.FunctionCall) goja.Value {
	fn := call.Argument(0)
	if _, ok := goja.AssertFunction(fn); !ok {
		panic(p.rt.NewTypeError("queueMicrotask(fn): fn must be a function"))
	}
	promise, resolve, _ := p.rt.NewPromise()
	_ = resolve(goja.Undefined())
	obj := p.rt.ToValue(promise).(*goja.Object)
	then, ok := goja.AssertFunction(obj.Get("then"))
	if !ok { // the script has taken it away
		panic(p.rt.NewTypeError("queueMicrotask: Promise.prototype.then is not a function"))
	}
	if _, err := then(obj, p.callWithout(fn)); err != nil {
		panic(err)
	}
	return goja.Undefined()
}

// callWithout returns a function that calls fn without an argument. It is the script's
// kind of function: one of Go's would run the microtasks that fn queues before it
// returned, each deeper in the stack than the one before.
func (p *pass) callWithout(fn goja.Value) goja.Value {
	if p.without == nil {
		made := throwing(p.rt.RunString("(f) => () => { f() }"))
		p.without, _ = goja.AssertFunction(made)
	}
	return throwing(p.without(goja.Undefined(), fn))
}
