package sandbox

import "github.com/dop251/goja"

// kindOf tells structuredClone what an object is; a text that names what cannot be
// cloned for all others.
func (p *pass) kindOf(call goja.FunctionCall) goja.Value {
	o := call.Argument(0).(*goja.Object)
	return p.rt.ToValue(cloneKind(o))
}

func cloneKind(o *goja.Object) string {
	t, class := o.ExportType(), o.ClassName()
	switch {
	case t == proxyType:
		return "A proxy"
	case class == "Function":
		return "A function"
	case t == timeType:
		return "Date"
	case t == promiseType:
		return "A promise"
	case t == namespaceType:
		return "A connector"
	case t == mapType:
		return "Map"
	case class == "Array", class == "Error", class == "RegExp":
		return class
	case t == listType && class != "Arguments":
		return "Set"
	case t == arrayBufferType:
		return "ArrayBuffer"
	case isIntegers(o) || isFloats(t) || isDataView(o, t):
		return "view"
	case t == bigIntType:
		return "BigInt"
	case class == "Number" || class == "String" || class == "Boolean":
		return class
	case class == "WeakMap" || class == "WeakSet" || class == "Symbol":
		return "A " + class
	}
	return "Object"
}

// namesBytes reports whether the script names a class of bytes.
func (p *pass) namesBytes(goja.FunctionCall) goja.Value {
	return p.rt.ToValue(p.mentions("globalThis", "this", "ArrayBuffer", "DataView", "Int8Array", "Uint8Array", "Uint8ClampedArray",
		"Int16Array", "Uint16Array", "Int32Array", "Uint32Array", "Float32Array", "Float64Array", "BigInt64Array", "BigUint64Array"))
}
