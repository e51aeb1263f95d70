package sandbox

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/dop251/goja"
)

// Bounds, in bytes, of the texts that show what was thrown.
const (
	maxThrownText = 64 << 10
	maxThrownName = 200
)

// refusal is where an error comes from that was not made by a line of the script: the
// host delivered it, or a snippet failed.
type refusal struct {
	op   int    // -1: none
	pos  Pos    // of the call, or in the snippet
	line string // empty: that of pos
}

// describe says what was thrown. ex carries the place of what is not an error; it
// may be nil. Reading the value can run code of the script.
func (p *pass) describe(v goja.Value, ex *goja.Exception) (*Thrown, error) {
	t := &Thrown{Op: -1}
	if err := p.read(func() { t.Name, t.Message = p.showThrown(v) }, func() {
		t.Name, t.Message = "", "something was thrown that cannot be shown"
	}); err != nil {
		return nil, err
	}
	t.Name, t.Message = shorten(t.Name, maxThrownName), shorten(t.Message, maxThrownText)

	var err error
	obj, _ := v.(*goja.Object)
	if t.Causes, err = p.causes(obj); err != nil {
		return nil, err
	}
	if r, ok := p.refused[obj]; ok && obj != nil {
		t.Op, t.Pos, t.Line = r.op, r.pos, cmp.Or(r.line, p.line(r.pos))
		return t, nil
	}
	frames := stackOf(p.rt, obj, ex)
	if t.Pos = p.placeOf(frames); len(frames) == 0 {
		t.Pos = p.rejectionOf(v)
	}
	t.Line = p.line(t.Pos)
	if t.Name == "ReferenceError" && len(frames) > 0 && p.written(frames[0].SrcName()) {
		t.Undefined, _ = strings.CutSuffix(t.Message, " is not defined")
		if t.Undefined == t.Message {
			t.Undefined = ""
		}
	}
	return t, nil
}

// read runs body, which may run code of the script; instead says what holds when
// that throws.
func (p *pass) read(body, instead func()) error {
	err := p.enter(body)
	if err == nil {
		return nil
	}
	if _, ok := err.(*goja.Exception); !ok {
		return err
	}
	instead()
	return nil
}

// placeOf returns the author's place of the innermost frame that has one.
func (p *pass) placeOf(frames []goja.StackFrame) Pos {
	for i := range frames {
		if pos := p.place(frames[i].Position()); pos != (Pos{}) {
			return pos
		}
	}
	return Pos{}
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
		name, message = text(obj.Get("name")), errorText(obj.Get("message"))
		if name == "" {
			name = "Error"
		}
		if message == "" {
			message = name
		}
		return name, message
	case ok:
		plain := p.codec // as people write it
		plain.plainJSON = true
		if text, invalid := plain.encode(v); invalid == nil && text != nil {
			return "", string(text)
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

// errorText is an error's message as a string.
func errorText(v goja.Value) string { return outward(text(v)) }

// addressed is the one message of the engine that shows an object of its own, with
// addresses in memory that are others in every run.
var addressed = regexp.MustCompile(`(?s)Could not convert &\{.*?0x[0-9a-f]+.*? to primitive`)

// withoutAddresses replaces that message, wherever a text leaves the script: a replay
// must see the same.
func withoutAddresses(s string) string {
	if !strings.Contains(s, "Could not convert &{") {
		return s
	}
	return addressed.ReplaceAllString(s, "Cannot convert object to primitive value")
}

// misread are the engine's messages about patterns. They name its libraries, and the
// pattern again and again.
var misread = regexp.MustCompile("(?s)^Invalid regular expression \\((?:re2|regexp2)\\): .*\\((?:error parsing regexp: )?([^`(]*?)(?: in |: )`.*$")

// patternText is the message of the engine about a pattern as people read it; any other is
// returned as it is.
func patternText(message string) string {
	if !strings.HasPrefix(message, "Invalid regular expression (re") {
		return message
	}
	return misread.ReplaceAllString(message, "Invalid regular expression: $1")
}

// outward is the message of an error without what the engine says of itself.
func outward(message string) string { return patternText(withoutAddresses(message)) }

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
	if len(p.frames) == 2 && p.written(p.frames[1].SrcName()) {
		if pos := p.place(p.frames[1].Position()); pos != (Pos{}) {
			return pos
		}
	}
	p.frames = p.rt.CaptureCallStack(0, p.frames[:0])
	return p.placeOf(p.frames)
}
