package sandbox

import (
	"strings"

	"github.com/dop251/goja"
)

// consoleState is what console remembers from one call to the next. It is the
// scope's: what a step does must not show in the lines after it.
type consoleState struct {
	indent string
	counts map[string]int
	timers map[string]int64 // when they began, in nanoseconds
}

// consoleMethod is one function of console.
type consoleMethod struct {
	name string
	fn   func(goja.FunctionCall) goja.Value
}

// quiet is a function of console that prints nothing.
func quiet(goja.FunctionCall) goja.Value { return goja.Undefined() }

// consoleMethods are all functions of console. Info and debug exist but print nothing.
func (p *pass) consoleMethods() []consoleMethod {
	return []consoleMethod{
		{"log", p.printer("")},
		{"warn", p.printer("[warn] ")},
		{"error", p.printer("[error] ")},
		{"info", quiet},
		{"debug", quiet},
		{"trace", p.consoleTrace},
		{"dir", p.consoleDir},
		{"dirxml", p.printer("")},
		{"table", p.consoleTable},
		{"assert", p.consoleAssert},
		{"count", p.consoleCount},
		{"countReset", p.consoleCountReset},
		{"group", p.consoleGroup},
		{"groupCollapsed", p.consoleGroup},
		{"groupEnd", p.consoleGroupEnd},
		{"time", p.consoleTime},
		{"timeLog", p.consoleTimeLog},
		{"timeEnd", p.consoleTimeEnd},
		{"clear", quiet},
	}
}

// console returns the global console.
func (p *pass) console() goja.Value {
	console := p.rt.NewObject()
	for _, m := range p.consoleMethods() {
		_ = console.Set(m.name, p.native(m.name, p.unlessInSnippet(m.fn)))
	}
	return console
}

// quietConsole returns the console of a snippet, which prints nothing.
func (p *pass) quietConsole() goja.Value {
	console := p.rt.NewObject()
	for _, m := range p.consoleMethods() {
		_ = console.Set(m.name, p.native(m.name, quiet))
	}
	return console
}

// printer returns a function that prints its arguments.
func (p *pass) printer(prefix string) func(goja.FunctionCall) goja.Value {
	return func(call goja.FunctionCall) goja.Value {
		p.print(prefix, p.formatted(call.Arguments))
		return goja.Undefined()
	}
}

// print prints text, inside of the groups that are open.
func (p *pass) print(prefix, text string) {
	if indent := p.scope.console.indent; indent != "" {
		text = indent + strings.ReplaceAll(text, "\n", "\n"+indent)
	}
	if p.ended() {
		return // the engine notices a little later
	}
	p.host.Print(prefix + withoutAddresses(text))
}

// plainString is String(v); it throws as that does.
func plainString(v goja.Value) string {
	if sym, ok := v.(*goja.Symbol); ok {
		return "Symbol(" + sym.String() + ")"
	}
	return v.String()
}

func (p *pass) consoleTrace(call goja.FunctionCall) goja.Value {
	text := "Trace"
	if shown := p.formatted(call.Arguments); shown != "" {
		text += ": " + shown
	}
	p.print("[error] ", text)
	return goja.Undefined()
}

// consoleDir shows a value, a string too, with the depth that the options give.
func (p *pass) consoleDir(call goja.FunctionCall) goja.Value {
	i := p.newInspector()
	if options, ok := call.Argument(1).(*goja.Object); ok {
		switch depth := options.Get("depth"); {
		case depth == nil || goja.IsUndefined(depth):
		case goja.IsNull(depth):
			i.depth = inspectMaxDepth
		default:
			i.depth = int(min(depth.ToInteger(), inspectMaxDepth))
		}
	}
	p.print("", i.show(call.Argument(0)))
	return goja.Undefined()
}

func (p *pass) consoleAssert(call goja.FunctionCall) goja.Value {
	if call.Argument(0).ToBoolean() {
		return goja.Undefined()
	}
	text := "Assertion failed"
	if len(call.Arguments) > 1 {
		text += ": " + p.formatted(call.Arguments[1:])
	}
	p.print("[error] ", text)
	return goja.Undefined()
}

// label is the first argument as text; default for none.
func label(call goja.FunctionCall) string {
	if v := call.Argument(0); !goja.IsUndefined(v) {
		return v.String()
	}
	return "default"
}

func (p *pass) consoleGroup(call goja.FunctionCall) goja.Value {
	if len(call.Arguments) > 0 {
		p.print("", p.formatted(call.Arguments))
	}
	if c := &p.scope.console; len(c.indent) < 200 {
		c.indent += "  "
	}
	return goja.Undefined()
}

func (p *pass) consoleGroupEnd(goja.FunctionCall) goja.Value {
	c := &p.scope.console
	c.indent = strings.TrimSuffix(c.indent, "  ")
	return goja.Undefined()
}
