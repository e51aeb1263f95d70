package bundle_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/reprise-run/reprise/internal/bundle"
)

// TestScriptsWithoutImportsTravelAsTheyAre: not a byte of them changes.
func TestScriptsWithoutImportsTravelAsTheyAre(t *testing.T) {
	t.Parallel()
	dir := files{}.write(t)
	for _, text := range []string{
		"async () => 1",
		"// nothing to import, require or export from here\n1",
		"const s = `\nimport x from 'y'\n`; s",
		"/* import x from 'y' */\nexport default async (input) => input",
		"'import(\"x\")'",
		"const o = {import: 1, require: 2}; o.import",
		"import type { A } from './a'\nconst a: A = 1\na",
		"const require = (x) => x; require('a')",
		"export const a = 1; // from",
		"const a = 1 // import\na = 2",
		"import = ;",
		"const = 1 // import",
		"import(",
	} {
		b, err := bundle.Make(bundle.Script{Text: text, Name: "<stdin>", Dir: dir, Limit: 1000})
		if err != nil || b.Made || b.Text != text {
			t.Errorf("%q: made %v, %v\n%s", text, b.Made, err, b.Text)
		}
	}
}

// TestBundledMeansTheSame: each form of code gives what it would give without the
// import.
func TestBundledMeansTheSame(t *testing.T) {
	t.Parallel()
	lib := files{"lib.ts": "export const one: number = 1\nexport const add = async (a: any, b: any) => a + b\nexport default 'lib'\nexport interface A { a: number }\n"}
	const fence = "```"
	for _, tt := range []struct{ name, text, want string }{
		{"last expression", "import { one } from './lib'\none + 1", `2`},
		{"last expression without effects", "import { one } from './lib'\nconst two = one + 1\ntwo", `2`},
		{"constant", "import './lib'\n5", `5`},
		{"string", "import './lib'\n'use me'", `"use me"`},
		{"declaration last", "import { one } from './lib'\nconst x = one", ``},
		{"await", "import { add } from './lib'\nconst x = await add(1, 2)\nx + 1", `4`},
		{"return", "import { one } from './lib'\nif (one) return 'early'\n2", `"early"`},
		{"return last", "import { one } from './lib'\nreturn one", `1`},
		{"arrow", "import { add } from './lib'\nasync (input) => add(input, '!')", `"the input!"`},
		{"arrow with a type", "import { add, type A } from './lib'\nasync (input: string): Promise<string> => add(input, '!')", `"the input!"`},
		{"function", "import { add } from './lib'\nasync function main(input: string) { return add(input, '!') }", `"the input!"`},
		{"export default arrow", "import { add } from './lib'\nexport default async (input) => add(input, '!')", `"the input!"`},
		{"export default function", "import { add } from './lib'\nexport default function main(input) { return add(input, '!') }", `"the input!"`},
		{"export default anonymous function", "import { add } from './lib'\nexport default function (input) { return add(input, '!') }", `"the input!"`},
		{"export default value", "import { one } from './lib'\nexport default one + 2", `3`},
		{"export default awaits", "import { add } from './lib'\nexport default await add(1, 2)", `3`},
		{"await above export default", "import { add } from './lib'\nconst n = await add(1, 2)\nexport default () => n", `3`},
		{"export list", "import { add } from './lib'\nconst main = (input) => add(input, '!')\nexport { main as default, add }", `"the input!"`},
		{"exported again", "export { default } from './lib'", `"lib"`},
		{"exports beside", "import { one } from './lib'\nexport const x = one\nexport interface B {}\nx + 1", `2`},
		{"everything exported again", "export * from './lib'\nexport default 3", `3`},
		{"import below", "const x = one + 1\nimport { one } from './lib'\nx", `2`},
		{"imports in one line", "import a from './lib';import{one}from'./lib';import * as all from './lib'\n[a, one, Object.keys(all).length]", `["lib",1,3]`},
		{"import on lines", "import a, {\n  one, // the number\n  add as plus,\n} from './lib'\nplus(a, one)", `"lib1"`},
		{"types alone", "import { A } from './lib'\nimport type { B } from './gone'\nconst a: A = { a: 2 }\na.a", `2`},
		{"fence", fence + "ts\nimport { one } from './lib'\none + 1\n" + fence, `2`},
		{"hashbang", "#!/usr/bin/env submit\nimport { one } from './lib'\none", `1`},
		{"dynamic", "const { one } = await import('./lib')\none", `1`},
		{"dynamic default", "export default async () => (await import('./lib')).default", `"lib"`},
		{"require", "const { one } = require('./lib')\nreturn one", `1`},
		{"TypeScript require", "import lib = require('./lib')\nlib.one", `1`},
		{"for await", "import { add } from './lib'\nlet s = 0\nfor await (const x of [add(1, 2), 4]) s += x\ns", `7`},
		{"enum", "import { one } from './lib'\nenum E { A = 5 }\nE.A + one", `6`},
		{"sloppy", "import { one } from './lib'\nundeclared = one\nundeclared", `1`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := lib.write(t)
			gives(t, made(t, bundle.Script{Text: tt.text, Name: "<stdin>", Dir: dir}), tt.want)
			f := files{"job.ts": tt.text}
			for name, text := range lib {
				f[name] = text
			}
			gives(t, made(t, script(t, f.write(t), "job.ts")), tt.want)
		})
	}
}

