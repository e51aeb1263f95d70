package sandbox

import (
	"encoding/hex"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/dop251/goja"
)

// contents writes the parts of an object.
func (i *inspector) contents(o *goja.Object, s *shape) {
	isIndex, many := func(string) bool { return false }, false
	switch s.kind {
	case "array":
		i.elements(o, s)
		isIndex, many = isArrayIndex, i.length(o) > inspectListed
	case "typed":
		i.numbers(o, s)
		isIndex, many = isArrayIndex, reflect.ValueOf(o.Export()).Len() > inspectListed
	case "map", "set":
		i.members(o, s)
	case "weak":
		i.add(s, "<items unknown>")
	case "promise":
		i.settled(o, s)
	case "buffer":
		i.bytes(o, s)
	}
	if !many {
		i.properties(o, s, isIndex)
	}
}

// inspectListed is the longest list whose other properties are looked for: to name
// all of a list takes long.
const inspectListed = 1 << 20

func isArrayIndex(key string) bool {
	_, err := strconv.ParseUint(key, 10, 32)
	return err == nil
}

// elements shows the elements of an array, and how many holes there are.
func (i *inspector) elements(o *goja.Object, s *shape) {
	length, at := i.length(o), int64(0)
	for at < length && len(s.parts) < inspectItems {
		p := i.own(o, i.rt.ToValue(at))
		part, next := "", at+1
		if p.exists {
			part = i.propertyText(p)
		} else {
			next = i.afterHoles(o, at, length)
			part = fmt.Sprintf("<%d empty items>", next-at)
			if next-at == 1 {
				part = "<1 empty item>"
			}
		}
		at = next
		if !i.add(s, part) {
			break
		}
	}
	s.rest(int(length-at), "item")
}

// afterHoles returns the index of the first element at or after at. There may be
// billions of holes before it.
func (i *inspector) afterHoles(o *goja.Object, at, length int64) int64 {
	for near := at; near < length && near < at+1000; near++ {
		if i.own(o, i.rt.ToValue(near)).exists {
			return near
		}
	}
	for _, key := range o.GetOwnPropertyNames() { // indices come first, in their order
		if index, err := strconv.ParseInt(key, 10, 64); err == nil && index >= at {
			return index
		}
	}
	return length
}

// numbers shows the elements of a typed array.
func (i *inspector) numbers(o *goja.Object, s *shape) {
	list := reflect.ValueOf(o.Export())
	s.prefix += "(" + strconv.Itoa(list.Len()) + ")"
	big := strings.Contains(s.prefix, "BigInt") || strings.Contains(s.prefix, "BigUint")
	for k := range min(list.Len(), inspectItems) {
		part := i.value(i.rt.ToValue(list.Index(k).Interface()))
		if big {
			part = fmt.Sprint(list.Index(k).Interface()) + "n"
		}
		if !i.add(s, part) {
			break
		}
	}
	s.rest(list.Len()-len(s.parts), "item")
}

// walker is forEach of maps or of sets.
func (i *inspector) walker(kind string) goja.Callable {
	if kind == "map" {
		i.captureMap()
		return i.intrinsics.mapForEach
	}
	i.captureSet()
	return i.intrinsics.setForEach
}

// size is how many members a map or a set has.
func (i *inspector) size(o *goja.Object, kind string) int {
	n := 0
	_, _ = i.walker(kind)(o, i.rt.ToValue(func(goja.FunctionCall) goja.Value {
		n++
		return goja.Undefined()
	}))
	return n
}

// members shows the entries of a Map or the members of a Set.
func (i *inspector) members(o *goja.Object, s *shape) {
	size, full := 0, false
	_, _ = i.walker(s.kind)(o, i.rt.ToValue(func(call goja.FunctionCall) goja.Value {
		size++
		if full || len(s.parts) >= inspectItems {
			return goja.Undefined()
		}
		part := i.show(call.Argument(0))
		if s.kind == "map" {
			part = i.show(call.Argument(1)) + " => " + part
		}
		full = !i.add(s, part)
		return goja.Undefined()
	}))
	s.prefix += "(" + strconv.Itoa(size) + ")"
	s.rest(size-len(s.parts), "item")
}

func (i *inspector) settled(o *goja.Object, s *shape) {
	promise := o.Export().(*goja.Promise)
	switch promise.State() {
	case goja.PromiseStatePending:
		i.add(s, "<pending>")
	case goja.PromiseStateRejected:
		i.add(s, "<rejected> "+i.show(promise.Result()))
	default:
		i.add(s, i.show(promise.Result()))
	}
}

func (i *inspector) bytes(o *goja.Object, s *shape) {
	b := o.Export().(goja.ArrayBuffer).Bytes()
	var text strings.Builder
	for k, c := range b[:min(len(b), inspectItems/2)] {
		if k > 0 {
			text.WriteByte(' ')
		}
		text.WriteString(hex.EncodeToString([]byte{c}))
	}
	if more := len(b) - inspectItems/2; more > 0 {
		fmt.Fprintf(&text, " ... %d more byte", more)
		if more > 1 {
			text.WriteByte('s')
		}
	}
	i.add(s, "[Uint8Contents]: <"+text.String()+">")
	i.add(s, "byteLength: "+strconv.Itoa(len(b)))
}

// properties shows the own enumerable properties that skip does not, and what an
// error has besides.
func (i *inspector) properties(o *goja.Object, s *shape, skip func(string) bool) {
	if s.kind == "error" {
		for _, hidden := range []string{"cause", "errors"} {
			p := i.own(o, i.rt.ToValue(hidden))
			if p.exists && !p.enumerable && !i.add(s, "["+hidden+"]: "+i.propertyText(p)) {
				return
			}
		}
	}
	keys := o.Keys()
	for k, key := range keys {
		if skip(key) {
			continue
		}
		p := i.own(o, i.rt.ToValue(key))
		i.budget -= len(key)
		if !i.add(s, keyText(key)+": "+i.propertyText(p)) {
			s.rest(len(keys)-k-1, "key")
			return
		}
	}
	for _, symbol := range o.Symbols() {
		if p := i.own(o, symbol); p.enumerable && !i.add(s, "[Symbol("+symbol.String()+")]: "+i.propertyText(p)) {
			return
		}
	}
}

func (i *inspector) propertyText(p property) string {
	switch {
	case p.get && p.set:
		return "[Getter/Setter]"
	case p.get:
		return "[Getter]"
	case p.set:
		return "[Setter]"
	}
	return i.show(p.value)
}

// keyText is a key as one would write it in a literal.
func keyText(key string) string {
	if plainKey(key) {
		return key
	}
	return quoteText(utf16Of(key), '\'')
}

func plainKey(key string) bool {
	if key == "" || key[0] >= '0' && key[0] <= '9' {
		return false
	}
	for _, c := range []byte(key) {
		if c >= 0x80 || c == '$' || !isWordByte(c) {
			return false
		}
	}
	return true
}
