package sandbox

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/dop251/goja"
)

// quoted is a string in the quotes that need the fewest escapes.
func (i *inspector) quoted(s goja.String) string {
	n, left := s.Length(), 0
	if n > inspectText {
		n, left = inspectText, n-inspectText
	}
	units := make([]uint16, n)
	quote := byte('\'')
	has := func(c byte) bool {
		for _, u := range units {
			if u == uint16(c) {
				return true
			}
		}
		return false
	}
	for k := range units {
		units[k] = s.CharAt(k)
	}
	if has('\'') {
		if !has('"') {
			quote = '"'
		} else if !has('`') && !has('$') {
			quote = '`'
		}
	}
	out := quoteText(units, quote)
	if left > 0 {
		out += "... " + strconv.Itoa(left) + " more character"
		if left > 1 {
			out += "s"
		}
	}
	return out
}

// quoteText writes units as a literal of the language.
func quoteText(units []uint16, quote byte) string {
	var b strings.Builder
	b.WriteByte(quote)
	for k := 0; k < len(units); k++ {
		r := rune(units[k])
		if k+1 < len(units) {
			if pair := utf16.DecodeRune(r, rune(units[k+1])); pair != utf8.RuneError {
				b.WriteRune(pair)
				k++
				continue
			}
		}
		switch {
		case r == rune(quote) || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\b':
			b.WriteString(`\b`)
		case r == '\f':
			b.WriteString(`\f`)
		case r < ' ' || r >= 0x7f && r <= 0x9f:
			fmt.Fprintf(&b, `\x%02X`, r)
		case utf16.IsSurrogate(r):
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte(quote)
	return b.String()
}

// dateText is a Date as ISO has it.
func dateText(o *goja.Object) string {
	t, ok := o.Export().(time.Time)
	if !ok {
		return "Invalid Date"
	}
	return isoDate(t)
}

// functionText shows a function or a class.
func (i *inspector) functionText(o *goja.Object, class string) string {
	name := i.functionName(o)
	source, _ := i.intrinsics.functionOf(o)
	if source != nil && strings.HasPrefix(source.String(), "class") {
		if name == "" {
			name = "(anonymous)"
		}
		if base := i.functionName(orNothing(o.Prototype(), o)); base != "" {
			name += " extends " + base
		}
		return "[class " + name + "]"
	}
	kind := "Function"
	if class == "AsyncFunction" || class == "GeneratorFunction" {
		kind = class
	}
	if name == "" {
		return "[" + kind + " (anonymous)]"
	}
	return "[" + kind + ": " + name + "]"
}

// orNothing returns proto, or an object that is no function when there is none.
func orNothing(proto, o *goja.Object) *goja.Object {
	if proto == nil {
		return o
	}
	return proto
}

// errorText is an error's name and message; inside of something in brackets.
func (i *inspector) errorText(o *goja.Object, class string) string {
	read := func(key string) string {
		if v, ok := i.lookup(o, i.rt.ToValue(key)); ok {
			if s, ok := v.(goja.String); ok {
				return s.String()
			}
		}
		return ""
	}
	name := read("name")
	if name == "" || name == "Error" {
		name = class
	}
	if given := i.given["exception"]; given != nil {
		if nameOf, ok := goja.AssertFunction(given.Get("nameOf")); ok {
			if v, err := nameOf(goja.Undefined(), o); err == nil && !goja.IsUndefined(v) {
				name = "DOMException [" + v.String() + "]"
			}
		}
	}
	shown := name
	if message := read("message"); message != "" {
		shown += ": " + message
	}
	if len(i.open) > 0 {
		shown = "[" + shown + "]"
	}
	return shown
}

// regexpText is a regular expression as one writes it.
func (i *inspector) regexpText(o *goja.Object) string {
	text := "[RegExp]"
	_ = i.rt.Try(func() { text = "/" + given(o, "source").String() + "/" + given(o, "flags").String() })
	return text
}

// boxedText shows new Number(1) and its like.
func (i *inspector) boxedText(o *goja.Object) string {
	class := o.ClassName()
	if class == "String" {
		var units []uint16
		for k := range min(i.length(o), inspectText) {
			if c, ok := i.own(o, i.rt.ToValue(k)).value.(goja.String); ok {
				units = append(units, c.CharAt(0))
			}
		}
		return "[String: " + quoteText(units, '\'') + "]"
	}
	v := i.rt.ToValue(o.Export())
	if goja.IsBigInt(v) {
		class = "BigInt"
	}
	return "[" + class + ": " + i.value(v) + "]"
}

func utf16Of(s string) []uint16 { return utf16.Encode([]rune(s)) }
