package source

import (
	"strings"
	"testing"
)

func TestRepeats(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		text string
		n    int
		want string
	}{
		"let":                   {"let a; let a", 1, "let a; let a"},
		"the second":            {"let a; let a; const a = 1", 2, "let a; let a; const a"},
		"others":                {"let a; let b; class c {}", 1, ""},
		"of a list":             {"let a, b, a;", 1, "let a, b, a"},
		"of a pattern":          {"const [a, a] = x", 1, "const [a, a]"},
		"of parameters":         {"{((a, a, b) => 1)}", 1, "{((a, a))}"},
		"private":               {"class A { #a; #a }", 1, "class A { #a; #a}"},
		"exports":               {"export {a as b, a as b}", 1, "export {a as b, a}"},
		"in blocks":             {"{let a}{let a}{let a}", 1, ""},
		"in another block":      {"let a; {let a} let a", 1, "let a; {let a} let a"},
		"numbers":               {"[1, 1, 1]", 1, ""},
		"uses":                  {"a; a; a = a; f(a); f(a)", 1, ""},
		"brackets do not match": {"]]}let a; ) let a", 1, "]]}let a; ) let a"},
		"nothing":               {"", 1, ""},
	} {
		if got := Repeats(tt.text, tt.n); got != tt.want {
			t.Errorf("%s: Repeats(%q, %d) = %q, want %q", name, tt.text, tt.n, got, tt.want)
		}
	}
	if got := Repeats(strings.Repeat("let a;", 1000), 100); len(got) != 101*6-1 {
		t.Errorf("Repeats = %d bytes, want up to the 101st", len(got))
	}
}
