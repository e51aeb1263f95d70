package source

import (
	"slices"
	"strings"
)

// Crowds are the numbers of names, each declared again where it is declared already, at
// which a source is worth a look at its beginning: that alone has errors enough. The
// transformer takes quadratic time for the texts of so many errors.
func Crowds() []int { return []int{100, 2000} }

// MostRepeats is how many names the beginning of a source may declare again that is worth
// being looked at as a whole.
const MostRepeats = 20

// Repeated reports whether a message of the transformer says that a name is declared
// already. Of the errors of a beginning these alone count: it breaks off in the middle of
// everything, and what it says of that is not true of the whole.
func Repeated(message string) bool { return strings.Contains(message, "has already been declared") }

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

// closing ends what is open.
func (r *repeats) closing() string {
	var b strings.Builder
	for _, s := range slices.Backward(r.open) {
		switch s.begin {
		case '(':
			b.WriteByte(')')
		case '[', '{':
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
