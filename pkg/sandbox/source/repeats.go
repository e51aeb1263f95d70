package source

import (
	"slices"
	"strings"
)

// Crowds are the numbers of names, each declared again where it is declared already, at
// which a source is worth a look at its beginning: that alone has errors enough. The
// transformer takes quadratic time for the texts of so many errors.
func Crowds() []int { return []int{100, 2000} }

// MostErrors is how many errors the beginning of a source may have that is not wrong: it
// breaks off in the middle of everything.
const MostErrors = 20

// Repeats returns the text up to the nth word that seems to declare, in its bracket, a name
// that is declared there; empty when there are fewer. It looks at words and brackets alone,
// whatever they are in, and takes everything for a declaration that may be one. What is open
// is closed: much is told only of what has an end.
func Repeats(text string, n int) string {
	r := repeats{open: make([]scope, 1)}
	for at := 0; at < len(text); {
		c := text[at]
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			at++
			continue
		case !isWord(c):
			r.bracket(c)
			r.before, r.word = c, ""
			at++
			continue
		}
		start := at
		for at < len(text) && isWord(text[at]) {
			at++
		}
		if word := text[start:at]; r.again(word) {
			if n--; n == 0 {
				return text[:at] + r.closing()
			}
		}
		r.before, r.word = 'a', text[start:at]
	}
	return ""
}

// repeats are the names in the brackets around a place.
type repeats struct {
	open   []scope
	before byte   // of the token before
	word   string // that it is
}

// scope is a bracket.
type scope struct {
	begin byte
	names map[string]bool // nil: none yet
}

// closing ends what is open. The innermost bracket may be a list of parameters, or a
// pattern.
func (r *repeats) closing() string {
	var b strings.Builder
	for i, s := range slices.Backward(r.open) {
		inner := i == len(r.open)-1
		switch {
		case s.begin == '(' && inner:
			b.WriteString(") => 0")
		case s.begin == '[' && inner:
			b.WriteString("] = 0")
		case s.begin == '(':
			b.WriteString(")")
		case s.begin != 0:
			b.WriteByte(s.begin + 2)
		}
	}
	return b.String()
}

func (r *repeats) bracket(c byte) {
	switch c {
	case '(', '[', '{':
		r.open = append(r.open, scope{begin: c})
	case ')', ']', '}':
		if len(r.open) > 1 {
			r.open = r.open[:len(r.open)-1]
		}
	}
}

// again reports whether a word may declare a name for the second time.
func (r *repeats) again(word string) bool {
	switch r.before {
	case ',', '(', '[', '{', '#':
	default:
		switch r.word {
		case "let", "const", "var", "class", "function":
		default:
			return false
		}
	}
	if '0' <= word[0] && word[0] <= '9' {
		return false
	}
	names := &r.open[len(r.open)-1].names
	if *names == nil {
		*names = make(map[string]bool)
	}
	if (*names)[word] {
		return true
	}
	(*names)[word] = true
	return false
}
