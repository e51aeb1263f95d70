package sandbox

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/dop251/goja"
)

// maxDepth is how deeply a value may be nested.
const maxDepth = 1000

// codec takes values out of a runtime and puts them in: in their durable form,
// whose words are in pkg/value.
type codec struct {
	rt        *goja.Runtime
	limit     int         // bytes of one value that leaves; zero: none
	plainJSON bool        // instead of the durable form
	ended     func() bool // the pass: nobody waits for the value any more

	classes map[string]goja.Value // the language's own, where the script could replace them
}

// encode returns the durable form of v; nil for undefined, and for functions and
// symbols, as JSON has it. It runs code of the script (getters, toJSON), so it
// panics as such code does: call it in the engine.
func (c *codec) encode(v goja.Value) (json.RawMessage, *Invalid) {
	if v == nil || goja.IsUndefined(v) {
		return nil, nil
	}
	e := encoder{codec: c}
	present := e.value(v, "")
	if e.invalid != nil {
		return nil, e.invalid
	}
	if !present {
		return nil, nil
	}
	return e.out, nil
}

// encoder is one value on its way out.
type encoder struct {
	*codec
	out     []byte
	open    []*goja.Object // what v is inside of
	nodes   int
	invalid *Invalid
}

// value appends v. It reports false, and appends nothing, for what JSON leaves out.
func (e *encoder) value(v goja.Value, key string) bool {
	if e.nodes++; e.nodes%1024 == 0 && e.ended() {
		e.refuse("the pass has ended")
	}
	if e.invalid != nil {
		return true
	}
	switch v := v.(type) {
	case nil:
		e.kind(kindUndefined)
		return true
	case *goja.Symbol:
		return false
	case *goja.Object:
		return e.object(v, key)
	}
	switch x := v.Export().(type) {
	case nil:
		if goja.IsUndefined(v) {
			e.kind(kindUndefined)
		} else {
			e.append("null")
		}
	case bool:
		e.append(strconv.FormatBool(x))
	case int64:
		e.out = strconv.AppendInt(e.out, x, 10)
		e.check(0)
	case float64:
		e.number(x, v)
	case string:
		x = withoutAddresses(x)
		if strings.Contains(x, "\ufffd") {
			e.quoteUnits(v.(goja.String))
		} else {
			e.quote(x)
		}
	default: // a big integer
		e.bigInt(v.String())
	}
	return true
}

func (e *encoder) number(f float64, v goja.Value) {
	switch {
	case math.IsNaN(f):
		e.kind(kindNaN)
	case math.IsInf(f, 1):
		e.kind(kindInfinity)
	case math.IsInf(f, -1):
		e.kind(kindNegativeInfinity)
	case f == 0 && math.Signbit(f):
		e.kind(kindNegativeZero)
	default:
		e.append(v.String())
	}
}

// object appends an object as what it is, or as what its toJSON makes of it.
func (e *encoder) object(o *goja.Object, key string) bool {
	if o.ExportType() == timeType {
		e.date(o)
		return true
	}
	if toJSON, ok := goja.AssertFunction(o.Get("toJSON")); ok {
		v := throwing(toJSON(o, e.rt.ToValue(key)))
		replaced, ok := v.(*goja.Object)
		if !ok {
			return e.value(v, key)
		}
		o = replaced
	}
	if _, ok := goja.AssertFunction(o); ok && o.ExportType() != proxyType || o.ClassName() == "Function" {
		return false
	}
	if e.enter(o) {
		e.contents(o, o.ExportType(), o.ClassName())
		e.open = e.open[:len(e.open)-1]
	}
	return true
}

