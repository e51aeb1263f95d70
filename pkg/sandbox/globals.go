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
	global := p.rt.GlobalObject()
	for _, f := range []struct {
		name string
		fn   func(goja.FunctionCall) goja.Value
	}{
		{"setTimeout", p.setTimer("setTimeout", false)},
		{"setInterval", p.setTimer("setInterval", true)},
		{"clearTimeout", p.clearTimer},
		{"clearInterval", p.clearTimer},
		{"queueMicrotask", p.queueMicrotask},
		{"structuredClone", p.structuredClone},
	} {
		if !p.reaches(f.name) {
			continue
		}
		if err := hide(global, f.name, p.native(f.name, f.fn)); err != nil {
			return fmt.Errorf("define %s: %w", f.name, err)
		}
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
	return p.bind(bind)
}

// reaches reports whether the script could look at the global called name: it names
// it, or the object that has all globals, or spells something with escapes. Most
// scripts name few, and to make one costs as much as a call.
func (p *pass) reaches(name string) bool {
	return p.mentions(name) || p.mentions("this") || p.mentions("globalThis") || p.mentions(`\`)
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

// structuredClone copies what has a durable form.
func (p *pass) structuredClone(call goja.FunctionCall) goja.Value {
	durable, invalid := p.codec.encode(call.Argument(0))
	if invalid != nil {
		panic(p.rt.NewTypeError("structuredClone: %s", invalid.Problem))
	}
	v, err := p.codec.decode(durable)
	if err != nil {
		panic(p.rt.NewTypeError("structuredClone: %s", err))
	}
	return v
}
