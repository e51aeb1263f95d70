package sandbox

import (
	"math"
	"strconv"
	"strings"

	"github.com/dop251/goja"
)

// formatted is what console.log makes of its arguments: strings as they are, all else
// as the inspector shows it, and a first string with directives filled in.
func (p *pass) formatted(args []goja.Value) string {
	if len(args) == 0 {
		return ""
	}
	i := p.newInspector()
	var b strings.Builder
	if goja.IsString(args[0]) {
		if args = i.fill(&b, args[0].String(), args[1:]); len(args) == 0 {
			return b.String()
		}
		b.WriteByte(' ')
	}
	for k, arg := range args {
		if k > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(i.top(arg))
	}
	return b.String()
}

// fill writes a text, its directives replaced by the arguments, and returns those that
// are left.
func (i *inspector) fill(b *strings.Builder, text string, rest []goja.Value) []goja.Value {
	if len(rest) == 0 {
		b.WriteString(text)
		return nil
	}
	for {
		at := strings.IndexByte(text, '%')
		if at < 0 || at+1 == len(text) {
			break
		}
		b.WriteString(text[:at])
		directive := text[at+1]
		text = text[at+2:]
		switch {
		case directive == '%':
			b.WriteByte('%')
		case strings.IndexByte("sdifjoOc", directive) < 0 || len(rest) == 0:
			b.WriteString("%" + string(directive))
		default:
			b.WriteString(i.directive(directive, rest[0]))
			rest = rest[1:]
		}
	}
	b.WriteString(text)
	return rest
}

// directive shows v as a directive of a format wants it.
func (i *inspector) directive(d byte, v goja.Value) string {
	switch d {
	case 's':
		if _, ok := v.(*goja.Object); ok {
			flat := *i
			flat.depth = 0
			return flat.show(v)
		}
		return i.top(v)
	case 'd':
		if goja.IsBigInt(v) {
			return i.show(v)
		}
		if _, ok := v.(*goja.Symbol); ok {
			return "NaN"
		}
		return i.show(i.rt.ToValue(v.ToFloat()))
	case 'i', 'f':
		return i.parsed(d, v)
	case 'j':
		return i.json(v)
	case 'o':
		deep := *i
		deep.depth = 4
		return deep.show(v)
	case 'O':
		return i.show(v)
	}
	return "" // %c: a style
}

// parsed is parseInt or parseFloat of v.
func (i *inspector) parsed(d byte, v goja.Value) string {
	if goja.IsBigInt(v) {
		return i.show(v)
	}
	if _, ok := v.(*goja.Symbol); ok {
		return "NaN"
	}
	name := "parseFloat"
	if d == 'i' {
		name = "parseInt"
	}
	parse, ok := goja.AssertFunction(i.rt.GlobalObject().Get(name))
	if !ok {
		return strconv.FormatFloat(math.NaN(), 'f', -1, 64)
	}
	return i.show(throwing(parse(goja.Undefined(), v)))
}

// json is JSON.stringify of v.
func (i *inspector) json(v goja.Value) string {
	object, _ := i.rt.GlobalObject().Get("JSON").(*goja.Object)
	if object == nil {
		return i.show(v)
	}
	stringify, ok := goja.AssertFunction(object.Get("stringify"))
	if !ok {
		return i.show(v)
	}
	out, err := stringify(object, v)
	if err != nil {
		return i.show(v)
	}
	return plainString(out)
}
