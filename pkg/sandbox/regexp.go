package sandbox

import (
	"errors"
	"strings"

	"github.com/dop251/goja"
)

// regexps are the regular expressions of a pass that have \p in their source. The
// engine takes \p{L} for the letters p{L}, so their patterns are written anew; what
// they were written as is kept beside them.
type regexps struct {
	*pass
	compiled map[string]*goja.Object // by flags and source

	sources  *goja.Object  // a WeakMap from regular expressions to their sources
	get, set goja.Callable // of the WeakMap
}

// maxCompiled is how many compiled expressions are kept for being made again.
const maxCompiled = 256

// guardRegExp puts a constructor in the place of RegExp that knows \p. Literals with
// \p are lowered to calls of it. Flags that the engine does not know, d and v, throw.
func (p *pass) guardRegExp() error {
	global := p.rt.GlobalObject()
	class := global.Get("RegExp").(*goja.Object)
	proto := class.Get("prototype").(*goja.Object)
	r := &regexps{pass: p, compiled: make(map[string]*goja.Object)}
	if err := r.keepSources(proto); err != nil {
		return err
	}
	construct := r.constructor(class)
	isInstance := p.rt.ToValue(p.isInstance)
	guarded := p.rt.ToValue(p.rt.NewProxy(class, &goja.ProxyTrapConfig{
		Construct: func(_ *goja.Object, args []goja.Value, newTarget *goja.Object) *goja.Object {
			return r.make(construct, args, newTarget)
		},
		Apply: func(_ *goja.Object, _ goja.Value, args []goja.Value) goja.Value {
			if obj, ok := arg(args, 0).(*goja.Object); ok && isRegExp(obj) && goja.IsUndefined(arg(args, 1)) {
				if own := obj.Get("constructor"); own != nil && own.SameAs(global.Get("RegExp")) {
					return obj
				}
			}
			return r.make(construct, args, class)
		},
		// The engine's own instanceof does not accept a proxy.
		GetSym: func(_ *goja.Object, name *goja.Symbol, _ goja.Value) goja.Value {
			if name == goja.SymHasInstance {
				return isInstance
			}
			return class.GetSymbol(name)
		},
	})).(*goja.Object)
	if err := hide(proto, "constructor", guarded); err != nil {
		return err
	}
	return hide(global, "RegExp", guarded)
}

func arg(args []goja.Value, n int) goja.Value {
	if n < len(args) {
		return args[n]
	}
	return goja.Undefined()
}

func isRegExp(o *goja.Object) bool {
	return o.ExportType() != proxyType && o.ClassName() == "RegExp"
}

// keepSources makes the property source say what the author wrote.
func (r *regexps) keepSources(proto *goja.Object) error {
	sources, err := r.rt.New(r.rt.GlobalObject().Get("WeakMap"))
	if err != nil {
		return err
	}
	r.sources = sources
	r.get, _ = goja.AssertFunction(sources.Get("get"))
	r.set, _ = goja.AssertFunction(sources.Get("set"))
	object := r.rt.GlobalObject().Get("Object").(*goja.Object)
	describe, _ := goja.AssertFunction(object.Get("getOwnPropertyDescriptor"))
	descriptor, err := describe(object, proto, r.rt.ToValue("source"))
	if err != nil {
		return err
	}
	engine, _ := goja.AssertFunction(descriptor.(*goja.Object).Get("get"))
	get := r.native("get source", func(call goja.FunctionCall) goja.Value {
		if obj, ok := call.This.(*goja.Object); ok && isRegExp(obj) {
			if source := throwing(r.get(r.sources, obj)); !goja.IsUndefined(source) {
				return source
			}
		}
		return throwing(engine(call.This))
	})
	if err := proto.DefineAccessorProperty("source", get, nil, goja.FLAG_TRUE, goja.FLAG_FALSE); err != nil {
		return err
	}
	// The engine's takes a shorter way.
	return hide(proto, "toString", r.native("toString", func(call goja.FunctionCall) goja.Value {
		obj, ok := call.This.(*goja.Object)
		if !ok {
			panic(r.rt.NewTypeError("RegExp.prototype.toString called on a value that is no object"))
		}
		return r.rt.ToValue("/" + given(obj, "source").String() + "/" + given(obj, "flags").String())
	}))
}

