package sandbox

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/dop251/goja"
)

// namespace is a global name whose properties are functions: that of a connector,
// whatever the property, or codemode. Looking at it has no effects, so that it can
// be awaited, printed and spread.
type namespace struct {
	method  func(name string) goja.Value
	methods map[string]goja.Value // those that were looked up
}

var _ goja.DynamicObject = (*namespace)(nil)

// Get returns the function called name; nil leaves it to Object.prototype.
func (n *namespace) Get(name string) goja.Value {
	if fn, ok := n.methods[name]; ok {
		return fn
	}
	if reserved(name) {
		return nil
	}
	fn := n.method(name)
	n.methods[name] = fn
	return fn
}

// reserved reports whether a property is the language's and never a method: what
// await, JSON.stringify and conversions look for.
func reserved(name string) bool {
	switch name {
	case "then", "toJSON", "toString", "toLocaleString", "valueOf", "constructor",
		"hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable":
		return true
	}
	return strings.HasPrefix(name, "__") && strings.HasSuffix(name, "__")
}

// Has implements [goja.DynamicObject].
func (n *namespace) Has(name string) bool { return !reserved(name) }

// Set implements [goja.DynamicObject]: nothing can be changed.
func (n *namespace) Set(string, goja.Value) bool { return false }

// Delete implements [goja.DynamicObject].
func (n *namespace) Delete(string) bool { return false }

// Keys implements [goja.DynamicObject]: only the host knows the methods.
func (n *namespace) Keys() []string { return nil }

func (p *pass) namespace(method func(string) goja.Value) goja.Value {
	return p.rt.NewDynamicObject(&namespace{method: method, methods: make(map[string]goja.Value)})
}

// connector returns the global of a connector.
func (p *pass) connector(name string) goja.Value {
	return p.namespace(func(method string) goja.Value {
		return p.native(method, func(call goja.FunctionCall) goja.Value {
			return p.call(name, method, call)
		})
	})
}

// maxMethod bounds what leaves of the name of a method or step. No host takes one that
// is so long.
const maxMethod = 64 << 10

// call issues a connector call and returns its promise.
func (p *pass) call(connector, method string, call goja.FunctionCall) goja.Value {
	if p.scope.inStep {
		p.refuseInStep(connector + "." + method)
	}
	op := Op{Kind: OpCall, Connector: connector, Method: shorten(method, maxMethod), Pos: p.here()}
	if len(call.Arguments) > 0 {
		op.Args, op.Invalid = p.codec.encode(call.Arguments[0])
	}
	promise, resolve, reject := p.rt.NewPromise()
	p.issue(op, &operation{resolve: resolve, reject: reject})
	return p.rt.ToValue(promise)
}

// bindingSource is a script that gives the global names their values. They are
// lexical: they are no properties of the global object.
func bindingSource(connectors []string) (string, error) {
	var b strings.Builder
	b.WriteString("const codemode = __bind()")
	for _, name := range connectors {
		if !isPlainName(name) {
			return "", fmt.Errorf("bind connectors: %q is not an identifier", name)
		}
		b.WriteString(", " + name + " = __bind()")
	}
	return b.String(), nil
}

// isPlainName reports whether name has only characters of identifiers: nothing else may
// get into a script.
func isPlainName(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return r != '_' && r != '$' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
}

func compileBinding(source string) (*goja.Program, error) {
	prg, err := goja.Compile("", source, true)
	if err != nil {
		return nil, fmt.Errorf("bind connectors: a name is not an identifier, or is there twice: %w", err)
	}
	return prg, nil
}

// bind gives the connectors and codemode their global names.
func (p *pass) bind(prg *goja.Program) error {
	values := []goja.Value{p.platform(0)}
	for _, name := range p.script.Connectors {
		values = append(values, p.connector(name))
	}
	next := func(goja.FunctionCall) goja.Value {
		v := values[0]
		values = values[1:]
		return v
	}
	global := p.rt.GlobalObject()
	if err := global.Set("__bind", next); err != nil {
		return err
	}
	if _, err := p.rt.RunProgram(prg); err != nil {
		return err
	}
	return global.Delete("__bind")
}
