package sandbox

import (
	"context"
	"errors"
	"testing"
	"time"
)

func TestCall(t *testing.T) {
	t.Parallel()
	s := NewInProcess(Config{})
	for _, tt := range []struct{ source, arg, want string }{
		{`({attempt}) => attempt < 3`, `{"attempt":2}`, `true`},
		{`function shouldRetry(c) { return c.failure.kind === "retryable" }`, `{"failure":{"kind":"retryable"}}`, `true`},
		{`async (c) => { await 1; return {delay: c.n * 2} }`, `{"n":4}`, `{"delay":8}`},
		{`() => {}`, ``, ``},
		{`x => x`, ``, ``},
		{`() => typeof codemode + typeof console + typeof setTimeout`, ``, `"undefinedundefinedundefined"`},
		{"(x) => x // with a comment", `1`, `1`},
	} {
		got, err := s.Call(t.Context(), tt.source, raw(tt.arg))
		if err != nil || string(got) != tt.want {
			t.Errorf("Call(%s, %s) = %s, %v, want %s", tt.source, tt.arg, got, err, tt.want)
		}
	}
}

func TestCallErrors(t *testing.T) {
	t.Parallel()
	s := NewInProcess(Config{})
	for _, source := range []string{`() => { throw new RangeError("low") }`, "async () => {\n await 1; throw new RangeError('low') }"} {
		_, err := s.Call(t.Context(), source, nil)
		var thrown *Thrown
		if !errors.As(err, &thrown) || thrown.Name != "RangeError" || thrown.Message != "low" || thrown.Pos.Line == 0 {
			t.Errorf("Call(%s) = %#v, want a RangeError", source, err)
		}
	}
	_, err := s.Call(t.Context(), `() => { throw new Error("x") }`, nil)
	var thrown *Thrown
	if !errors.As(err, &thrown) || thrown.Pos != (Pos{Line: 1, Column: 15}) {
		t.Errorf("Call = %#v, want position 1:15", err)
	}
	_, err = s.Call(t.Context(), `() => {`, nil)
	var syntax *SyntaxError
	if !errors.As(err, &syntax) {
		t.Errorf("Call = %v, want a SyntaxError", err)
	}
	for name, source := range map[string]string{
		"not a function":    `5`,
		"never settles":     `() => new Promise(() => {})`,
		"cyclic result":     `() => { const o = {}; o.o = o; return o }`,
		"several functions": `() => 1, 2`,
	} {
		if v, err := s.Call(t.Context(), source, nil); err == nil {
			t.Errorf("%s: Call = %s, want an error", name, v)
		}
	}
	if _, err := s.Call(t.Context(), `() => { const f = () => f() + 1; return f() }`, nil); !errors.Is(err, ErrStack) {
		t.Errorf("runaway recursion: Call = %v, want ErrStack", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := s.Call(ctx, `() => { for (;;); }`, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("endless loop: Call = %v, want the end of the context", err)
	}
}

func TestCallGivesPlainJSON(t *testing.T) {
	t.Parallel()
	got, err := NewInProcess(Config{}).Call(t.Context(), `() => ({at: new Date(5), n: NaN, big: 5n, u: undefined, m: new Map([[1, 2]])})`, nil)
	want := `{"at":"1970-01-01T00:00:00.005Z","n":null,"big":"5","m":[[1,2]]}`
	if err != nil || string(got) != want {
		t.Errorf("Call = %s, %v, want %s", got, err, want)
	}
	// Nothing in plain JSON is an envelope.
	got, err = NewInProcess(Config{}).Call(t.Context(), `x => Object.keys(x)`, raw(`{"__codemode_value_v1__":"NaN"}`))
	if err != nil || string(got) != `["__codemode_value_v1__"]` {
		t.Errorf("Call = %s, %v, want the key", got, err)
	}
}
