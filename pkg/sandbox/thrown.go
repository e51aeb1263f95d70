package sandbox

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/dop251/goja"
)

// maxThrownText bounds, in bytes, the text that shows what was thrown.
const maxThrownText = 64 << 10

// refusal is where an error that the host delivered comes from.
type refusal struct {
	op  int
	pos Pos // of the call
}

// describe says what was thrown. ex carries the place of what is not an error; it
// may be nil. Reading the value can run code of the script.
func (p *pass) describe(v goja.Value, ex *goja.Exception) (*Thrown, error) {
	t := &Thrown{Op: -1}
	if err := p.enter(func() { t.Name, t.Message = p.showThrown(v) }); err != nil {
		if _, ok := err.(*goja.Exception); !ok {
			return nil, err
		}
		t.Name, t.Message = "", "something was thrown that cannot be shown"
	}
	t.Name, t.Message = shorten(t.Name, maxThrownText), shorten(t.Message, maxThrownText)

	obj, _ := v.(*goja.Object)
	if r, ok := p.refused[obj]; ok && obj != nil {
		t.Op, t.Pos = r.op, r.pos
		return t, nil
	}
	frames := stackOf(p.rt, obj, ex)
	for i := range frames {
		if t.Pos = p.place(frames[i].Position()); t.Pos != (Pos{}) {
			break
		}
	}
	if t.Name == "ReferenceError" && len(frames) > 0 && frames[0].SrcName() == scriptName {
		t.Undefined, _ = strings.CutSuffix(t.Message, " is not defined")
		if t.Undefined == t.Message {
			t.Undefined = ""
		}
	}
	return t, nil
}

// stackOf returns the frames that the engine itself recorded: the stack property
// may be the script's own invention.
func stackOf(rt *goja.Runtime, obj *goja.Object, ex *goja.Exception) []goja.StackFrame {
	if isError(obj) {
		ex = rt.Try(func() { panic(obj) })
	}
	if ex == nil {
		return nil
	}
	return ex.Stack()
}

func isError(obj *goja.Object) bool {
	return obj != nil && obj.ExportType() != proxyType && obj.ClassName() == "Error"
}

// showThrown returns the name of an error and its message, or only a text for any
// other value.
func (p *pass) showThrown(v goja.Value) (name, message string) {
	obj, ok := v.(*goja.Object)
	switch {
	case ok && isError(obj):
		name, message = text(obj.Get("name")), text(obj.Get("message"))
		if name == "" {
			name = "Error"
		}
		if message == "" {
			message = name
		}
		return name, message
	case ok:
		if durable, invalid := p.codec.encode(v); invalid == nil && durable != nil {
			return "", string(durable)
		}
		return "", orQuoted(obj.String())
	case v == nil:
		return "", "undefined"
	}
	return "", orQuoted(plainString(v))
}

// text is an error's name or message as a string; nothing for undefined.
func text(v goja.Value) string {
	if v == nil || goja.IsUndefined(v) {
		return ""
	}
	return v.String()
}

// orQuoted shows an empty string as what one would write in code.
func orQuoted(s string) string {
	if s == "" {
		return strconv.Quote(s)
	}
	return s
}

// shorten cuts s to at most limit bytes of whole characters.
func shorten(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit] + "…"
}

// here returns the place in the author's source of the call that runs.
func (p *pass) here() Pos {
	// The first frame is the function itself, the second nearly always the script.
	p.frames = p.rt.CaptureCallStack(2, p.frames[:0])
	if len(p.frames) == 2 && p.frames[1].SrcName() == scriptName {
		if pos := p.place(p.frames[1].Position()); pos != (Pos{}) {
			return pos
		}
	}
	p.frames = p.rt.CaptureCallStack(0, p.frames[:0])
	for i := range p.frames {
		if pos := p.place(p.frames[i].Position()); pos != (Pos{}) {
			return pos
		}
	}
	return Pos{}
}
