package sandbox

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/dop251/goja"
)

// escapeRegExp is RegExp.escape: a pattern that matches the text and nothing else,
// wherever it is put.
func (p *pass) escapeRegExp(call goja.FunctionCall) goja.Value {
	text, ok := call.Argument(0).(goja.String)
	if !ok {
		panic(p.rt.NewTypeError("RegExp.escape(text): text must be a string"))
	}
	var b strings.Builder
	for i := 0; i < text.Length(); i++ {
		r := rune(text.CharAt(i))
		if i+1 < text.Length() {
			if pair := utf16.DecodeRune(r, rune(text.CharAt(i+1))); pair != utf8.RuneError {
				b.WriteRune(pair)
				i++
				continue
			}
		}
		writeEscaped(&b, r, i == 0)
	}
	return p.rt.ToValue(b.String())
}

func writeEscaped(b *strings.Builder, r rune, first bool) {
	switch {
	case first && (r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'):
		fmt.Fprintf(b, `\x%02x`, r) // it could end an escape before it
	case r < utf8.RuneSelf && strings.ContainsRune(`^$\.*+?()[]{}|/`, r):
		b.WriteString(`\` + string(r))
	case r >= '\t' && r <= '\r':
		b.WriteString(`\` + string("tnvfr"[r-'\t']))
	case r < utf8.RuneSelf && strings.ContainsRune(",-=<>#&!%:;@~'`\" ", r), r == 0xa0:
		fmt.Fprintf(b, `\x%02x`, r)
	case unicode.IsSpace(r) && r != 0x85, r == 0xfeff, utf16.IsSurrogate(r):
		fmt.Fprintf(b, `\u%04x`, r)
	default:
		b.WriteRune(r)
	}
}
