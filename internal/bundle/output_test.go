package bundle_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/reprise-run/reprise/internal/bundle"
	"github.com/reprise-run/reprise/pkg/sandbox"
	"github.com/reprise-run/reprise/pkg/sandbox/source"
)

// thrownBy runs code that throws.
func thrownBy(t *testing.T, code string) *sandbox.Thrown {
	t.Helper()
	r := run(t, code)
	if r.Thrown == nil {
		t.Fatalf("result %s, want it to throw\n%s", r.Value, code)
	}
	return r.Thrown
}

// TestErrorsShowTheAuthorsPlace: the file, the line, the column and the line's text,
// whatever the form of the script and whichever file it is in.
func TestErrorsShowTheAuthorsPlace(t *testing.T) {
	t.Parallel()
	lib := files{
		"src/pay.ts":              "export interface A { a: number }\n\nexport async function pay(n: number) {\n  await null\n  if (n > 1) throw new Error('too much')\n  return n\n}\n",
		"node_modules/p/index.js": "exports.check = (f) => {\n  return f.x.y\n}\n",
	}
	pay := sandbox.Pos{File: "src/pay.ts", Line: 5, Column: 20}
	const payLine = "  if (n > 1) throw new Error('too much')"
	for _, tt := range []struct {
		name, text string
		pos        sandbox.Pos
		line       string
	}{
		{"in a file", "import { pay } from './src/pay'\nawait pay(2)", pay, payLine},
		{"of a module", "import { pay } from './src/pay'\nexport default async () => pay(2)", pay, payLine},
		{"in a fence", "```ts\nimport { pay } from './src/pay'\nawait pay(2)\n```", pay, payLine},
		{"in a package", "import { check } from 'p'\ncheck({})", sandbox.Pos{File: "node_modules/p/index.js", Line: 2, Column: 14}, ""},
		{"in the statements", "import { pay } from './src/pay'\nconst a: number = 1\n\n  if (a) throw new Error('x')\nawait pay(1)", sandbox.Pos{File: "job.ts", Line: 4, Column: 16}, "  if (a) throw new Error('x')"},
		{"in the module", "import { pay } from './src/pay'\nexport default async () => {\n\tconst a: number = await pay(1)\n\tthrow new Error('x')\n}", sandbox.Pos{File: "job.ts", Line: 4, Column: 8}, "\tthrow new Error('x')"},
		{"on the first line", "import { pay } from './src/pay'; throw new Error('x' + await pay(1))", sandbox.Pos{File: "job.ts", Line: 1, Column: 40}, "import { pay } from './src/pay'; throw new Error('x' + await pay(1))"},
		{"in the fenced statements", "```ts\nimport { pay } from './src/pay'\nthrow new Error('x' + await pay(1))\n```", sandbox.Pos{File: "job.ts", Line: 3, Column: 7}, "throw new Error('x' + await pay(1))"},
		{"after other characters", "import { pay } from './src/pay'\nconst s = 'ä𝄞' + await pay(1); throw new Error(s)", sandbox.Pos{File: "job.ts", Line: 2, Column: 38}, "const s = 'ä𝄞' + await pay(1); throw new Error(s)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := files{"job.ts": tt.text}
			for name, text := range lib {
				f[name] = text
			}
			dir := f.write(t)
			got := thrownBy(t, made(t, script(t, dir, "job.ts")))
			if got.Pos != tt.pos || got.Line != tt.line {
				t.Errorf("thrown %q at %v in %q, want %v in %q", got.Message, got.Pos, got.Line, tt.pos, tt.line)
			}
			got = thrownBy(t, made(t, bundle.Script{Text: tt.text, Name: "job.ts", Dir: dir}))
			if got.Pos != tt.pos || got.Line != tt.line {
				t.Errorf("without a file: thrown at %v in %q, want %v in %q", got.Pos, got.Line, tt.pos, tt.line)
			}
		})
	}
}

// TestBundlesHaveNoPathsOfTheMachine: from wherever it is made, a bundle names no
// directory above what the author named.
func TestBundlesHaveNoPathsOfTheMachine(t *testing.T) {
	t.Parallel()
	dir := files{
		"secret-place/proj/job.ts":                  "import { a } from './src/a'\nimport p from 'p'\nimport c from './c.cjs'\na(p + c)",
		"secret-place/proj/src/a.ts":                "export const a = (x) => { throw new Error(x) }",
		"secret-place/proj/c.cjs":                   "module.exports = 1",
		"secret-place/proj/node_modules/p/index.js": "module.exports = 2",
		"elsewhere/x":                               "",
	}.write(t)
	s := script(t, dir, "secret-place/proj/job.ts")
	up, err := filepath.Rel("/", dir)
	if err != nil {
		t.Fatal(err)
	}
	for cwd, want := range map[string]string{
		filepath.Join(dir, "secret-place/proj"):     "src/a.ts",
		filepath.Join(dir, "secret-place"):          "proj/src/a.ts",
		filepath.Join(dir, "secret-place/proj/src"): "a.ts",
		"/usr": "src/a.ts",
		"/":    "src/a.ts",
	} {
		s.Dir = cwd
		code := made(t, s)
		if got := thrownBy(t, code); got.Pos.File != want {
			t.Errorf("from %s: thrown in %q, want %q", cwd, got.Pos.File, want)
		}
		before, encoded, _ := source.CutInline(code)
		m, err := source.ParseInline(encoded)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range append(m.Sources, before) {
			if strings.Contains(text, "secret-place") || strings.Contains(text, up) || strings.HasPrefix(text, "/") {
				t.Errorf("from %s: the bundle has a path of the machine: %s", cwd, text)
			}
		}
	}
}

