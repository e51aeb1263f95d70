package sandbox

import (
	"strings"

	"github.com/dop251/goja"
)

// console returns the global console. Info and debug exist but print nothing.
func (p *pass) console() goja.Value {
	console := p.rt.NewObject()
	quiet := func(goja.FunctionCall) goja.Value { return goja.Undefined() }
	for _, m := range []struct {
		name string
		fn   func(goja.FunctionCall) goja.Value
	}{
		{"log", p.printer("")},
		{"warn", p.printer("[warn] ")},
		{"error", p.printer("[error] ")},
		{"info", quiet},
		{"debug", quiet},
	} {
		_ = console.Set(m.name, p.native(m.name, m.fn))
	}
	return console
}

// printer returns a function that prints its arguments as plain strings.
func (p *pass) printer(prefix string) func(goja.FunctionCall) goja.Value {
	return func(call goja.FunctionCall) goja.Value {
		var b strings.Builder
		b.WriteString(prefix)
		for i, arg := range call.Arguments {
			if i > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(plainString(arg))
		}
		p.host.Print(b.String())
		return goja.Undefined()
	}
}

// plainString is String(v); it throws as that does.
func plainString(v goja.Value) string {
	if sym, ok := v.(*goja.Symbol); ok {
		return "Symbol(" + sym.String() + ")"
	}
	return v.String()
}
