package sandbox

import (
	"fmt"
	"strings"
	"time"

	"github.com/dop251/goja"
)

// samples are programs whose values lead to the constructors of functions: not all
// of them have a global name.
// They are compiled once and run in every pass.
type samples struct {
	function, async, generator *goja.Program
	preludes                   preludes
}

func compileSamples() samples {
	return samples{
		function:  goja.MustCompile("", "(function () {})", true),
		async:     goja.MustCompile("", "(async function () {})", true),
		generator: goja.MustCompile("", "(function* () {})", true),
		preludes:  newPreludes(),
	}
}

// guard closes what must not be in reach, repairs where the engine would give a wrong
// answer without an error, and adds what it has not got yet of the language.
func (p *pass) guard(s samples) error {
	p.samples = s
	global := p.rt.GlobalObject()
	if err := global.Delete("GoError"); err != nil {
		return fmt.Errorf("remove GoError: %w", err)
	}
	if err := p.forbidEval(s); err != nil {
		return fmt.Errorf("forbid eval: %w", err)
	}
	if err := p.extend(); err != nil {
		return err
	}
	date := global.Get("Date").(*goja.Object)
	if err := p.lazy("Date", func() goja.Value { return p.guardedDate(date) }); err != nil {
		return err
	}
	p.captureClasses()
	return nil
}

// forbidEval makes everything that compiles text throw: text that no compiler of
// ours has seen can end the process.
func (p *pass) forbidEval(s samples) error {
	global := p.rt.GlobalObject()
	if err := hide(global, "eval", p.native("eval", p.forbidden("eval"))); err != nil {
		return err
	}
	function, err := p.forbidConstructor("Function", s.function)
	if err != nil {
		return err
	}
	if err := hide(global, "Function", function); err != nil {
		return err
	}
	if _, err := p.forbidConstructor("AsyncFunction", s.async); err != nil {
		return err
	}
	// Without an asterisk in the source there is no generator to ask.
	if p.mentions(starMark) {
		_, err = p.forbidConstructor("GeneratorFunction", s.generator)
	}
	return err
}

// globalBody is the one function body that older libraries make from text: it finds the
// global object. It is harmless, and they do not load without it. Only a source that has
// the text finds the object so: of others it is known that they cannot.
const globalBody = "return this"

// forbidConstructor puts one that throws in the place of a sample's constructor.
func (p *pass) forbidConstructor(name string, sample *goja.Program) (*goja.Object, error) {
	v, err := p.rt.RunProgram(sample)
	if err != nil {
		return nil, err
	}
	refuse := p.forbidden("new " + name)
	ctor := p.rt.ToValue(func(call goja.ConstructorCall) *goja.Object {
		if name == "Function" && p.reaches() && len(call.Arguments) == 1 && goja.IsString(call.Arguments[0]) && strings.TrimRight(call.Arguments[0].String(), "; ") == globalBody {
			return p.native("anonymous", func(goja.FunctionCall) goja.Value { return p.rt.GlobalObject() })
		}
		refuse(goja.FunctionCall{})
		return nil
	}).(*goja.Object)
	proto := v.(*goja.Object).Prototype()
	// instanceof Function goes on working.
	_ = ctor.DefineDataProperty("prototype", proto, goja.FLAG_FALSE, goja.FLAG_FALSE, goja.FLAG_FALSE)
	_ = ctor.DefineDataProperty("name", p.rt.ToValue(name), goja.FLAG_FALSE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	return ctor, hide(proto, "constructor", ctor)
}

func (p *pass) forbidden(what string) func(goja.FunctionCall) goja.Value {
	return func(goja.FunctionCall) goja.Value {
		panic(p.rt.NewTypeError("%s is not possible here: code cannot be made from text", what))
	}
}

// wrapConstructor returns a constructor that is like class, but that passes its
// arguments through adapt. Called as a function it is call; nil: as class is.
func (p *pass) wrapConstructor(
	class *goja.Object,
	adapt func([]goja.Value) []goja.Value,
	call func() goja.Value,
) *goja.Object {
	construct, _ := goja.AssertConstructor(class)
	plain, _ := goja.AssertFunction(class)
	isInstance := p.rt.ToValue(p.isInstance)
	return p.rt.ToValue(p.rt.NewProxy(class, &goja.ProxyTrapConfig{
		Construct: func(_ *goja.Object, args []goja.Value, newTarget *goja.Object) *goja.Object {
			obj, err := construct(newTarget, adapt(args)...)
			return throwing(obj, err)
		},
		Apply: func(_ *goja.Object, _ goja.Value, args []goja.Value) goja.Value {
			if call != nil {
				return call()
			}
			v, err := plain(goja.Undefined(), adapt(args)...)
			return throwing(v, err)
		},
		// The engine's own instanceof does not accept a proxy.
		GetSym: func(_ *goja.Object, name *goja.Symbol, _ goja.Value) goja.Value {
			if name == goja.SymHasInstance {
				return isInstance
			}
			return class.GetSymbol(name)
		},
	})).(*goja.Object)
}

// throwing returns v, or throws err in the script.
func throwing[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// isInstance is Function.prototype[Symbol.hasInstance].
func (p *pass) isInstance(call goja.FunctionCall) goja.Value {
	class, isClass := call.This.(*goja.Object)
	obj, isObject := call.Argument(0).(*goja.Object)
	if !isClass || !isObject {
		return p.rt.ToValue(false)
	}
	proto, _ := class.Get("prototype").(*goja.Object)
	for obj = obj.Prototype(); obj != nil; obj = obj.Prototype() {
		if obj == proto {
			return p.rt.ToValue(true)
		}
	}
	return p.rt.ToValue(false)
}

// throw throws an error of the language in the script.
func (p *pass) throw(name, message string) {
	panic(throwing(p.codec.newError(name, message)))
}

// toString converts as the language does. Of a symbol the engine gives the symbol itself.
func (p *pass) toString(v goja.Value) goja.String {
	s, ok := v.ToString().(goja.String)
	if !ok {
		p.throw("TypeError", "Cannot convert a Symbol value to a string")
	}
	return s
}

// isUTC reports whether local time is UTC in this process.
func isUTC() bool { return time.Local == time.UTC }