// given reads a property that may not be there.
func given(obj *goja.Object, name string) goja.Value {
	if v := obj.Get(name); v != nil {
		return v
	}
	return goja.Undefined()
}

// constructor is that of the engine, with messages that people can read.
func (r *regexps) constructor(class *goja.Object) func(*goja.Object, ...goja.Value) (*goja.Object, error) {
	engine, _ := goja.AssertConstructor(class)
	return func(newTarget *goja.Object, args ...goja.Value) (*goja.Object, error) {
		made, err := engine(newTarget, args...)
		var ex *goja.Exception
		if errors.As(err, &ex) {
			if e, ok := ex.Value().(*goja.Object); ok && e.ClassName() == "Error" {
				if said := text(e.Get("message")); patternText(said) != said {
					r.throw("SyntaxError", patternText(said))
				}
			}
		}
		return made, err
	}
}

// make is new RegExp(…args).
func (r *regexps) make(construct func(*goja.Object, ...goja.Value) (*goja.Object, error), args []goja.Value, newTarget *goja.Object) *goja.Object {
	pattern, flags := arg(args, 0), arg(args, 1)
	if obj, ok := pattern.(*goja.Object); ok && isRegExp(obj) {
		source := throwing(r.get(r.sources, obj))
		if goja.IsUndefined(source) || goja.IsUndefined(flags) {
			return r.remember(throwing(construct(newTarget, args...)), source)
		}
		pattern = source // the flags may be others than those it was written anew for
	} else if ok || goja.IsUndefined(pattern) || !mayHaveProperty(pattern.String()) {
		return throwing(construct(newTarget, args...))
	}
	if goja.IsUndefined(flags) || !strings.ContainsAny(flags.String(), "uv") {
		return throwing(construct(newTarget, pattern, flags))
	}
	key := flags.String() + "/" + pattern.String()
	made := r.compiled[key]
	if made == nil {
		source, err := withoutProperties(pattern.String(), strings.Contains(flags.String(), "i"))
		if errors.Is(err, errNothing) {
			return throwing(construct(newTarget, pattern, flags))
		}
		if err != nil {
			r.throw("SyntaxError", "Invalid regular expression: /"+pattern.String()+"/"+flags.String()+": "+err.Error())
		}
		made = throwing(construct(nil, r.rt.ToValue(source), flags))
		if len(r.compiled) == maxCompiled {
			clear(r.compiled) // a script that makes new ones for ever
		}
		r.compiled[key] = made
	}
	// A copy of a regular expression does not compile it again.
	return r.remember(throwing(construct(newTarget, made)), pattern)
}

func (r *regexps) remember(obj *goja.Object, source goja.Value) *goja.Object {
	if !goja.IsUndefined(source) {
		throwing(r.set(r.sources, obj, source))
	}
	return obj
}

func mayHaveProperty(pattern string) bool {
	return strings.Contains(pattern, `\p`) || strings.Contains(pattern, `\P`)
}

// replaceSlowly keeps the engine off its fast way to replace: with the flag u that
// replaces all matches of an expression that is not global, when this has a lookahead
// or a backreference. The other way is the standard's; it is taken when exec is not
// the engine's.
func (p *pass) replaceSlowly() error {
	proto := p.rt.GlobalObject().Get("RegExp").(*goja.Object).Get("prototype").(*goja.Object)
	exec, _ := goja.AssertFunction(proto.Get("exec"))
	slow := p.native("exec", func(call goja.FunctionCall) goja.Value {
		return throwing(exec(call.This, call.Argument(0)))
	})
	return hide(proto, "exec", p.sized(1, slow))
}
