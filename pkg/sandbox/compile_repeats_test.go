package sandbox

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
)

// Thousands of errors, or warnings, take no longer than one: the transformer itself needs
// minutes for their texts.
func TestRepeatedDeclarationsAreToldAtOnce(t *testing.T) {
	t.Parallel()
	const n = 40_000
	told := regexp.MustCompile("already been declared|bound multiple times")
	numbered := func(format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i/2)
		}
		return b.String()
	}
	for name, tt := range map[string]struct {
		source string
		ok     bool // it is no error
	}{
		"let":              {strings.Repeat("let a;", n), false},
		"on lines":         {strings.Repeat("let a;\n", n), false},
		"two of each":      {numbered("let a%d;"), false},
		"const":            {strings.Repeat("const a = 1;", n), false},
		"classes":          {strings.Repeat("class A {}", n), false},
		"a list":           {"let a" + strings.Repeat(",a", n), false},
		"a pattern":        {"let [a" + strings.Repeat(",a", n) + "] = []", false},
		"private names":    {"class A {" + strings.Repeat("#a;", n) + "}", false},
		"let and var":      {"let a;" + strings.Repeat("var a;", n), false},
		"let and function": {"let a;" + strings.Repeat("function a() {}", n), false},
		"after code":       {strings.Repeat("f([1, 2], x => x + 1);\n", 2000) + strings.Repeat("let a;", n), false},
		"assignments":      {"const a = 1; if (0) {" + strings.Repeat("a = 2;", n) + "}", true},
		"cases":            {"switch (0) {" + strings.Repeat("case 1: f();", n) + "}", true},
		"keys":             {"const o = {a: 1" + strings.Repeat(",a: 1", n) + "}", true},
		"a table":          {"const h = (x: string) => x; const t = [h('a')" + strings.Repeat(",h('a')", n) + "]", true},
		"arrows":           {"const t = [async () => 0" + strings.Repeat(",async () => 0", n) + "]", true},
		"sums":             {"const c = {a: 1}; const t = [c.a + 0" + strings.Repeat(",c.a + 0", n) + "]", true},
		"a sequence":       {"let a, b; const f = (x: number) => x; if (1) (a=f(0),b=f(1)" + strings.Repeat(",a=f(0),b=f(1)", 2000) + ")", true},
		"calls at once":    {"const h = (x: number) => x; Promise.all([h(0)" + strings.Repeat(",h(1)", n) + "])", true},
		"overloads":        {strings.Repeat("function f(a: string): void;", n) + "function f(a: any) {}", true},
		"elements":         {"const x = 1; const a = [x" + strings.Repeat(",x", n) + "]", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			_, err := compile("const typed: number = 1;\n" + tt.source)
			took := time.Since(start)
			var syntax *SyntaxError
			switch {
			case tt.ok && err != nil:
				t.Errorf("compile = %v, want nothing", err)
			case !tt.ok && (!errors.As(err, &syntax) || !told.MatchString(err.Error()) || syntax.Pos.Line == 0 || syntax.Line == ""):
				t.Errorf("compile = %v, want that it is declared already, and where", err)
			}
			if took > time.Minute {
				t.Errorf("it took %v", took)
			}
			t.Log(took.Round(time.Millisecond))
		})
	}
}
