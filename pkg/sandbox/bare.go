package sandbox

import "github.com/dop251/goja"

// The engine takes it for granted that an object has certain properties; without them
// its native code fails, and with it the pass.

// guardBare lets Object.prototype.toLocaleString find out that an object has no toString.
func (p *pass) guardBare() error {
	proto := p.rt.GlobalObject().Get("Object").(*goja.Object).Get("prototype").(*goja.Object)
	engine, _ := goja.AssertFunction(proto.Get("toLocaleString"))
	return hide(proto, "toLocaleString", p.sized(0, p.native("toLocaleString", func(call goja.FunctionCall) goja.Value {
		if obj, ok := call.This.(*goja.Object); ok && obj.Get("toString") == nil {
			p.throw("TypeError", "Object.prototype.toLocaleString called on an object without toString")
		}
		return throwing(engine(call.This, call.Arguments...))
	})))
}

// guardFlags does so for methods of regular expressions and their flags.
func (p *pass) guardFlags(proto *goja.Object) error {
	for name, symbol := range map[string]*goja.Symbol{"replace": goja.SymReplace, "split": goja.SymSplit} {
		engine, _ := goja.AssertFunction(proto.GetSymbol(symbol))
		method := p.native("[Symbol."+name+"]", func(call goja.FunctionCall) goja.Value {
			if obj, ok := call.This.(*goja.Object); ok && obj.Get("flags") == nil {
				p.throw("TypeError", "RegExp.prototype[Symbol."+name+"] called on an object without flags")
			}
			return throwing(engine(call.This, call.Arguments...))
		})
		if err := proto.DefineDataPropertySymbol(symbol, p.sized(2, method), goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE); err != nil {
			return err
		}
	}
	return nil
}