func TestWhatCanBeImported(t *testing.T) {
	t.Parallel()
	pkg := func(name string) string { return "node_modules/" + name + "/" }
	f := files{
		"tsconfig.json":                  `{"compilerOptions": {"paths": {"@lib/*": ["./src/lib/*"]}}}`,
		"src/lib/a.ts":                   `export const a = "a"`,
		"src/data.json":                  `{"n": [1, 2]}`,
		"src/c.cjs":                      `exports.c = require("./lib/a").a + "c"`,
		"src/dir/index.js":               `export default "index"`,
		"src/text.txt":                   "some text",
		pkg("esm") + "package.json":      `{"name": "esm", "module": "m.js", "main": "c.js"}`,
		pkg("esm") + "m.js":              `export default "module"; export const unused = () => { throw new Error("unused") }`,
		pkg("esm") + "c.js":              `module.exports = "main"`,
		pkg("cjs") + "package.json":      `{"name": "cjs", "main": "lib/index.js"}`,
		pkg("cjs") + "lib/index.js":      `(function (root) { root.seen = typeof this; module.exports = { name: "cjs", env: process.env.NODE_ENV, same: global === globalThis } })(globalThis)`,
		pkg("exp") + "package.json":      `{"name": "exp", "exports": {".": {"node": "./node.js", "import": "./import.mjs", "default": "./default.js"}, "./sub": "./sub.js"}}`,
		pkg("exp") + "node.js":           `import fs from "node:fs"`,
		pkg("exp") + "import.mjs":        `export default "import"`,
		pkg("exp") + "default.js":        `export default "default"`,
		pkg("exp") + "sub.js":            `export default "sub"`,
		pkg("web") + "package.json":      `{"name": "web", "exports": {"node": "./node.js", "browser": "./browser.js"}}`,
		pkg("web") + "browser.js":        `export default "browser"`,
		pkg("swap") + "package.json":     `{"name": "swap", "main": "main.js", "browser": {"fs": false, "./main.js": "./web.js"}}`,
		pkg("swap") + "web.js":           `exports.fs = Object.keys(require("fs")).length; exports.swap = "web"`,
		pkg("field") + "package.json":    `{"name": "field", "main": "main.js", "module": "m.js", "browser": "web.js"}`,
		pkg("field") + "web.js":          `export default "browser field"`,
		pkg("@scope/p") + "package.json": `{"name": "@scope/p", "type": "module", "exports": "./i.js"}`,
		pkg("@scope/p") + "i.js":         `export * from "./j.js"`,
		pkg("@scope/p") + "j.js":         `export const scoped = await Promise.resolve("scoped")`,
		pkg("try") + "index.js":          `let fs; try { fs = require("fs") } catch (e) { fs = "none" } module.exports = fs`,
		pkg("events") + "package.json":   `{"name": "events"}`,
		pkg("events") + "index.js":       `module.exports = "of npm"`,
		pkg("gen") + "index.js":          "export async function* gen() { yield 1; yield 2 }",
	}
	dir := f.write(t)
	for _, tt := range []struct{ text, want string }{
		{`import { a } from "./src/lib/a"; a`, `"a"`},
		{`import { a } from "./src/lib/a.ts"; a`, `"a"`},
		{`import { a } from "./src/lib/a.js"; a`, `"a"`},
		{`import { a } from "@lib/a"; a`, `"a"`},
		{`import data from "./src/data.json"; data.n`, `[1,2]`},
		{`import data from "./src/data.json" with { type: "json" }; data.n`, `[1,2]`},
		{`import { c } from "./src/c.cjs"; c`, `"ac"`},
		{`import i from "./src/dir"; i`, `"index"`},
		{`import text from "./src/text.txt"; text`, `"some text"`},
		{`import m from "esm"; m`, `"module"`},
		{`import cjs from "cjs"; cjs`, `{"name":"cjs","env":"production","same":true}`},
		{`import { name } from "cjs"; name`, `"cjs"`},
		{`import e from "exp"; import sub from "exp/sub"; e + sub`, `"importsub"`},
		{`import w from "web"; w`, `"browser"`},
		{`import { fs, swap } from "swap"; [fs, swap]`, `[0,"web"]`},
		{`import w from "field"; w`, `"browser field"`},
		{`import { scoped } from "@scope/p"; scoped`, `"scoped"`},
		{`import fs from "try"; fs`, `"none"`},
		{`import e from "events"; e`, `"of npm"`},
		{`import { gen } from "gen"; const l = []; for await (const x of gen()) l.push(x); l`, `[1,2]`},
		{"const name = 'a'; (await import(`./src/lib/${name}.ts`)).a", `"a"`},
	} {
		gives(t, made(t, bundle.Script{Text: tt.text, Name: "<eval>", Dir: dir}), tt.want)
	}
}

