package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf16"

	"github.com/dop251/goja"

	"github.com/reprise-run/reprise/pkg/value"
)

// decode puts a value into the runtime; nil is undefined. No code of the script runs.
func (c *codec) decode(durable json.RawMessage) (goja.Value, error) {
	if len(durable) == 0 {
		return goja.Undefined(), nil
	}
	if value.Deeper(durable, 4*maxDepth) { // the parsers recurse, and a stack that overflows ends the process
		return nil, fmt.Errorf("the value is nested more than %d levels deep", maxDepth)
	}
	if !json.Valid(durable) {
		return nil, errors.New("the value is not JSON")
	}
	d := decoder{codec: c, text: durable, envelopes: !c.plainJSON && bytes.Contains(durable, []byte(reservedPrefix))}
	return d.value()
}

// decoder is one value on its way in. Its text is known to be JSON.
type decoder struct {
	*codec
	text      []byte
	at        int
	envelopes bool // whether there may be any
}

// next returns what the next token begins with.
func (d *decoder) next() byte {
	for {
		switch c := d.text[d.at]; c {
		case ' ', '\t', '\n', '\r':
			d.at++
		default:
			return c
		}
	}
}

// more reports whether a list that end closes goes on, and reads the comma or end.
func (d *decoder) more(end byte) bool {
	c := d.next()
	if c == ',' || c == end {
		d.at++
	}
	return c != end
}

func (d *decoder) value() (goja.Value, error) {
	switch d.next() {
	case '{':
		return d.object(d.envelopes)
	case '[':
		return d.array()
	case '"':
		return d.string(), nil
	case 't':
		d.at += len("true")
		return d.rt.ToValue(true), nil
	case 'f':
		d.at += len("false")
		return d.rt.ToValue(false), nil
	case 'n':
		d.at += len("null")
		return goja.Null(), nil
	}
	return d.number(), nil
}

func (d *decoder) number() goja.Value {
	start, whole := d.at, d.text[d.at] != '-'
	for ; d.at < len(d.text); d.at++ {
		switch c := d.text[d.at]; {
		case c >= '0' && c <= '9' || c == '-':
		case c == '.' || c == 'e' || c == 'E' || c == '+':
			whole = false
		default:
			return d.numberOf(d.text[start:d.at], whole)
		}
	}
	return d.numberOf(d.text[start:], whole)
}

func (d *decoder) numberOf(text []byte, whole bool) goja.Value {
	if whole && len(text) <= 15 {
		n, _ := strconv.ParseInt(string(text), 10, 64)
		return d.rt.ToValue(n)
	}
	f, _ := strconv.ParseFloat(string(text), 64) // out of range: an infinity, as in the language
	return d.rt.ToValue(f)
}

// quoted reads a string and returns its text, quotes included.
func (d *decoder) quoted() []byte {
	start := d.at
	for d.at++; d.text[d.at] != '"'; d.at++ {
		if d.text[d.at] == '\\' {
			d.at++
		}
	}
	d.at++
	return d.text[start:d.at]
}

func (d *decoder) string() goja.Value {
	quoted := d.quoted()
	if bytes.Contains(quoted, []byte(`\u`)) {
		return goja.StringFromUTF16(units(quoted[1 : len(quoted)-1]))
	}
	return d.rt.ToValue(unquote(quoted))
}

// unquote returns the string of a JSON text.
func unquote(quoted []byte) string {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return string(quoted[1 : len(quoted)-1])
	}
	var s string
	_ = json.Unmarshal(quoted, &s) // it is valid
	return s
}

// units returns the UTF-16 units of a JSON text. Unlike a Go string they can be
// halves of pairs.
func units(text []byte) []uint16 {
	var out []uint16
	for len(text) > 0 {
		i := bytes.Index(text, []byte(`\u`))
		if i < 0 {
			i = len(text)
		}
		if n := bytes.IndexByte(text[:i], '\\'); n >= 0 && n < i {
			i = n + 2 // up to and with an escape of one letter
		}
		if i > 0 {
			out = append(out, utf16.Encode([]rune(unquote([]byte(`"`+string(text[:i])+`"`))))...)
			text = text[i:]
			continue
		}
		n, _ := strconv.ParseUint(string(text[2:6]), 16, 16)
		out = append(out, uint16(n))
		text = text[6:]
	}
	return out
}

func (d *decoder) array() (goja.Value, error) {
	var items []any
	d.at++
	for d.more(']') {
		v, err := d.value()
		if err != nil {
			return nil, err
		}
		items = append(items, v)
	}
	return d.rt.NewArray(items...), nil
}

// object reads an envelope or the properties of an object. The object directly
// inside of an escape is never an envelope.
func (d *decoder) object(envelopes bool) (goja.Value, error) {
	obj := d.rt.NewObject()
	d.at++
	for first := true; d.more('}'); first = false {
		key := d.key()
		if first && envelopes && isEnvelopeKey(key) {
			return d.envelope(key)
		}
		v, err := d.value()
		if err != nil {
			return nil, err
		}
		// Not a plain assignment: the key may be __proto__.
		if err := obj.DefineDataProperty(key, v, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_TRUE); err != nil {
			return nil, err
		}
	}
	return obj, nil
}

// key reads a key and its colon.
func (d *decoder) key() string {
	d.next()
	key := unquote(d.quoted())
	d.next()
	d.at++
	return key
}
