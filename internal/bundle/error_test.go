package bundle_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/reprise-run/reprise/internal/bundle"
)

// TestWhatCannotBeImported: each error names the import, the place where it is
// written, and what to do.
func TestWhatCannotBeImported(t *testing.T) {
	t.Parallel()
	f := files{
		"src/uses.ts":                        "\n\n  import { readFileSync } from 'node:fs'\nexport default readFileSync",
		"src/broken.ts":                      "export const a =\n  1 +* 2",
		"src/lib.ts":                         "export const a = 1",
		"src/computed.ts":                    "export const load = (name: string) => import(name)",
		"node_modules/inner/package.json":    `{"name": "inner"}`,
		"node_modules/inner/lib/index.js":    "",
		"node_modules/inner/index.js":        "exports.fs = 1;\nconst fs = require('fs');",
		"node_modules/outer/index.js":        "export { fs } from 'inner'",
		"node_modules/closed/package.json":   "{\"name\": \"closed\",\n \"exports\": {\".\": \"./i.js\"}}",
		"node_modules/closed/i.js":           "",
		"node_modules/closed/internal.js":    "",
		"node_modules/native/package.json":   `{"name": "native", "main": "a.node"}`,
		"node_modules/native/a.node":         "\x00",
		"node_modules/@scope/gone/README.md": "",
	}
	dir := f.write(t)
	for _, tt := range []struct{ name, text, want, hint string }{
		{"a built-in", "import fs from 'node:fs'\nfs", `job.ts:1:16: cannot import "node:fs": it is a module of Node.js` + "\n  import fs from 'node:fs'", "connector"},
		{"without its prefix", "import { join } from 'path/posix'\njoin", `job.ts:1:22: cannot import "path/posix": it is a module of Node.js`, "connector"},
		{"among statements", "const a = 1\nif (a) return 2\nimport {\n  sep\n} from 'path'\nsep", `job.ts:5:8: cannot import "path": it is a module of Node.js` + "\n  } from 'path'", "connector"},
		{"in a fence", "```ts\n\nimport fs from 'fs'\nfs\n```", `job.ts:3:16: cannot import "fs"`, "connector"},
		{"in a file", "import r from './src/uses'\nr", `src/uses.ts:3:32: cannot import "node:fs": it is a module of Node.js` + "\n    import { readFileSync } from 'node:fs'", "connector"},
		{"in a package", "import * as o from 'outer'\no", `node_modules/inner/index.js:2:20: cannot import "fs": it is a module of Node.js` +
			"\n  const fs = require('fs');\n  in the package inner, imported by outer, imported by job.ts", "connector"},
		{"a package that is not there", "import z from 'zod/v4'\nz", `job.ts:1:15: cannot import "zod/v4": it is not installed`, "npm install zod"},
		{"one with a scope", "import z from '@scope/gone/a/b'\nz", `cannot import "@scope/gone/a/b": it is not installed`, "npm install @scope/gone"},
		{"a file that is not there", "import z from './src/gone'\nz", `job.ts:1:15: cannot import "./src/gone": there is no such file`, ""},
		{"what a package hides", "import z from 'closed/internal.js'\nz", `cannot import "closed/internal.js"` + "\n  import z from 'closed/internal.js'\n  node_modules/closed/package.json:2: ", ""},
		{"an address", "import z from 'https://esm.sh/zod'\nz", `job.ts:1:15: cannot import "https://esm.sh/zod": nothing is fetched`, "by its name"},
		{"a computed name", "const n = 'a'\nconst a = await import(n)\na", "job.ts:2:17: cannot import a name that is computed\n  const a = await import(n)", "literal"},
		{"a computed require", "const n = 'a'\nconst a = require(n)\na", "job.ts:2:11: cannot import a name that is computed", "literal"},
		{"one in a file", "import { load } from './src/computed'\nload('a')", "src/computed.ts:1:39: cannot import a name that is computed", "literal"},
		{"a pattern without files", "const n = 'a'\nconst a = await import(`./none/${n}.ts`)\na", "job.ts:2:24: Could not resolve", ""},
		{"a name that is not exported, on lines", "import {\n  a,\n  b,\n} from './src/lib'\na + b", "job.ts:3:3: No matching export", ""},
		{"a name that is not exported", "import { b } from './src/lib'\nb", `job.ts:1:10: No matching export in "src/lib.ts" for import "b"`, ""},
		{"a syntax error", "import { a } from './src/lib'\n\nconst b = ;", "job.ts:3:11: Unexpected \";\"\n  const b = ;", ""},
		{"a syntax error at the end", "import { a } from './src/lib'\nif (a) {\n  f(a)\n", "job.ts:3:7: Unexpected end of the code\n    f(a)", ""},
		{"one in a file", "import { a } from './src/broken'\na", "src/broken.ts:2:6: Unexpected \"*\"\n    1 +* 2", ""},
		{"a native module", "import a from 'native'\na", `No loader is configured for ".node" files`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := files{"job.ts": tt.text}
			for name, text := range f {
				f[name] = text
			}
			_, err := bundle.Make(bundle.Script{Text: tt.text, Name: "job.ts", Dir: dir})
			var bad *bundle.Error
			if !errors.As(err, &bad) || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("error\n%v\nwant\n%s", err, tt.want)
			}
			if !strings.Contains(bad.Hint, tt.hint) || tt.hint == "" && bad.Hint != "" {
				t.Errorf("hint %q, want %q", bad.Hint, tt.hint)
			}
			if strings.Contains(err.Error(), dir) || strings.Contains(err.Error(), "external") {
				t.Errorf("the error has a path of the machine, or advice about a bundler:\n%v", err)
			}
		})
	}
}

// TestErrorsOfFilesNameThem: the same for a script that is a file, from wherever it
// is submitted.
func TestErrorsOfFilesNameThem(t *testing.T) {
	t.Parallel()
	f := files{"jobs/job.ts": "const a = 1\nimport fs from 'fs'\nfs", "jobs/bad.ts": "import x from './job'\nreturn =", "other/a": ""}
	dir := f.write(t)
	for name, want := range map[string]string{"jobs/job.ts": "job.ts:2:16: cannot import", "jobs/bad.ts": "bad.ts:2:8: Unexpected"} {
		s := script(t, dir, name)
		for cwd, prefix := range map[string]string{dir: "jobs/", dir + "/jobs": "", dir + "/other": "../jobs/", "/": "jobs/"} {
			s.Dir = cwd
			if _, err := bundle.Make(s); err == nil || !strings.HasPrefix(err.Error(), prefix+want) {
				t.Errorf("from %s: %v, want %s%s", cwd, err, prefix, want)
			}
		}
	}
}

func TestManyProblemsAreNotAllTold(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	for i := range 20 {
		fmt.Fprintf(&text, "import './gone%d'\n", i)
	}
	_, err := bundle.Make(bundle.Script{Text: text.String(), Name: "job.ts", Dir: files{}.write(t)})
	if err == nil || strings.Count(err.Error(), "cannot import") != 5 || !strings.HasSuffix(err.Error(), "more") {
		t.Errorf("error %v, want five of them", err)
	}
}
