package sandbox

import (
	"errors"
	"strings"
	"testing"

	"github.com/dop251/goja"
)

// throwPlace runs a script that throws and returns the author's place of the
// innermost frame.
func throwPlace(t *testing.T, source string) Pos {
	t.Helper()
	c, err := compile(source)
	if err != nil {
		t.Fatalf("compile %q: %v", source, err)
	}
	rt := goja.New()
	var got Pos
	_ = rt.Set("here", func(goja.FunctionCall) goja.Value {
		for _, f := range rt.CaptureCallStack(0, nil) {
			if p := c.author(f.Position()); p != (Pos{}) {
				got = p
				break
			}
		}
		return goja.Undefined()
	})
	v, err := rt.RunProgram(c.prg)
	if err != nil {
		t.Fatalf("run %q: %v", source, err)
	}
	call, _ := goja.AssertFunction(v)
	if _, err = call(goja.Undefined(), rt.ToValue(1)); err != nil {
		t.Fatalf("call %q: %v", source, err)
	}
	return got
}

// TestPlaceAtRunTime: in every form of code, a stack frame leads to the line and
// column where the author wrote here.
func TestPlaceAtRunTime(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, source string }{
		{"arrow", "async () => {\n  here()\n}"},
		{"statements", "const x = 1\n  here()\nx"},
		{"expression", "1 + here()"},
		{"last expression", "const x = 1\nx + here()"},
		{"fence", "```js\nconst x = 1\n  here()\n```"},
		{"white space above the fence", "\n\n```js\n  here()\n```"},
		{"export default", "export default async () => {\n  here()\n}"},
		{"export default expression", "export default here()"},
		{"named function", "async function f() {\n    here()\n}"},
		{"TypeScript", "interface A {\n  a: number\n}\n\nconst a: A = {a: 1}\n  here()\na"},
		{"TypeScript on the line", "const a: Array<string> = []; here()"},
		{"TypeScript in a fence", "```ts\ntype A = string\nconst a: A = ''\nfunction f(a: A): void {\n\there()\n}\nf(a)\n```"},
		{"TypeScript, export default", "type A = string\nexport default async (a: A) => {\n  here()\n}"},
		{"helpers of the lowering", "for await (const x of [1]) {\n  here()\n}"},
		{"import stub", "if (false) await import('x');\nhere()"},
		{"after characters of several bytes", "const x = 'äöü𝄞'; here()"},
		{"after them, lowered", "const x: string = 'äöü𝄞'; here()"},
		{"among others, lowered", "const x: any = ['äöü𝄞', here(), 1, 2]"},
		{"CRLF", "const x = 1\r\nconst y = 2\r\n  here()\r\n"},
		{"CRLF, lowered", "const x: number = 1\r\nconst y = 2\r\n  here()\r\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			before, _, _ := strings.Cut(tt.source, "here()")
			line := before[strings.LastIndexByte(before, '\n')+1:]
			want := Pos{Line: strings.Count(before, "\n") + 1, Column: len([]rune(line)) + 1}
			got := throwPlace(t, tt.source)
			// The engine places a call at its opening parenthesis, a source map at its name.
			if got.Line != want.Line || got.Column != want.Column && got.Column != want.Column+len("here") {
				t.Errorf("%q: here() is at %v, want %v", tt.source, got, want)
			}
		})
	}
}

func TestPlaceOfSyntaxErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, source string
		pos          Pos
		line         string
	}{
		{"statements", "const a = 1\nconst b = ;\n", Pos{Line: 2, Column: 11}, "const b = ;"},
		{"arrow", "async () => {\n  const b = ;\n}", Pos{Line: 2, Column: 13}, "  const b = ;"},
		{"fence", "```js\nconst a = 1\nconst b = ;\n```", Pos{Line: 3, Column: 11}, "const b = ;"},
		{"white space above", "\n\n```ts\nconst b = ;\n```", Pos{Line: 4, Column: 11}, "const b = ;"},
		{"TypeScript", "const a: number = 1\nlet c: string = ;", Pos{Line: 2, Column: 17}, "let c: string = ;"},
		{"export default", "export default async () => {\n  const b = ;\n}", Pos{Line: 2, Column: 13}, "  const b = ;"},
		{"export default after statements", "const a: number = 1\nexport default async () => { ] }", Pos{Line: 2, Column: 30}, "export default async () => { ] }"},
		{"several bytes", "const ä = 'ö𝄞'; const b = ;", Pos{Line: 1, Column: 27}, "const ä = 'ö𝄞'; const b = ;"},
		{"unclosed block", "if (true) {\n  f()\n", Pos{Line: 2, Column: 6}, "  f()"},
		{"unclosed block in a fence", "```js\nif (true) {\n  f()\n```", Pos{Line: 3, Column: 6}, "  f()"},
		{"closing too early", "f()\n})", Pos{Line: 2, Column: 2}, "})"},
		{"closing and opening", "f()\n}; async () => {", Pos{}, ""},
		{"closing and returning", "f()\n}; return async () => {", Pos{}, ""},
		{"found by the compiler", "let a = 1\nlet a = 2", Pos{Line: 2, Column: 5}, "let a = 2"},
		{"found by the compiler, lowered", "let a: number = 1\nlet a = 2", Pos{Line: 2, Column: 5}, "let a = 2"},
		{"import", "const a = 1\nimport x from 'y'", Pos{Line: 2, Column: 1}, "import x from 'y'"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := compile(tt.source)
			var got *SyntaxError
			if !errors.As(err, &got) {
				t.Fatalf("compile(%q) = %v, want a SyntaxError", tt.source, err)
			}
			if got.Pos != tt.pos || got.Line != tt.line || got.Message == "" {
				t.Errorf("compile(%q) = %q at %v in %q, want %v in %q", tt.source, got.Message, got.Pos, got.Line, tt.pos, tt.line)
			}
		})
	}
}

// TestLongLineIsClipped: an error shows the neighbourhood of its place.
func TestLongLineIsClipped(t *testing.T) {
	t.Parallel()
	_, err := compile(strings.Repeat("f();", 1000) + "const b = ;" + strings.Repeat("g();", 1000))
	var got *SyntaxError
	if !errors.As(err, &got) {
		t.Fatalf("compile = %v, want a SyntaxError", err)
	}
	if len(got.Line) > maxLine || !strings.Contains(got.Line, "const b = ;") {
		t.Errorf("line = %q, want what is around the place", got.Line)
	}
}
