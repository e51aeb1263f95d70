package sandbox

import (
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"math/big"

	"github.com/dop251/goja"
)

// envelope reads what follows the first key of an envelope.
func (d *decoder) envelope(key string) (goja.Value, error) {
	if d.next() != '"' {
		return nil, fmt.Errorf("parse %s: its kind is not a string", key)
	}
	kind, data := unquote(d.quoted()), goja.Undefined()
	if d.more('}') {
		if name := d.key(); name != "data" {
			return nil, fmt.Errorf("parse %s: %q is not its data", key, name)
		}
		var err error
		if data, err = d.data(key, kind); err != nil {
			return nil, err
		}
		if d.more('}') {
			return nil, fmt.Errorf("parse %s: there is more than its data", key)
		}
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
	if d.next() != '{' {
		return nil, fmt.Errorf("parse %s: its data is not an object", key)
	}
	return d.object(false)
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

// plainError keeps an exception from being taken for one that the script caused.
func plainError(err error) error {
	if ex, ok := err.(*goja.Exception); ok {
		return errors.New(ex.Error())
	}
	return err
}

// captureClasses takes the language's constructors before the script runs, as far as
// the script could put others in their place. The others are taken when they are
// needed: most scripts need none, and some cost much.
func (p *pass) captureClasses() {
	p.codec.classes = make(map[string]goja.Value)
	take := func(name string) { p.codec.classes[name] = p.rt.GlobalObject().Get(name) }
	for _, name := range []string{"Error", "TypeError", "RangeError", "SyntaxError", "ReferenceError", "EvalError", "URIError"} {
		if p.reaches(name) {
			take(name)
		}
	}
	for _, name := range []string{"Map", "Set", "Date", "Uint8Array"} {
		if p.mentions(name, "globalThis", escapeMark) {
			take(name)
		}
	}
}

// construct makes an object with one of the language's constructors.
func (c *codec) construct(name string, args ...goja.Value) (*goja.Object, error) {
	class := c.classes[name]
	if class == nil {
		class = c.rt.GlobalObject().Get(name)
	}
	obj, err := c.rt.New(class, args...)
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