// contents appends an object that is neither a date nor a function. The engine
// tells its objects apart by class and export type together.
func (e *encoder) contents(o *goja.Object, t reflect.Type, class string) {
	switch {
	case t == promiseType:
		e.refuse("a promise has no value yet: await it first")
	case t == mapType:
		e.collection(o, kindMap)
	case t == listType && class != "Array":
		e.collection(o, kindSet)
	case t == arrayBufferType:
		e.binary("ArrayBuffer", o)
	case t.Kind() == reflect.Slice && t != listType, isDataView(o, t):
		e.binary(viewKind(t), o)
	case class == "Array" || t == proxyType && isArray(o):
		e.array(o)
	case class == "Error" && t != proxyType:
		e.error(o)
	case class == "Number" || class == "String" || class == "Boolean" || t == bigIntType:
		e.value(e.unboxed(o, t), "")
	default:
		e.record(o)
	}
}

// enter notes that what follows is inside of o. It reports false, and refuses the
// value, when o is inside of itself or too deep.
func (e *encoder) enter(o *goja.Object) bool {
	if slices.Contains(e.open, o) {
		e.refuse("it contains itself")
		return false
	}
	if len(e.open) == maxDepth {
		e.refuse(fmt.Sprintf("it is nested more than %d levels deep", maxDepth))
		return false
	}
	e.open = append(e.open, o)
	return true
}

// refuse ends the encoding: the value has no durable form.
func (e *encoder) refuse(why string) {
	if e.invalid == nil {
		e.invalid = &Invalid{
			Bytes: len(e.out),
			Problem: "the value could not be recorded durably (" + why + "); " +
				"only JSON-compatible values plus binary and big integers may cross",
		}
	}
}

// check ends the encoding when it, and more bytes after it, are above the limit.
func (e *encoder) check(more int) bool {
	size := len(e.out) + more
	if e.limit <= 0 || size <= e.limit {
		return e.invalid == nil
	}
	if e.invalid == nil {
		e.invalid = &Invalid{
			TooLarge: true,
			Bytes:    size,
			Problem:  fmt.Sprintf("the value is too large to record durably: more than %d bytes", e.limit),
		}
	}
	return false
}

func (e *encoder) append(s string) {
	if e.check(len(s)) {
		e.out = append(e.out, s...)
	}
}

// array appends a list. Holes are undefined.
func (e *encoder) array(o *goja.Object) {
	e.append("[")
	for i := int64(0); i < o.Get("length").ToInteger() && e.invalid == nil; i++ {
		if i > 0 {
			e.append(",")
		}
		key := strconv.FormatInt(i, 10)
		if !e.value(o.Get(key), key) {
			e.append("null")
		}
	}
	e.append("]")
}

// record appends the properties of an object. One that looks like an envelope is
// put into one, so that it comes back as what it is.
func (e *encoder) record(o *goja.Object) {
	keys := o.Keys()
	if !e.plainJSON && slices.ContainsFunc(keys, isEnvelopeKey) {
		e.envelope(kindObject, func() { e.properties(o, keys) })
		return
	}
	e.properties(o, keys)
}

func (e *encoder) properties(o *goja.Object, keys []string) {
	e.append("{")
	start := len(e.out)
	for _, key := range keys {
		v := o.Get(key)
		if v == nil && strings.Contains(key, "\ufffd") {
			// The engine names its properties by Go strings, which hold no such half.
			e.refuse("a key has half of a surrogate pair")
			return
		}
		if e.plainJSON && (v == nil || goja.IsUndefined(v)) {
			continue
		}
		mark := len(e.out)
		if mark > start {
			e.append(",")
		}
		e.quote(key)
		e.append(":")
		if !e.value(v, key) && e.invalid == nil {
			e.out = e.out[:mark]
		}
		if e.invalid != nil {
			return
		}
	}
	e.append("}")
}

// unboxed returns the primitive inside of new Number(1) and its like.
func (e *encoder) unboxed(o *goja.Object, t reflect.Type) goja.Value {
	switch {
	case t == bigIntType:
		return e.rt.ToValue(o.Export())
	case o.ClassName() == "Number":
		return o.ToNumber()
	case o.ClassName() == "String":
		return e.rt.ToValue(o.String())
	}
	return e.rt.ToValue(o.Export())
}
