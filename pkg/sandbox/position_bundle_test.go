package sandbox

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"github.com/reprise-run/reprise/pkg/sandbox/source"
)

// withMap returns code with an inline source map: line n of the code is line n+100
// of the source that the map names for it.
func withMap(t *testing.T, code string, m *source.Map, of ...int32) string {
	t.Helper()
	for n, src := range of {
		m.Segments = append(m.Segments, source.Segment{Line: int32(n), Source: src, SourceLine: int32(n) + 100})
	}
	comment, err := m.Inline()
	if err != nil {
		t.Fatal(err)
	}
	return code + "\n" + comment
}

func TestPlaceInBundles(t *testing.T) {
	t.Parallel()
	content := strings.Repeat("\n", 100) + "zero\none\n  two"
	m := &source.Map{Sources: []string{"src/a%20b.ts", "src/c.ts"}, Contents: []*string{nil, &content}}
	code := "const f = () => {\nthrow new Error('x') };\nf()"
	for _, tt := range []struct {
		name string
		of   []int32
		want Pos
		line string
	}{
		{"text in the map", []int32{0, 1, 0}, Pos{File: "src/c.ts", Line: 102, Column: 1}, "one"},
		{"text not in the map", []int32{1, 0, 0}, Pos{File: "src/a b.ts", Line: 102, Column: 1}, ""},
		{"from nowhere", []int32{0, -1, 1}, Pos{File: "src/c.ts", Line: 103, Column: 1}, "  two"},
		{"all from nowhere", []int32{-1, -1, -1}, Pos{}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := passThrown(t, withMap(t, code, &source.Map{Sources: m.Sources, Contents: m.Contents}, tt.of...), &simHost{})
			if got.Pos != tt.want || got.Line != tt.line {
				t.Errorf("thrown at %v in %q, want %v in %q", got.Pos, got.Line, tt.want, tt.line)
			}
		})
	}
}

func TestPlaceOfSyntaxErrorsInBundles(t *testing.T) {
	t.Parallel()
	content := strings.Repeat("\n", 100) + "zero\none"
	for _, tt := range []struct {
		of   int32
		want string
	}{
		{0, "at line 102:1 of a.ts\n  one"},
		{-1, "at line 2:11\n  const x = ;"},
	} {
		m := &source.Map{Sources: []string{"a.ts"}, Contents: []*string{&content}}
		_, err := compile(withMap(t, "const a = 1;\nconst x = ;", m, 0, tt.of))
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || !strings.HasSuffix(err.Error(), tt.want) {
			t.Errorf("compile = %v, want it to end in %q", err, tt.want)
		}
	}
}

