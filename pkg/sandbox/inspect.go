package sandbox

import (
	"strconv"

	"github.com/dop251/goja"
)

// The bounds of what console shows of a value. They are those of Node, but for the
// bytes, which it does not bound.
const (
	inspectDepth    = 2     // levels of objects inside of objects
	inspectItems    = 100   // of a list
	inspectText     = 10000 // units of a string inside of something
	inspectBytes    = 32 << 10
	inspectWidth    = 70 // of a line, the separators counted twice; what is longer takes several
	inspectMaxDepth = 100
)

// inspector shows values as console does, like Node. It runs no code of the script:
// accessors are named, proxies are looked through, and what it calls of the language
// was taken before the script began.
type inspector struct {
	*pass
	depth    int // levels that are shown
	budget   int // bytes that may still be written
	open     []*goja.Object
	level    int // of the object that was shown last
	circular map[*goja.Object]int
}

func (p *pass) newInspector() *inspector {
	return &inspector{pass: p, depth: inspectDepth, budget: inspectBytes}
}

// intrinsics are functions of the language for the use of the inspector.
type intrinsics struct {
	describe   goja.Callable // Object.getOwnPropertyDescriptor
	mapForEach goja.Callable
	setForEach goja.Callable
	functionOf goja.Callable // Function.prototype.toString
}

// captureIntrinsics must be called before the script runs. What a script does not name
// it cannot change, and may be taken later.
func (p *pass) captureIntrinsics() {
	p.intrinsics.describe = p.intrinsic("Object", "getOwnPropertyDescriptor")
	p.intrinsics.functionOf = p.intrinsic("Function", "prototype", "toString")
	if p.mentions("Map") {
		p.captureMap()
	}
	if p.mentions("Set") {
		p.captureSet()
	}
}

func (p *pass) captureMap() {
	if p.intrinsics.mapForEach == nil {
		p.intrinsics.mapForEach = p.intrinsic("Map", "prototype", "forEach")
	}
}

func (p *pass) captureSet() {
	if p.intrinsics.setForEach == nil {
		p.intrinsics.setForEach = p.intrinsic("Set", "prototype", "forEach")
	}
}

// intrinsic returns a function of the language by the names on the way to it.
func (p *pass) intrinsic(path ...string) goja.Callable {
	obj := p.rt.GlobalObject()
	for _, name := range path[:len(path)-1] {
		obj, _ = obj.Get(name).(*goja.Object)
		if obj == nil {
			return unavailable
		}
	}
	fn, ok := goja.AssertFunction(obj.Get(path[len(path)-1]))
	if !ok {
		return unavailable
	}
	return fn
}

// unavailable stands for what a script has taken away.
func unavailable(goja.Value, ...goja.Value) (goja.Value, error) { return goja.Undefined(), nil }

// top shows an argument of console.log: a string as it is.
func (i *inspector) top(v goja.Value) string {
	if v != nil && goja.IsString(v) {
		return v.String()
	}
	return i.show(v)
}

// show shows v as it is shown inside of something.
func (i *inspector) show(v goja.Value) string {
	out := i.value(v)
	i.budget -= len(out)
	return out
}

func (i *inspector) value(v goja.Value) string {
	switch v := v.(type) {
	case nil:
		return "undefined"
	case *goja.Symbol:
		return "Symbol(" + v.String() + ")"
	case *goja.Object:
		return i.object(v)
	case goja.String:
		return i.quoted(v)
	}
	switch {
	case goja.IsBigInt(v):
		return v.String() + "n"
	case goja.IsNumber(v) && v.ToFloat() == 0 && 1/v.ToFloat() < 0:
		return "-0"
	}
	return v.String()
}

// object shows an object, unless it is inside of itself or too deep.
func (i *inspector) object(o *goja.Object) string {
	for o.ExportType() == proxyType {
		target := o.Export().(goja.Proxy).Target()
		if target == nil {
			return "<Revoked Proxy>"
		}
		o = target
	}
	for _, outer := range i.open {
		if outer == o {
			return "[Circular *" + strconv.Itoa(i.reference(o)) + "]"
		}
	}
	s := i.shape(o)
	if s.leaf {
		return s.prefix
	}
	empty := i.isEmpty(o, s)
	if !empty && (len(i.open) > i.depth || i.budget <= 0) || len(i.open) >= inspectMaxDepth {
		return "[" + s.short() + "]"
	}
	level := len(i.open)
	if !empty {
		i.level = level
	}
	i.open = append(i.open, o)
	i.contents(o, s)
	i.open = i.open[:level]
	// As Node has it, what holds more than three levels takes several lines.
	text := s.join(2*level, i.level-level < 3)
	if n, ok := i.circular[o]; ok {
		text = "<ref *" + strconv.Itoa(n) + "> " + text
	}
	return text
}

// isEmpty reports whether an object has nothing to show but what it is.
func (i *inspector) isEmpty(o *goja.Object, s *shape) bool {
	switch s.kind {
	case "array":
		return i.length(o) == 0 && len(o.Keys()) == 0
	case "map", "set":
		return i.size(o, s.kind) == 0 && len(o.Keys()) == 0
	case "object", "function", "error":
		return len(o.Keys()) == 0 && len(o.Symbols()) == 0
	}
	return false
}

func (i *inspector) reference(o *goja.Object) int {
	if i.circular == nil {
		i.circular = make(map[*goja.Object]int)
	}
	if i.circular[o] == 0 {
		i.circular[o] = len(i.circular) + 1
	}
	return i.circular[o]
}
