package value

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// Equal reports whether two arguments, in durable form, are the same for a replay.
// The order of keys and properties that are undefined do not matter, at any depth;
// numbers are compared as JavaScript does: 1 is 1.0, and 0 is -0. No argument (nil)
// is not the same as any argument. Texts that are not JSON are the same when their
// bytes are, and so are texts deeper than any value.
func Equal(a, b json.RawMessage) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	if bytes.Equal(a, b) {
		return true
	}
	x, okX := parse(a)
	y, okY := parse(b)
	return okX && okY && same(x, y)
}

// parse returns the tree of a text.
func parse(text []byte) (any, bool) {
	if Deeper(text, textDepth) {
		return nil, false
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var tree any
	if err := d.Decode(&tree); err != nil || d.More() {
		return nil, false
	}
	return tree, true
}

func same(a, b any) bool {
	switch x := number(a).(type) {
	case map[string]any:
		y, ok := b.(map[string]any)
		return ok && sameObject(x, y)
	case []any:
		y, ok := b.([]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for i := range x {
			if !same(x[i], y[i]) {
				return false
			}
		}
		return true
	default:
		return x == number(b)
	}
}

// sameObject compares objects, and envelopes as objects.
func sameObject(a, b map[string]any) bool {
	for k, v := range a {
		other, ok := b[k]
		if !ok && isUndefined(v) {
			continue
		}
		if !ok || !same(v, other) {
			return false
		}
	}
	for k, v := range b {
		if _, ok := a[k]; !ok && !isUndefined(v) {
			return false
		}
	}
	return true
}

func isUndefined(v any) bool { return kindOf(v) == Undefined }

// kindOf returns the kind of an envelope without data.
func kindOf(v any) string {
	o, ok := v.(map[string]any)
	if !ok || len(o) != 1 {
		return ""
	}
	kind, _ := o[ValueKey].(string)
	return kind
}

// number returns the float64 of a number, and anything else as it is.
func number(v any) any {
	if n, ok := v.(json.Number); ok {
		f, _ := strconv.ParseFloat(string(n), 64) // out of range: an infinity, as in JavaScript
		return f
	}
	if kindOf(v) == NegativeZero {
		return 0.0
	}
	return v
}
