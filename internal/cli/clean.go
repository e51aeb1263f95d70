package cli

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean makes a text that somebody else wrote safe for a terminal: one that could
// move the cursor, change the title or reorder what is read shows its codes instead.
// Line breaks and tabs stay.
func Clean(s string) string { return clean(s, "\n\t") }

// mostShown is how much of somebody else's text a terminal gets, in bytes. With the
// console output in it, an error can have megabytes.
const mostShown = 16 << 10

// Shown is [Clean] for a text of any size: what is left out of a long one is
// counted. With --json the whole of it is printed.
func Shown(s string) string {
	if len(s) <= mostShown {
		return Clean(s)
	}
	cut := mostShown
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return fmt.Sprintf("%s… (%d bytes more)", Clean(s[:cut]), len(s)-cut)
}

// Line is [Clean] for one line: line breaks and tabs become a space each.
func Line(s string) string {
	return clean(strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ", "\t", " ").Replace(s), "")
}

func clean(s, keep string) string {
	if !strings.ContainsFunc(s, harmful) && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for _, r := range strings.ToValidUTF8(s, "\uFFFD") {
		switch {
		case !harmful(r) || strings.ContainsRune(keep, r):
			b.WriteRune(r)
		case r < 0x100:
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// harmful reports whether a terminal would obey r instead of showing it.
func harmful(r rune) bool {
	switch {
	case unicode.IsControl(r):
		return true
	case r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069, r == 0x200E, r == 0x200F, r == 0x061C:
		return true // writing direction
	case r == 0x2028, r == 0x2029:
		return true // line separators
	}
	return false
}
