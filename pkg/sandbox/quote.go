package sandbox

import (
	"fmt"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/dop251/goja"
)

// quote appends s as a JSON string.
func (e *encoder) quote(s string) {
	if !e.check(len(s) + 2) {
		return
	}
	e.out = appendQuoted(e.out, s)
	e.check(0)
}

// quoteUnits appends a string that may have halves of surrogate pairs: they are
// lost in a Go string.
func (e *encoder) quoteUnits(s goja.String) {
	if !e.check(s.Length() + 2) {
		return
	}
	chars := make([]uint16, s.Length())
	for i := range chars {
		chars[i] = s.CharAt(i)
	}
	e.out = append(e.out, '"')
	for i := 0; i < len(chars); i++ {
		r := rune(chars[i])
		if i+1 < len(chars) && utf16.DecodeRune(r, rune(chars[i+1])) != utf8.RuneError {
			r = utf16.DecodeRune(r, rune(chars[i+1]))
			i++
		}
		if utf16.IsSurrogate(r) {
			e.out = fmt.Appendf(e.out, `\u%04x`, r)
		} else {
			e.out = appendChars(e.out, string(r))
		}
	}
	e.append(`"`)
}

const hexDigits = "0123456789abcdef"

// appendQuoted appends s as a JSON string.
func appendQuoted(out []byte, s string) []byte {
	return append(appendChars(append(out, '"'), s), '"')
}

// appendChars appends what is between the quotes, with no more escapes than it needs.
func appendChars(out []byte, s string) []byte {
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				out = append(append(out, s[start:i]...), "\ufffd"...)
				start = i + 1
			}
			i += size
			continue
		}
		if c >= ' ' && c != '"' && c != '\\' {
			i++
			continue
		}
		out = append(out, s[start:i]...)
		switch c {
		case '"', '\\':
			out = append(out, '\\', c)
		case '\n':
			out = append(out, '\\', 'n')
		case '\r':
			out = append(out, '\\', 'r')
		case '\t':
			out = append(out, '\\', 't')
		default:
			out = append(out, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		start = i
	}
	return append(out, s[start:]...)
}
