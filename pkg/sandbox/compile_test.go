package sandbox

import (
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

func TestStep0(t *testing.T) {
	for _, s := range []string{"1+2", "```ts\nconst x: number = 1;\nx + 2\n```", "async (i) => i", "return 42", "async function f() { return 5 }"} {
		got, err := runScript(t, s)
		t.Log(s, got, err)
	}
}
