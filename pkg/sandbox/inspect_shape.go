package sandbox

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/dop251/goja"
)

// shape is how an object is shown.
type shape struct {
	kind        string // of its contents
	name        string // of its class
	prefix      string // before the brackets
	open, close string
	parts       []string
	leaf        bool // all is in the prefix
	bare        bool // without parts the prefix stands alone
}

// short is what stands for an object that is too deep.
func (s *shape) short() string {
	if s.kind == "array" && s.name == "Array" {
		return "Array"
	}
	return s.name
}

// join puts the parts on one line, or on one each when that is too long or not flat.
func (s *shape) join(indent int, flat bool) string {
	prefix := s.prefix
	if len(s.parts) == 0 {
		if s.bare {
			return prefix
		}
		return spaced(prefix) + s.open + s.close
	}
	total, lines := 2*len(s.parts)+unitsIn(spaced(prefix)+s.open), false
	if s.bare {
		total--
	}
	for _, part := range s.parts {
		total += unitsIn(part)
		lines = lines || strings.Contains(part, "\n")
	}
	if flat && total+indent <= inspectWidth && !lines {
		return spaced(prefix) + s.open + " " + strings.Join(s.parts, ", ") + " " + s.close
	}
	margin := "\n" + strings.Repeat(" ", indent)
	if (s.kind == "array" || s.kind == "typed") && len(s.parts) > 6 && !lines {
		return spaced(prefix) + s.open + margin + "  " + s.packed(margin+"  ", inspectWidth+2-indent) + margin + s.close
	}
	return spaced(prefix) + s.open + margin + "  " + strings.Join(s.parts, ","+margin+"  ") + margin + s.close
}

// unitsIn is the length of a text for the language.
func unitsIn(text string) int {
	n := 0
	for _, r := range text {
		n += utf16.RuneLen(r)
	}
	return n
}

// packed puts as many parts on each line as fit.
func (s *shape) packed(margin string, width int) string {
	var b strings.Builder
	used := 0
	for k, part := range s.parts {
		if k > 0 {
			b.WriteByte(',')
			if used+len(part)+2 > width || strings.HasPrefix(part, "... ") {
				b.WriteString(margin)
				used = 0
			} else {
				b.WriteByte(' ')
			}
		}
		b.WriteString(part)
		used += len(part) + 2
	}
	return b.String()
}

func spaced(prefix string) string {
	if prefix == "" {
		return ""
	}
	return prefix + " "
}

// add appends a part while there is room. It reports false when there is none.
func (i *inspector) add(s *shape, part string) bool {
	i.budget -= 2
	s.parts = append(s.parts, part)
	return i.budget > 0
}

// rest says how many more there are.
func (s *shape) rest(n int, what string) {
	if n <= 0 {
		return
	}
	if n > 1 {
		what += "s"
	}
	s.parts = append(s.parts, "... "+strconv.Itoa(n)+" more "+what)
}

// shape finds out what an object is, and how it begins.
func (i *inspector) shape(o *goja.Object) *shape {
	t, class := o.ExportType(), o.ClassName()
	s := &shape{kind: "object", open: "{", close: "}"}
	s.name = i.className(o)
	switch {
	case t == namespaceType:
		s.prefix, s.leaf = "[connector]", true
	case t == timeType:
		s.prefix, s.bare = dateText(o), true
	case class == "Function":
		s.kind, s.prefix, s.bare = "function", i.functionText(o, s.name), true
	case class == "Error":
		s.kind, s.prefix, s.bare = "error", i.errorText(o, s.name), true
	case class == "RegExp":
		s.prefix, s.bare = i.regexpText(o), true
	case t == promiseType:
		s.kind, s.prefix = "promise", s.name
	case t == mapType:
		s.kind, s.prefix = "map", s.name
	case class == "Arguments":
		s.kind, s.prefix, s.open, s.close = "array", "[Arguments]", "[", "]"
	case class == "Array":
		s.kind, s.open, s.close = "array", "[", "]"
		if s.name != "Array" {
			s.prefix = s.name + "(" + strconv.FormatInt(i.length(o), 10) + ")"
		}
	case t == listType:
		s.kind, s.prefix = "set", s.name
	case t == arrayBufferType:
		s.kind, s.prefix = "buffer", s.name
	case isIntegers(o) || isFloats(t):
		s.kind, s.prefix, s.open, s.close = "typed", s.name, "[", "]"
	case t == bigIntType || class == "Number" || class == "String" || class == "Boolean":
		s.prefix, s.leaf = i.boxedText(o), true
	case s.name == "Symbol" && t != recordType:
		s.prefix, s.leaf = fmt.Sprintf("[Symbol: Symbol(%v)]", o.Export()), true
	case s.name == "WeakMap" || s.name == "WeakSet":
		s.kind, s.prefix = "weak", s.name
	default:
		s.prefix = i.recordPrefix(o, s.name)
	}
	return s
}

