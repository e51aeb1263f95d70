package sandbox

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"

	"github.com/dop251/goja"
)

// decode puts a value into the runtime; nil is undefined. No code of the script runs.
func (c *codec) decode(durable json.RawMessage) (goja.Value, error) {
	if len(durable) == 0 {
		return goja.Undefined(), nil
	}
	if tooDeep(durable) {
		return nil, fmt.Errorf("the value is nested more than %d levels deep", maxDepth)
	}
	if c.plainJSON || !bytes.Contains(durable, []byte(reservedPrefix)) {
		return c.decodePlain(durable)
	}
	d := decoder{codec: c, in: json.NewDecoder(bytes.NewReader(durable))}
	v, err := d.value()
	if err != nil {
		return nil, err
	}
	return v, nil
}

// decodePlain has the engine's own parser do it.
func (c *codec) decodePlain(text json.RawMessage) (goja.Value, error) {
	v, err := c.parse(goja.Undefined(), c.rt.ToValue(string(text)))
	if err != nil {
		return nil, fmt.Errorf("parse value: %w", plainError(err))
	}
	return v, nil
}

// plainError keeps an exception from being taken for one that the script caused.
func plainError(err error) error {
	if ex, ok := err.(*goja.Exception); ok {
		return errors.New(ex.Error())
	}
	return err
}

// tooDeep reports whether text nests deeper than any value of ours. The parsers
// recurse, and a stack that overflows ends the process.
func tooDeep(text []byte) bool {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted:
			if c == '\\' {
				i++
			} else if c == '"' {
				quoted = false
			}
		case c == '"':
			quoted = true
		case c == '{' || c == '[':
			if depth++; depth > 4*maxDepth {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}

// decoder is one value with envelopes on its way in.
type decoder struct {
	*codec
	in *json.Decoder
}

func (d *decoder) value() (goja.Value, error) {
	token, err := d.in.Token()
	if err != nil {
		return nil, fmt.Errorf("parse value: %w", err)
	}
	switch token {
	case json.Delim('{'):
		return d.object(false)
	case json.Delim('['):
		return d.array()
	case nil:
		return goja.Null(), nil
	}
	return d.rt.ToValue(token), nil
}

func (d *decoder) array() (goja.Value, error) {
	var items []any
	for d.in.More() {
		v, err := d.value()
		if err != nil {
			return nil, err
		}
		items = append(items, v)
	}
	_, err := d.in.Token()
	return d.rt.NewArray(items...), err
}

// object reads what follows a brace: an envelope, or the properties of an object.
// What is inside of an escape is never an envelope.
func (d *decoder) object(escaped bool) (goja.Value, error) {
	obj := d.rt.NewObject()
	for first := true; d.in.More(); first = false {
		token, err := d.in.Token()
		if err != nil {
			return nil, fmt.Errorf("parse value: %w", err)
		}
		key, _ := token.(string)
		if first && !escaped && isEnvelopeKey(key) {
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
	_, err := d.in.Token()
	return obj, err
}

// envelope reads what follows the first key of an envelope.
func (d *decoder) envelope(key string) (goja.Value, error) {
	var kind string
	if err := d.in.Decode(&kind); err != nil {
		return nil, fmt.Errorf("parse %s: %w", key, err)
	}
	data := goja.Undefined()
	if d.in.More() {
		name, err := d.in.Token()
		if err != nil || name != "data" {
			return nil, fmt.Errorf("parse %s: %v is not its data", key, name)
		}
		if data, err = d.data(key, kind); err != nil {
			return nil, err
		}
	}
	if _, err := d.in.Token(); err != nil {
		return nil, fmt.Errorf("parse %s: %w", key, err)
	}
	switch key {
	case bigintKey:
		return d.bigInt(kind)
	case binaryKey:
		return d.binary(kind, data)
	case valueKey:
		return d.kind(kind, data)
	}
	return nil, fmt.Errorf("parse value: unknown envelope %s", key)
}

func (d *decoder) data(key, kind string) (goja.Value, error) {
	if key != valueKey || kind != kindObject {
		return d.value()
	}
	if token, err := d.in.Token(); err != nil || token != json.Delim('{') {
		return nil, fmt.Errorf("parse %s: its data is not an object", key)
	}
	return d.object(true)
}

func (d *decoder) bigInt(digits string) (goja.Value, error) {
	n, ok := new(big.Int).SetString(digits, 10)
	if !ok {
		return nil, fmt.Errorf("parse value: %q is not a big integer", digits)
	}
	return d.rt.ToValue(n), nil
}

func (d *decoder) binary(kind string, data goja.Value) (goja.Value, error) {
	b, err := base64.StdEncoding.DecodeString(text(data))
	if err != nil {
		return nil, fmt.Errorf("parse bytes: %w", err)
	}
	buffer := d.rt.ToValue(d.rt.NewArrayBuffer(b))
	if kind == "ArrayBuffer" {
		return buffer, nil
	}
	return d.construct("Uint8Array", buffer)
}

// kind returns the value that an envelope of this kind stands for.
func (d *decoder) kind(kind string, data goja.Value) (goja.Value, error) {
	switch kind {
	case kindUndefined:
		return goja.Undefined(), nil
	case kindNaN:
		return goja.NaN(), nil
	case kindInfinity:
		return goja.PositiveInf(), nil
	case kindNegativeInfinity:
		return goja.NegativeInf(), nil
	case kindNegativeZero:
		return d.rt.ToValue(math.Copysign(0, -1)), nil
	case kindObject:
		return data, nil
	case kindMap, kindSet:
		return d.construct(kind, data)
	case kindDate:
		return d.date(data)
	case kindError:
		if obj, ok := data.(*goja.Object); ok {
			return d.error(obj)
		}
	}
	return nil, fmt.Errorf("parse value: unknown kind %q", kind)
}

func (d *decoder) date(data goja.Value) (goja.Value, error) {
	if goja.IsNull(data) {
		return d.construct("Date", goja.NaN())
	}
	t, err := parseISODate(text(data))
	if err != nil {
		return nil, fmt.Errorf("parse date: %w", err)
	}
	return d.construct("Date", d.rt.ToValue(t.UnixMilli()))
}

func (d *decoder) error(data *goja.Object) (goja.Value, error) {
	e, err := d.newError(text(data.Get("name")), text(data.Get("message")))
	if err != nil {
		return nil, err
	}
	if cause := data.Get("cause"); cause != nil {
		err = hide(e, "cause", cause)
	}
	return e, err
}

// construct makes an object with one of the language's constructors.
func (c *codec) construct(name string, args ...goja.Value) (*goja.Object, error) {
	obj, err := c.rt.New(c.rt.GlobalObject().Get(name), args...)
	if err != nil {
		return nil, fmt.Errorf("make %s: %w", name, plainError(err))
	}
	return obj, nil
}

// newError makes an error of the language's own class where name is one.
func (c *codec) newError(name, message string) (*goja.Object, error) {
	class := "Error"
	switch name {
	case "TypeError", "RangeError", "SyntaxError", "ReferenceError", "EvalError", "URIError":
		class = name
	}
	e, err := c.construct(class, c.rt.ToValue(message))
	if err == nil && name != "" && name != class {
		err = hide(e, "name", c.rt.ToValue(name))
	}
	return e, err
}
