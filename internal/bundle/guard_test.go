package bundle_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/bundle"
)

// What would end the submitter's process, or keep it busy for minutes, does neither.
func TestHostileSourcesAreNotParsed(t *testing.T) {
	t.Parallel()
	f := files{
		"lib.ts":    "export const a = 1",
		"deep.ts":   "export const a = 1;\n  x = " + strings.Repeat("(", 1_000_000),
		"repeat.ts": "export const b: number = 1;\n" + strings.Repeat("let a;", 40_000),
	}
	dir := f.write(t)
	for name, tt := range map[string]struct{ text, want string }{
		"a script that is nested without end": {"import { a } from './lib'\n" + strings.Repeat("(", 1_000_000), ""},
		"a script that repeats":               {"import { a } from './lib'\nreturn a\n" + strings.Repeat("let a;", 40_000), "job.ts:3:11: The symbol \"a\" has already been declared"},
		"a file that is nested without end":   {"import { a } from './deep'\na", "deep.ts:2:508: nested too deeply: more than 500 levels"},
		"a file that repeats":                 {"import { b } from './repeat'\nb", "repeat.ts:2:11: The symbol \"a\" has already been declared"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			b, err := bundle.Make(bundle.Script{Text: tt.text, Name: "job.ts", Dir: dir})
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("it took %v", took)
			}
			if tt.want == "" { // the executor refuses it, in the author's words
				if err != nil || b.Made || b.Text != tt.text {
					t.Errorf("made %v, %v, want the script as it is", b.Made, err)
				}
				return
			}
			var bad *bundle.Error
			if !errors.As(err, &bad) || !strings.HasPrefix(err.Error(), tt.want) || len(err.Error()) > 2000 {
				t.Errorf("error %.300v, want %s", err, tt.want)
			}
		})
	}
}

// Statements with many returns, and names that come often, are no repeated declarations.
func TestManyReturnsAndNamesAreBundled(t *testing.T) {
	t.Parallel()
	dir := files{"lib.ts": "export const a = 1"}.write(t)
	text := "import { a } from './lib'\n" + strings.Repeat("if (a > 5) return [a, a, a, a, a, a]\n", 300) + "a"
	if b, err := bundle.Make(bundle.Script{Text: text, Name: "job.ts", Dir: dir}); err != nil || !b.Made {
		t.Errorf("made %v, %v, want a bundle", b.Made, err)
	}
}
