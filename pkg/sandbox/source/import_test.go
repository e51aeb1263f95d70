package source_test

import (
	"strings"
	"testing"

	"github.com/reprise-run/reprise/pkg/sandbox/source"
)

func TestImportIsReadToItsEnd(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text string // what follows is left
		from string
		only bool // types
	}{
		{`import x from "y"`, "y", false},
		{`import 'y';`, "y", false},
		{`import{a}from"y";`, "y", false},
		{`import * as x from 'y'`, "y", false},
		{"import x, {\n  a as b, // 'no'\n  type c,\n  \"d e\" as f, /* from 'no' */\n} from 'y'", "y", false},
		{"import\nx\nfrom\n'y'", "y", false},
		{`import x = require("y");`, "y", false},
		{`import type { A } from "y"`, "y", true},
		{`import type A from "y"`, "y", true},
		{`import type * as A from "y"`, "y", true},
		{`import type from "y"`, "y", false},
		{`import type, { a } from "y"`, "y", false},
		{`import { type A } from "y"`, "y", false},
		{`import d from "./d.json" with { type: "json" };`, "./d.json", false},
		{`import d from "./d.json" assert { type: 'json' }`, "./d.json", false},
	} {
		for _, after := range []string{"\nf()", " ", "\nimport z from 'z'", "\nwith (a) {}"} {
			code := []byte("g() ;" + tt.text + after)
			at := len("g() ;import")
			d, ok := source.ImportBefore(code, at)
			if !ok || d.From != tt.from || d.Type != tt.only || string(code[d.Start:d.End]) != tt.text {
				t.Errorf("%q: %v %+v, want %q of %q", code, ok, d, tt.text, tt.from)
				continue
			}
			for _, token := range d.Tokens {
				if strings.Contains(token.Text, "no") || !strings.HasPrefix(string(code[token.At:]), token.Text) {
					t.Errorf("%q has the token %q at %d", tt.text, token.Text, token.At)
				}
			}
			if name := string(code[d.At+1 : d.At+1+len(d.From)]); name != tt.from {
				t.Errorf("%q: the name is at %q, want %q", tt.text, name, tt.from)
			}
			d.Hide(code)
			if len(code) != len("g() ;"+tt.text+after) || strings.TrimSpace(string(code[5:d.End])) != "" ||
				strings.Count(string(code), "\n") != strings.Count(tt.text+after, "\n") {
				t.Errorf("%q hidden is %q", tt.text, code)
			}
		}
	}
}

func TestWhatIsNoImport(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`import("y")`, `import.meta.url`, `ximport x from "y"`, `x.import x from "y"`, `#import x from "y"`, `import x`, `import`,
		`import x from`, `import x from "y`, "import x from 'y\n'", `import + 'y'`, `import x from "y" with { type: "json"`,
	} {
		at := strings.Index(text, "import") + len("import")
		if d, ok := source.ImportBefore([]byte(text), at); ok {
			t.Errorf("%q is %+v, want none", text, d)
		}
	}
}

func TestImportAt(t *testing.T) {
	t.Parallel()
	code := []byte("import a from 'a' // one\n\n/* two */ import b from 'b'; f('import')")
	d, _ := source.ImportAt(code, 0)
	if d.From != "a" {
		t.Errorf("first: %+v", d)
	}
	d, ok := source.ImportAt(code, d.End)
	if !ok || d.From != "b" {
		t.Errorf("second: %v %+v", ok, d)
	}
	if d, ok := source.ImportAt(code, d.End); ok {
		t.Errorf("third: %+v, want none", d)
	}
}

func TestStrip(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ text, left, result string }{
		{"export const a = 1", "const a = 1", ""},
		{"export default 5", "__codemode=    5", "typeof __codemode"},
		{"export default function f() {}", "function f() {}", "f(__codemode_input)"},
		{"export default class {}", "__codemode=    class {}", "__codemode"},
		{"export { a, b as default, c };", "", "typeof b"},
		{"export {a}", "", ""},
		{"export type { A }", "", ""},
	} {
		var e source.Exports
		code := []byte(tt.text)
		if !e.Strip(code, 0) || strings.TrimSpace(string(code)) != tt.left || len(code) != len(tt.text) || !strings.HasPrefix(e.Result, tt.result) {
			t.Errorf("%q becomes %q with the result %q, want %q with %q", tt.text, code, e.Result, tt.left, tt.result)
		}
	}
	for _, text := range []string{`export * from "a"`, `export { a } from "b"`, `export * as a from "b"`, `export type { A } from "b"`, "exported()", "a"} {
		var e source.Exports
		if code := []byte(text); e.Strip(code, 0) || string(code) != text {
			t.Errorf("%q becomes %q, want it to stay", text, code)
		}
	}
}

func FuzzImport(f *testing.F) {
	f.Add("import x from 'y'", 6)
	f.Add("import{a as b}from'y'with{", 6)
	f.Add("import/*", 6)
	f.Fuzz(func(t *testing.T, text string, at int) {
		if at < 0 || at > len(text) {
			return
		}
		if d, ok := source.ImportBefore([]byte(text), at); ok && (d.Start < 0 || d.Start >= d.End || d.End > len(text) || d.At <= d.Start) {
			t.Errorf("%q at %d: %+v", text, at, d)
		}
		source.ImportAt([]byte(text), at)
		var e source.Exports
		e.Strip([]byte(text), at)
		e.StripLast([]byte(text))
	})
}
