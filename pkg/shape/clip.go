package shape

import (
	"bytes"
	"unicode/utf8"
)

// clip returns the beginning of a string's text, as it is escaped in JSON, of at most
// so many characters. It splits no escape, and no pair of them that is one character.
func clip(text []byte, most int) []byte {
	end := 0
	for end < len(text) {
		bytes, chars := unit(text[end:])
		if most -= chars; most < 0 {
			break
		}
		end += bytes
	}
	return text[:end]
}

// count returns the number of characters that a string's text stands for.
func count(text []byte) int {
	if bytes.IndexByte(text, '\\') < 0 {
		return utf8.RuneCount(text)
	}
	n := 0
	for len(text) > 0 {
		size, _ := unit(text)
		text = text[size:]
		n++
	}
	return n
}

// unit measures the first character of a string's text: its bytes, and the characters
// that it is written with.
func unit(text []byte) (size, chars int) {
	if text[0] != '\\' {
		_, size = utf8.DecodeRune(text)
		return size, 1
	}
	const short, long = len(`\n`), len(`\u0000`)
	switch {
	case len(text) < short || text[1] != 'u' || len(text) < long:
		return min(short, len(text)), min(short, len(text))
	case surrogate(text, "89ab") && len(text) >= 2*long && text[long] == '\\' && text[long+1] == 'u' && surrogate(text[long:], "cdef"):
		return 2 * long, 2 * long
	}
	return long, long
}

// surrogate reports whether an escape is half of a character, the half whose third
// digit from the right is one of these.
func surrogate(escape []byte, third string) bool {
	return escape[2]|0x20 == 'd' && bytes.IndexByte([]byte(third), lower(escape[3])) >= 0
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c | 0x20
	}
	return c
}
