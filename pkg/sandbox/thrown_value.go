package sandbox

import (
	"slices"

	"github.com/dop251/goja"
)

// maxRejections bounds how many values are remembered with their place.
const maxRejections = 16

// rejection is a value that a promise was rejected with, and where. Errors know
// where they were made; other values know nothing.
type rejection struct {
	value goja.Value
	pos   Pos
}

// noteRejection remembers where reject was called with a value that is no error. What
// an async function throws comes without a frame, and the engine does not tell of a
// promise that somebody waits for already: there the place stays unknown.
func (p *pass) noteRejection(v goja.Value) {
	if obj, ok := v.(*goja.Object); ok && isError(obj) {
		return
	}
	p.frames = p.rt.CaptureCallStack(2, p.frames[:0])
	if len(p.frames) < 2 || p.written(p.frames[0].SrcName()) || !p.written(p.frames[1].SrcName()) {
		return
	}
	if name := p.frames[0].FuncName(); name != "reject" && name != nativeName {
		return // it called an async function
	}
	if len(p.thrown) == maxRejections {
		p.thrown = slices.Delete(p.thrown, 0, 1)
	}
	p.thrown = append(p.thrown, rejection{v, p.place(p.frames[1].Position())})
}

// nativeName is how the engine calls its functions without a name, among them the
// second argument of a promise's executor.
const nativeName = "<native>"

// rejectionOf returns where a promise was last rejected with the value; zero when
// that is not known.
func (p *pass) rejectionOf(v goja.Value) Pos {
	for _, r := range slices.Backward(p.thrown) {
		if r.value != nil && v != nil && r.value.StrictEquals(v) {
			return r.pos
		}
	}
	return Pos{}
}
