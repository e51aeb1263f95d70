package sandbox

import (
	"errors"
	"strconv"
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
		p, err := parseScript(scriptName, source)
		if err != nil {
			t.Fatalf("parseScript(%q): %v", source, err)
		}
		if text := p.tree.File.Source(); !strings.Contains(text, `new RegExp("`) {
			t.Errorf("%q becomes %q, want a call of RegExp", source, text)
		}
	}
}

// TestModulesMustBeBundled: a source that imports, and comes as it is, is told what
// it imports, where, and what to do.
func TestModulesMustBeBundled(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		source, module string
		pos            Pos
	}{
		{`import x from "y"`, "y", Pos{Line: 1, Column: 1}},
		{"import {a} from \"y\";\na", "y", Pos{Line: 1, Column: 1}},
		{`import "y"`, "y", Pos{Line: 1, Column: 1}},
		{`import * as x from "./y.ts"`, "./y.ts", Pos{Line: 1, Column: 1}},
		{"import /* { */ {\n a, // 'b'\n b as c } from 'y'", "y", Pos{Line: 1, Column: 1}},
		{"const a: number = 1\n  import x, {\n y } from 'z'", "z", Pos{Line: 2, Column: 3}},
		{`import x = require("y")`, "y", Pos{Line: 1, Column: 1}},
		{"const a = 1;import{b}from'c'", "c", Pos{Line: 1, Column: 13}},
		{"import type {A} from './a'\nimport type from 'b'", "b", Pos{Line: 2, Column: 1}},
		{"```ts\nimport {a} from 'y'\n```", "y", Pos{Line: 2, Column: 1}},
	} {
		_, err := compile(tt.source)
		var got *SyntaxError
		if !errors.As(err, &got) || !strings.Contains(got.Message, strconv.Quote(tt.module)+": it is not bundled") || got.Pos != tt.pos {
			t.Errorf("compile(%q) = %v, want an error that names %q at %v", tt.source, err, tt.module, tt.pos)
		}
	}
	got, err := runScript(t, `let got; try { await import("fs") } catch (e) { got = e.message }; got`)
	if err != nil || !strings.Contains(got, `"fs": it is not bundled`) {
		t.Errorf("dynamic import: %q, %v, want an error when it runs, that says that it is not bundled", got, err)
	}
	for _, source := range []string{`export * from "y"`, `export { a } from "y"`, `export * as a from "y"`} {
		if _, err := compile(source); err == nil || !strings.Contains(err.Error(), "not bundled") {
			t.Errorf("compile(%q) = %v, want an error that says that it is not bundled", source, err)
		}
	}
}

// TestDeclarationsWithoutEffect: what says nothing about the result does no harm.
func TestDeclarationsWithoutEffect(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ source, want string }{
		{"import type { A } from './a'\nconst a: A = 1\na", "1"},
		{"import type A from './a'\nimport type * as B from 'b';\n2", "2"},
		{"const a = 3\nexport { a }\na", "3"},
		{"const a = 4\na\nexport { a, a as b };", "4"},
		{"type A = string\nexport type { A }\n5", "5"},
		{"const f = (input) => input\nexport { f as default }", "the input"},
		{"const f: any = 7\nexport {\n  f as default, f\n};\n", "7"},
	} {
		if got, err := runScript(t, tt.source); err != nil || got != tt.want {
			t.Errorf("%q = %q, %v, want %q", tt.source, got, err, tt.want)
		}
	}
}
