package sandbox

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/dop251/goja"
)

// extendJSON makes JSON.parse keep halves of surrogate pairs: the engine replaces them
// by U+FFFD.
func (p *pass) extendJSON() error {
	object := p.rt.GlobalObject().Get("JSON").(*goja.Object)
	engine, _ := goja.AssertFunction(object.Get("parse"))
	parse := p.native("parse", func(call goja.FunctionCall) goja.Value {
		if text := p.toString(call.Argument(0)); mayHaveHalves(text.String()) {
			// What does not parse here gets the engine's error.
			if v, err := p.parseHalves(text); err == nil {
				return p.revived(v, call.Argument(1))
			}
		}
		return throwing(engine(object, call.Arguments...))
	})
	return hide(object, "parse", p.sized(2, parse))
}

// mayHaveHalves reports whether a text has escapes of surrogates, or halves that a Go
// string could not take.
func mayHaveHalves(text string) bool {
	return strings.Contains(text, `\ud`) || strings.Contains(text, `\uD`) || strings.Contains(text, "\ufffd")
}

// parseHalves parses JSON whose strings may have halves.
func (p *pass) parseHalves(text goja.String) (goja.Value, error) {
	var b strings.Builder
	for i := 0; i < text.Length(); i++ {
		r := rune(text.CharAt(i))
		if i+1 < text.Length() {
			if pair := utf16.DecodeRune(r, rune(text.CharAt(i+1))); pair != utf8.RuneError {
				b.WriteRune(pair)
				i++
				continue
			}
		}
		if utf16.IsSurrogate(r) {
			fmt.Fprintf(&b, `\u%04x`, r) // only a string can have it
			continue
		}
		b.WriteRune(r)
	}
	if b.Len() == 0 {
		return nil, errNothing
	}
	c := codec{rt: p.rt, plainJSON: true, ended: p.codec.ended}
	v, err := c.decode([]byte(b.String()))
	if err == nil && keyHasHalves([]byte(b.String())) {
		p.throw("SyntaxError", "JSON.parse: a key that has half of a surrogate pair is not supported")
	}
	return v, err
}

// keyHasHalves reports whether some key of a JSON text has halves of pairs: the engine
// takes keys as Go strings alone.
func keyHasHalves(text []byte) bool {
	d := decoder{text: append(text, ' ')}
	for d.at < len(text) {
		if d.text[d.at] != '"' {
			d.at++
			continue
		}
		quoted := d.quoted()
		if rest := bytes.TrimLeft(d.text[d.at:], " \t\r\n"); len(rest) == 0 || rest[0] != ':' || !bytes.Contains(quoted, []byte(`\u`)) {
			continue
		}
		for _, r := range utf16.Decode(units(quoted[1 : len(quoted)-1])) {
			if r == utf8.RuneError {
				return true
			}
		}
	}
	return false
}

// revived passes a parsed value through a reviver, if there is one.
func (p *pass) revived(v, reviver goja.Value) goja.Value {
	revive, ok := goja.AssertFunction(reviver)
	if !ok {
		return v
	}
	holder := p.rt.NewObject()
	_ = holder.DefineDataProperty("", v, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_TRUE)
	return p.revive(revive, holder, "")
}

func (p *pass) revive(reviver goja.Callable, holder *goja.Object, key string) goja.Value {
	v := holder.Get(key)
	if obj, ok := v.(*goja.Object); ok {
		keys := obj.Keys()
		if obj.ClassName() == "Array" {
			keys = keys[:0]
			for i := range obj.Get("length").ToInteger() {
				keys = append(keys, strconv.FormatInt(i, 10))
			}
		}
		for _, name := range keys {
			if item := p.revive(reviver, obj, name); item == nil || goja.IsUndefined(item) {
				_ = obj.Delete(name)
			} else {
				_ = obj.DefineDataProperty(name, item, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_TRUE)
			}
		}
	}
	if v == nil {
		v = goja.Undefined()
	}
	return throwing(reviver(holder, p.rt.ToValue(key), v))
}