// TestBundlesFitTheLimit: what does not fit loses first what errors show of it, then
// its white space; at last the error names what is large.
func TestBundlesFitTheLimit(t *testing.T) {
	t.Parallel()
	var big strings.Builder
	for i := range 400 {
		fmt.Fprintf(&big, "    export   function   f%d( first, second ) {\n        /* a comment */\n        return   first + second + %d\n    }\n", i, i)
	}
	f := files{
		"job.ts":                    "import * as big from 'big'\nimport { check } from './check'\nif (Object.keys(big).length) check(5)",
		"check.ts":                  "// " + strings.Repeat("long ", 1000) + "\nexport const check = (n: number) => {\n  throw new Error(`no ${n}`)\n}",
		"node_modules/big/index.js": big.String(),
		"node_modules/@a/b/i.js":    "",
	}
	dir := f.write(t)
	s := script(t, dir, "job.ts")
	all := made(t, s)
	for _, tt := range []struct {
		name  string
		limit int
		line  string
	}{
		{"all of it", len(all), "  throw new Error(`no ${n}`)"},
		{"without columns of packages", len(all) - 1, "  throw new Error(`no ${n}`)"},
		{"without lines", len(all) * 6 / 10, ""},
		{"without white space", len(all) * 4 / 10, ""},
	} {
		s.Limit = tt.limit
		code := made(t, s)
		got := thrownBy(t, code)
		if len(code) > tt.limit || got.Message != "no 5" || got.Pos.File != "check.ts" || got.Pos.Line != 3 || got.Line != tt.line {
			t.Errorf("%s: %d of %d bytes, %q at %v in %q, want check.ts:3 in %q", tt.name, len(code), tt.limit, got.Message, got.Pos, got.Line, tt.line)
		}
	}
	s.Limit = 1000
	_, err := bundle.Make(s)
	var bad *bundle.Error
	if !errors.As(err, &bad) || !strings.Contains(err.Error(), "at most 1000 are stored") || !strings.Contains(err.Error(), "bytes: big\n") || bad.Hint == "" {
		t.Errorf("error %v, want the limit and the sizes", err)
	}
}

// TestPackagesLoseTheirColumnsFirst: and then their places: an error shows the call
// in the author's code.
func TestPackagesLoseTheirColumnsFirst(t *testing.T) {
	t.Parallel()
	dir := files{
		"job.ts":                  "import { fail } from 'p'\n\n fail(1)",
		"node_modules/p/index.js": strings.Repeat("exports.a = (a, b, c) => [a, b, c];\n", 300) + "exports.fail = (n) => { if (n) throw new Error('x') }\n",
	}.write(t)
	s := script(t, dir, "job.ts")
	all := len(made(t, s))
	for _, tt := range []struct {
		limit int
		want  sandbox.Pos
	}{
		{all, sandbox.Pos{File: "node_modules/p/index.js", Line: 301, Column: 38}},
		{all - 1, sandbox.Pos{File: "node_modules/p/index.js", Line: 301, Column: 25}},
		{all * 4 / 10, sandbox.Pos{File: "job.ts", Line: 3, Column: 2}},
	} {
		s.Limit = tt.limit
		if got := thrownBy(t, made(t, s)); got.Pos != tt.want {
			t.Errorf("%d bytes of %d: thrown at %v, want %v", tt.limit, all, got.Pos, tt.want)
		}
	}
}

// TestLinks: the script, or the working directory, may be named by a link.
func TestLinks(t *testing.T) {
	t.Parallel()
	dir := files{"real/job.ts": "import { a } from './lib/a'\na(1)", "real/lib/a.ts": "export const a = (x) => { throw new Error(x) }"}.write(t)
	if err := os.Symlink("real", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	for cwd, want := range map[string]string{"link": "lib/a.ts", "real": "lib/a.ts", "": "real/lib/a.ts"} {
		for _, name := range []string{"link/job.ts", "real/job.ts"} {
			s := script(t, dir, name)
			s.Dir = filepath.Join(dir, cwd)
			if got := thrownBy(t, made(t, s)); got.Pos.File != want {
				t.Errorf("%s from %q: thrown in %s, want %s", name, cwd, got.Pos.File, want)
			}
		}
	}
}