// recordPrefix is what stands before the properties of an object.
func (i *inspector) recordPrefix(o *goja.Object, name string) string {
	tag, _ := i.lookup(o, goja.SymToStringTag)
	if text, ok := tag.(goja.String); ok && text.String() != name && text.Length() > 0 {
		return name + " [" + text.String() + "]"
	}
	if name == "Object" {
		return ""
	}
	return name
}

// className is the name of the nearest constructor.
func (i *inspector) className(o *goja.Object) string {
	proto := o.Prototype()
	if proto == nil {
		return "[Object: null prototype]"
	}
	for ; proto != nil; proto = proto.Prototype() {
		proto = withoutProxy(proto)
		if proto == nil {
			break
		}
		if class, ok := i.own(proto, i.rt.ToValue("constructor")).value.(*goja.Object); ok {
			if name := i.functionName(class); name != "" {
				return name
			}
		}
	}
	return "Object"
}

// functionName is a function's own name; empty when it has none.
func (i *inspector) functionName(fn *goja.Object) string {
	fn = withoutProxy(fn)
	if fn == nil || fn.ClassName() != "Function" {
		return ""
	}
	name, _ := i.own(fn, i.rt.ToValue("name")).value.(goja.String)
	if name == nil {
		return ""
	}
	return name.String()
}

// withoutProxy returns what a proxy stands for; nil for a revoked one.
func withoutProxy(o *goja.Object) *goja.Object {
	for o != nil && o.ExportType() == proxyType {
		o = o.Export().(goja.Proxy).Target()
	}
	return o
}

// property is an own property, as Object.getOwnPropertyDescriptor gives it.
type property struct {
	exists     bool
	enumerable bool
	value      goja.Value // nil for accessors
	get, set   bool
}

func (i *inspector) own(o *goja.Object, key goja.Value) property {
	v, err := i.intrinsics.describe(goja.Undefined(), o, key)
	descriptor, ok := v.(*goja.Object)
	if err != nil || !ok {
		return property{}
	}
	p := property{exists: true}
	for _, name := range descriptor.Keys() {
		switch v := descriptor.Get(name); name {
		case "value":
			p.value = v
		case "get":
			p.get = !goja.IsUndefined(v)
		case "set":
			p.set = !goja.IsUndefined(v)
		case "enumerable":
			p.enumerable = v.ToBoolean()
		}
	}
	return p
}

// lookup finds a property in an object and what it inherits from. It reports false
// for accessors, and for what is not there.
func (i *inspector) lookup(o *goja.Object, key goja.Value) (goja.Value, bool) {
	for ; o != nil; o = o.Prototype() {
		if o = withoutProxy(o); o == nil {
			return nil, false
		}
		if p := i.own(o, key); p.exists {
			return p.value, p.value != nil
		}
	}
	return nil, false
}

func (i *inspector) length(o *goja.Object) int64 {
	if v := i.own(o, i.rt.ToValue("length")).value; v != nil && goja.IsNumber(v) {
		return v.ToInteger()
	}
	return 0
}