// TestHostileMaps: what is wrong with a source map says nothing about the script,
// and what it says is text.
func TestHostileMaps(t *testing.T) {
	t.Parallel()
	encode := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	for _, tt := range []struct {
		name, encoded string
		want          Pos
	}{
		{"no base64", "@@@", Pos{Line: 1, Column: 7}},
		{"no JSON", encode("{"), Pos{Line: 1, Column: 7}},
		{"another JSON", encode("[1]"), Pos{Line: 1, Column: 7}},
		{"another version", encode(`{"version":2,"sources":["a"],"mappings":"AAAA"}`), Pos{Line: 1, Column: 7}},
		{"no digits", encode(`{"version":3,"sources":["a"],"mappings":"A!AA"}`), Pos{Line: 1, Column: 7}},
		{"a number without an end", encode(`{"version":3,"sources":["a"],"mappings":"` + strings.Repeat("g", 1000) + `"}`), Pos{Line: 1, Column: 7}},
		{"a source that is not there", encode(`{"version":3,"sources":[],"mappings":"AAAA"}`), Pos{Line: 1, Column: 7}},
		{"a negative line", encode(`{"version":3,"sources":["a"],"mappings":"AADA"}`), Pos{Line: 1, Column: 7}},
		{"numbers without end", encode(`{"version":3,"sources":["a"],"mappings":"` + strings.Repeat("+++++f,", 1000) + `"}`), Pos{Line: 1, Column: 7}},
		{"a line far below, in text that ends before", encode(`{"version":3,"sources":["a"],"sourcesContent":["x"],"mappings":"AA+++9BA"}`), Pos{File: "a", Line: 1, Column: 1}},
		{"a column far to the right", encode(`{"version":3,"sources":["a"],"sourcesContent":["xyz"],"mappings":"AAA+++9B"}`), Pos{File: "a", Line: 1, Column: 4}},
		{"a name for the terminal", encode(`{"version":3,"sources":["%1b[2J` + "\\u202e\\n" + `b"],"mappings":"AAAA"}`), Pos{File: "[2J\u202eb", Line: 1, Column: 1}},
		{"no name", encode(`{"version":3,"sources":[""],"mappings":"AAAA"}`), Pos{File: "(no name)", Line: 1, Column: 1}},
		{"a long name", encode(`{"version":3,"sources":["` + strings.Repeat("x", 1e5) + `"],"mappings":"AAAA"}`), Pos{File: strings.Repeat("x", maxLine) + "…", Line: 1, Column: 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := passThrown(t, "throw new Error('x')\n//# sourceMappingURL=data:application/json;base64,"+tt.encoded, &simHost{})
			if got.Message != "x" || got.Pos.File != tt.want.File || tt.want.File == "" && got.Pos != tt.want {
				t.Errorf("thrown = %q at %v, want x at %v", got.Message, got.Pos, tt.want)
			}
			if got.Pos.Line == 0 || got.Pos.Column == 0 {
				t.Errorf("thrown at %v, want a place", got.Pos)
			}
		})
	}
}

// TestFormsInBundles: a bundle that ends in an export list gives what its default
// export says.
func TestFormsInBundles(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, code, want string }{
		{"value", "var d = 5;\nexport {\n  d as default\n};", "5"},
		{"function", "var d = async (input) => input;\nexport {\n  d as default\n};", "the input"},
		{"named function", "function d(input) { return input }\nexport { d as default, e };\nvar e", "the input"},
		{"among others", "var a = 1, d = () => a;\nexport {\n  a,\n  d as default\n};", "1"},
		{"statements", "var d = async (__codemode_input) => {\n  const x = 2;\n  x + 1;\n};\nexport {\n  d as default\n};", "3"},
		{"statements that return", "var d = async (__codemode_input) => {\n  if (true) return 1;\n  2;\n};\nexport { d as default };", "1"},
		{"an arrow function", "var d = async (__codemode_input) => {\n  async (input) => input + 1;\n};\nexport { d as default };", "the input1"},
		{"a function", "var d = async (__codemode_input) => {\n  async function f(input) { return input }\n};\nexport { d as default };", "the input"},
		{"on one line", "var d=async(__codemode_input)=>{const x=2;x+1};export{d as default};", "3"},
		{"await outside", "var x = await Promise.resolve(4);\nvar d = () => x;\nexport { d as default };", "4"},
		{"default of a call", "var r = () => 6;\nexport default r();", "6"},
		{"a list in a comment", "var d = 7;\nd\n// export { d as default };", "7"},
		{"types are none here", "var a = 1, b = 2, c = (x) => x;\nvar d = a<b>(c) ? 1 : 2;\nexport { d as default };", "2"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, code := range []string{tt.code + "\n", withMap(t, tt.code, &source.Map{Sources: []string{"a"}}, 0, 0)} {
				if strings.Contains(tt.name, "types") && !strings.Contains(code, "sourceMapping") {
					continue // without a map it is taken for TypeScript
				}
				if got, err := runScript(t, code); err != nil || got != tt.want {
					t.Errorf("%q = %q, %v, want %q", code, got, err, tt.want)
				}
			}
		})
	}
}
