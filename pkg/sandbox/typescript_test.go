package sandbox

import (
	"strings"
	"testing"
)

func TestTypeScript(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, source, want string }{
		{"types and a result", "const x: number = 1;\nx + 2", "3"},
		{"string result", "type A = string;\n'hello'", "hello"},
		{"name result", "let x: number = 4\nx", "4"},
		{"unused value", "const x: number = 1;\n5", "5"},
		{"interface", "interface A { a: number }\nconst a: A = {a: 1}\na.a", "1"},
		{"interface last", "const a: number = 1\na\ninterface A { a: number }", "1"},
		{"enum", "enum Color { Red, Green = 5 }\nColor.Green", "5"},
		{"enum last", "enum Color { Red }", "undefined"},
		{"const enum last", "const enum Color { Red }", "undefined"},
		{"satisfies", "const o = {a: 1} satisfies Record<string, number>\no.a", "1"},
		{"as", "(5 as unknown) as number", "5"},
		{"non-null", "const f = (x?: number) => x!\nf(2)", "2"},
		{"generic arrow", "async <T,>(input: T): Promise<T> => input", "the input"},
		{"generic function", "function f<T extends string>(input: T): T { return input }", "the input"},
		{"generic call", "const f = (x) => x\nf<string>('a')", "a"},
		{"nested generic call", "const f = (x) => x\nf<Array<string>>('a')", "a"},
		{"await", "const x: number = await Promise.resolve(2)\nx", "2"},
		{"return", "const x: number = 2\nreturn x", "2"},
		{"early return", "const x: number = 2\nif (x > 2) return x\nx", "undefined"},
		{"export default", "type T = string\nexport default async (input: T): Promise<T> => input", "the input"},
		{"export default function", "export default async function main(input: string) { return input }", "the input"},
		{"export default expression", "export default 42 as number", "42"},
		{"exported types", "export interface A { a: number }\nexport type B = A\nexport enum C { D = 3 }\nC.D", "3"},
		{"class", "class A { constructor(private readonly n: number) {} get(): number { return this.n } }\nnew A(3).get()", "3"},
		{"class last", "class A { x: number = 1 }", "undefined"},
		{"decorated class last", "const d = (c: any, x: any) => c\n@d class A {}", "undefined"},
		{"overload", "function f(x: string): string;\nfunction f(x: any) { return x }\nf('a')", "a"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := runScript(t, tt.source)
			if err != nil || got != tt.want {
				t.Errorf("%q = %q, %v, want %q", tt.source, got, err, tt.want)
			}
		})
	}
}

// TestLowering runs what the engine lacks.
func TestLowering(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, source, want string }{
		{"for await", "let s = 0\nfor await (const x of [Promise.resolve(1), 2]) s += x\ns", "3"},
		{"async generator", "async function* g() { yield 1; yield 2 }\nlet s = 0\nfor await (const x of g()) s += x\ns", "3"},
		{"big integers stay", "const x: number = 1;\nString(2n ** 70n)", "1180591620717411303424"},
		{"private fields stay", "class A { #a: number = 1; get() { return this.#a } }\nnew A().get()", "1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := runScript(t, tt.source)
			if err != nil || got != tt.want {
				t.Errorf("%q = %q, %v, want %q", tt.source, got, err, tt.want)
			}
		})
	}
}

// TestUnicodePropertyEscapes: the engine takes \p{L} for the letters p{L}. It must
// never see one in a literal: the constructor can be guarded.
func TestUnicodePropertyEscapes(t *testing.T) {
	t.Parallel()
	for _, source := range []string{`/^\p{L}+$/u.test("é")`, `/\P{L}/gu`, `const x: RegExp = /\p{L}/u`} {
		p, err := parseScript(source)
		if err != nil {
			t.Fatalf("parseScript(%q): %v", source, err)
		}
		if text := p.tree.File.Source(); !strings.Contains(text, `new RegExp("`) {
			t.Errorf("%q becomes %q, want a call of RegExp", source, text)
		}
	}
}

func TestModulesMustBeBundled(t *testing.T) {
	t.Parallel()
	for _, source := range []string{
		`import x from "y"`, `import {a} from "y";` + "\na", `import "y"`, `import * as x from "y"`,
		`import type {A} from "y"`, "const a: number = 1\nimport x, {\n y } from 'z'", `import x = require("y")`,
		"const a = 1;import{b}from'c'",
	} {
		_, err := compile(source)
		if err == nil || !strings.Contains(err.Error(), "modules must be bundled") {
			t.Errorf("compile(%q) = %v, want an error that says that modules must be bundled", source, err)
		}
	}
	got, err := runScript(t, `let got; try { await import("fs") } catch (e) { got = e.message }; got`)
	if err != nil || !strings.Contains(got, "modules must be bundled") {
		t.Errorf("dynamic import: %q, %v, want an error when it runs, that says that modules must be bundled", got, err)
	}
	if _, err := compile(`const a = 1; export { a }`); err == nil || !strings.Contains(err.Error(), "export lists") {
		t.Errorf("export list: %v, want an error that names it", err)
	}
}
