package sandbox

import (
	"encoding/base64"
	"math/big"
	"reflect"
	"strings"
	"time"

	"github.com/dop251/goja"
)

// The types by which the engine tells its objects apart.
var (
	proxyType       = reflect.TypeFor[goja.Proxy]()
	promiseType     = reflect.TypeFor[*goja.Promise]()
	arrayBufferType = reflect.TypeFor[goja.ArrayBuffer]()
	timeType        = reflect.TypeFor[time.Time]()
	bigIntType      = reflect.TypeFor[*big.Int]()
	mapType         = reflect.TypeFor[[][2]any]()
	listType        = reflect.TypeFor[[]any]() // arrays, and sets
	recordType      = reflect.TypeFor[map[string]any]()
	bytesType       = reflect.TypeFor[[]byte]()
	namespaceType   = reflect.TypeFor[*namespace]()
)

// The words of durable text. pkg/value says what they mean.
const (
	reservedPrefix = "__codemode_"

	valueKey  = "__codemode_value_v1__"
	bigintKey = "__codemode_bigint_v1__"
	binaryKey = "__codemode_binary_v1__"

	kindUndefined        = "undefined"
	kindNaN              = "NaN"
	kindInfinity         = "Infinity"
	kindNegativeInfinity = "-Infinity"
	kindNegativeZero     = "-0"
	kindDate             = "Date"
	kindMap              = "Map"
	kindSet              = "Set"
	kindError            = "Error"
	kindObject           = "Object"
)

// isEnvelopeKey reports whether an object with this key could be taken for an envelope.
func isEnvelopeKey(key string) bool { return strings.HasPrefix(key, reservedPrefix) }

// envelope appends data, as write does it, in an envelope of a kind. The plain
// form has only the data.
func (e *encoder) envelope(kind string, write func()) {
	if e.plainJSON {
		write()
		return
	}
	e.append(`{"` + valueKey + `":"` + kind + `","data":`)
	write()
	e.append("}")
}

// kind appends an envelope that says it all. The plain form has null.
func (e *encoder) kind(kind string) {
	if e.plainJSON {
		e.append("null")
		return
	}
	e.append(`{"` + valueKey + `":"` + kind + `"}`)
}

// bigInt appends a big integer; in the plain form it is a string.
func (e *encoder) bigInt(digits string) {
	if e.plainJSON {
		e.append(`"` + digits + `"`)
		return
	}
	e.append(`{"` + bigintKey + `":"` + digits + `"}`)
}

// date appends the time of a Date.
func (e *encoder) date(o *goja.Object) {
	e.envelope(kindDate, func() {
		if t, ok := o.Export().(time.Time); ok {
			e.append(`"` + isoDate(t) + `"`)
		} else {
			e.append("null") // an invalid date
		}
	})
}

// collection appends a Map as its pairs or a Set as its members, in their order.
func (e *encoder) collection(o *goja.Object, kind string) {
	forEach, ok := goja.AssertFunction(o.Get("forEach"))
	if !ok {
		e.refuse("it cannot be walked through")
		return
	}
	// They are taken first and appended afterwards: forEach may be the script's own, and
	// call at any time what it was given.
	var members [][2]goja.Value
	member := func(call goja.FunctionCall) goja.Value {
		members = append(members, [2]goja.Value{call.Argument(1), call.Argument(0)})
		return goja.Undefined()
	}
	throwing(forEach(o, e.rt.ToValue(member)))
	e.envelope(kind, func() {
		e.append("[")
		for i, m := range members {
			if i > 0 {
				e.append(",")
			}
			e.member(kind, m)
		}
		e.append("]")
	})
}

// member appends one member of a Set, or a pair of a Map.
func (e *encoder) member(kind string, m [2]goja.Value) {
	if kind == kindSet {
		e.orNull(m[1])
		return
	}
	e.append("[")
	e.orNull(m[0])
	e.append(",")
	e.orNull(m[1])
	e.append("]")
}

// orNull appends v, or null in the place of what JSON leaves out.
func (e *encoder) orNull(v goja.Value) {
	if e.invalid == nil && !e.value(v, "") {
		e.append("null")
	}
}

// error appends an error: its name, its message and what caused it.
func (e *encoder) error(o *goja.Object) {
	e.envelope(kindError, func() {
		e.append(`{"name":`)
		e.quote(text(o.Get("name")))
		e.append(`,"message":`)
		e.quote(errorText(o.Get("message")))
		if cause := o.Get("cause"); cause != nil && !goja.IsUndefined(cause) && !e.plainJSON {
			e.append(`,"cause":`)
			e.orNull(cause)
		}
		e.append("}")
	})
}

// binary appends the bytes that o shows.
func (e *encoder) binary(kind string, o *goja.Object) {
	var b []byte
	if err := e.rt.ExportTo(o, &b); err != nil {
		e.refuse(err.Error())
		return
	}
	e.append(`{"` + binaryKey + `":"` + kind + `","data":"`)
	if e.check(base64.StdEncoding.EncodedLen(len(b)) + 2) {
		e.out = base64.StdEncoding.AppendEncode(e.out, b)
	}
	e.append(`"}`)
}

func viewKind(t reflect.Type) string {
	if t == bytesType {
		return "Uint8Array"
	}
	return "ArrayBufferView"
}

// isDataView reports whether o is a DataView: the engine gives it no type of its own.
func isDataView(o *goja.Object, t reflect.Type) bool {
	proto := o.Prototype()
	if t != recordType || proto == nil || proto.Prototype() == nil || len(o.Keys()) > 0 {
		return false
	}
	buffer, ok := o.Get("buffer").(*goja.Object)
	return ok && buffer.ExportType() == arrayBufferType
}

func isArray(o *goja.Object) bool {
	for o != nil && o.ExportType() == proxyType {
		o = o.Export().(goja.Proxy).Target()
	}
	return o != nil && o.ClassName() == "Array"
}