// TestScriptImportedByWhatItImports: there is one of it.
func TestScriptImportedByWhatItImports(t *testing.T) {
	t.Parallel()
	dir := files{
		"job.ts": "import { twice } from './lib'\nexport const base = 4\nexport default async () => twice()",
		"lib.ts": "import { base } from './job'\nexport const twice = () => base * 2",
	}.write(t)
	code := made(t, script(t, dir, "job.ts"))
	gives(t, code, "8")
	if n := strings.Count(code, "base = 4"); n != 1 {
		t.Errorf("the script is there %d times\n%s", n, code)
	}
}

// TestJavaScriptKeepsItsImports: in TypeScript an import that is not used is of a
// type, in JavaScript it runs.
func TestJavaScriptKeepsItsImports(t *testing.T) {
	t.Parallel()
	const text = "import { a } from './lib.js'\nimport { b } from './lib2.js'\nb\nglobalThis.ran ?? false"
	f := files{
		"lib.js": "globalThis.ran = true\nexport const a = 1", "lib2.js": "export const b = 1",
		"job.js": text, "job.mjs": text, "job.ts": text,
	}
	dir := f.write(t)
	gives(t, made(t, script(t, dir, "job.js")), "true")
	gives(t, made(t, script(t, dir, "job.mjs")), "true")
	gives(t, made(t, script(t, dir, "job.ts")), "false")
	f["job.js"] = "import { b } from './lib2.js'\nconst n: number = b\nn" // its name is wrong, and it works
	gives(t, made(t, script(t, f.write(t), "job.js")), "1")
}

// FuzzMake: no script panics, and one that is left alone is not changed.
func FuzzMake(f *testing.F) {
	for _, text := range []string{
		"import a from './a'", "import{a}from'./a'\nreturn a", "```ts\nimport a from './a'\na\n```", "#!x\nimport './a'", "await import(x)", "require(y)",
		"export * from './a'", "export {default} from './a'", "import a = require('./a')", "import a from './a'\n}; async () => {", "import type from 'a'",
		"import a from './a' with {type: 'json'}", "import(`./${a}`)", "import /*", "export default import('./a')", "\u2028import a from './a'\r\n\u2029a.b.c",
	} {
		f.Add(text)
	}
	dir := f.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.ts"), []byte("export default 1; export const a = 2"), 0o600); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "..") || strings.Contains(text, "/") && !strings.Contains(text, "./a") {
			return // nothing else on the machine is of interest
		}
		b, err := bundle.Make(bundle.Script{Text: text, Name: "<stdin>", Dir: dir, Limit: 100_000})
		var bad *bundle.Error
		switch {
		case err != nil && (!errors.As(err, &bad) || err.Error() == ""):
			t.Errorf("%q: %v, want an Error that says something", text, err)
		case err == nil && !b.Made && b.Text != text:
			t.Errorf("%q was changed to %q", text, b.Text)
		}
	})
}
