package sandbox

import (
	"errors"
	"sync"
	"testing"

	"github.com/dop251/goja"
)

// runScript gives what the function of a script returns, as text.
func runScript(t *testing.T, source string) (string, error) {
	t.Helper()
	c, err := compile(source)
	if err != nil {
		return "", err
	}
	rt := goja.New()
	rt.SetMaxCallStackSize(2000)
	v, err := rt.RunProgram(c.prg)
	if err != nil {
		t.Fatalf("run %q: %v", source, err)
	}
	call, ok := goja.AssertFunction(v)
	if !ok {
		t.Fatalf("%q gives %v, want a function", source, v)
	}
	v, err = call(goja.Undefined(), rt.ToValue("the input"))
	if err != nil {
		return "", err
	}
	if p, ok := v.Export().(*goja.Promise); ok {
		v = p.Result()
	}
	return v.String(), nil
}

// TestProgramIsShared: one compiled script runs in many runtimes at a time.
func TestProgramIsShared(t *testing.T) {
	t.Parallel()
	c, err := compile("let n: number = 0\nfor (let i = 0; i < 100; i++) n += i\nn")
	if err != nil {
		t.Fatalf("compile: %v", err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			rt := goja.New()
			v, err := rt.RunProgram(c.prg)
			if err != nil {
				t.Errorf("run: %v", err)
				return
			}
			call, _ := goja.AssertFunction(v)
			v, err = call(goja.Undefined())
			if err != nil {
				t.Errorf("call: %v", err)
				return
			}
			if got := v.Export().(*goja.Promise).Result().ToInteger(); got != 4950 {
				t.Errorf("result = %d, want 4950", got)
			}
		})
	}
	wg.Wait()
}

// TestNothingLeaksIntoGlobals: neither declarations of a script nor helpers of the
// lowering are globals.
func TestNothingLeaksIntoGlobals(t *testing.T) {
	t.Parallel()
	for _, source := range []string{
		"const a = 1\nvar b = 2\nfunction c() {}\na",
		"for await (const x of [1]) {}\nvar b: number = 2",
		"export default async () => 1",
		"if (false) await import('x')",
	} {
		got, err := runScript(t, source+"\n;Object.keys(globalThis).join()")
		if err != nil || got != "" && got != "1" {
			t.Errorf("%q leaves the globals %q, %v, want none", source, got, err)
		}
	}
}

// TestSourceMapsOfScriptsAreNotFollowed: the parser would read files for them.
func TestSourceMapsOfScriptsAreNotFollowed(t *testing.T) {
	t.Parallel()
	for _, source := range []string{"1\n", "const a: number = 1\n"} {
		if _, err := compile(source + "//# sourceMappingURL=/no/such/file.map"); err != nil {
			t.Errorf("compile = %v, want nil: nothing is read", err)
		}
	}
}

// FuzzCompile: no source, however strange, panics or goes without an error of ours.
func FuzzCompile(f *testing.F) {
	for _, source := range []string{
		"", "1 + 2", "```js\n1\n```", "export default 42", "export default", "export", "import", "import x from 'y'",
		"const x: number = 1", "enum A {B}", "@d class A {}", "for await (const x of y) {}", "#!x", "})\n(() => {",
		"}; async () => {", "`${", "/(/", "/\\p{L}/u", "a<b>(c)", "\u2028const x = ;", "x =>", "return", "case", "\xff",
		"export default class extends A {}", "export default async", "switch (a) { case 1: default: return }", "using x = y",
	} {
		f.Add(source)
	}
	f.Fuzz(func(t *testing.T, source string) {
		c, err := compile(source)
		var syntax *SyntaxError
		var crash *CrashError
		switch {
		case errors.As(err, &crash):
			t.Errorf("compile(%q) = %v", source, err)
		case err != nil && (!errors.As(err, &syntax) || syntax.Message == "" || syntax.Pos.Line < 0):
			t.Errorf("compile(%q) = %#v, want a SyntaxError that says something", source, err)
		case err == nil && c.prg == nil:
			t.Errorf("compile(%q) gives no program", source)
		}
	})
}
