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
		got, err := s.Call(t.Context(), Function{Source: tt.source, Arg: raw(tt.arg)})
		if err != nil || string(got) != tt.want {
			t.Errorf("Call(%s, %s) = %s, %v, want %s", tt.source, tt.arg, got, err, tt.want)
		}
	}
}

func TestCallErrors(t *testing.T) {
	t.Parallel()
	s := NewInProcess(Config{})
	for _, source := range []string{`() => { throw new RangeError("low") }`, "async () => {\n await 1; throw new RangeError('low') }"} {
		_, err := s.Call(t.Context(), Function{Source: source})
		var thrown *Thrown
		if !errors.As(err, &thrown) || thrown.Name != "RangeError" || thrown.Message != "low" || thrown.Pos.Line == 0 {
			t.Errorf("Call(%s) = %#v, want a RangeError", source, err)
		}
	}
	_, err := s.Call(t.Context(), Function{Source: `() => { throw new Error("x") }`})
	var thrown *Thrown
	if !errors.As(err, &thrown) || thrown.Pos != (Pos{Line: 1, Column: 15}) {
		t.Errorf("Call = %#v, want position 1:15", err)
	}
	_, err = s.Call(t.Context(), Function{Source: `() => {`})
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
		if v, err := s.Call(t.Context(), Function{Source: source}); err == nil {
			t.Errorf("%s: Call = %s, want an error", name, v)
		}
	}
	if _, err := s.Call(t.Context(), Function{Source: `() => { const f = () => f() + 1; return f() }`}); !errors.Is(err, ErrStack) {
		t.Errorf("runaway recursion: Call = %v, want ErrStack", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := s.Call(ctx, Function{Source: `() => { for (;;); }`}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("endless loop: Call = %v, want the end of the context", err)
	}
}

func TestCallGivesPlainJSON(t *testing.T) {
	t.Parallel()
	got, err := NewInProcess(Config{}).Call(t.Context(), Function{Source: `() => ({at: new Date(5), n: NaN, big: 5n, u: undefined, m: new Map([[1, 2]])})`})
	want := `{"at":"1970-01-01T00:00:00.005Z","n":null,"big":"5","m":[[1,2]]}`
	if err != nil || string(got) != want {
		t.Errorf("Call = %s, %v, want %s", got, err, want)
	}
	// Nothing in plain JSON is an envelope.
	got, err = NewInProcess(Config{}).Call(t.Context(), Function{Source: `x => Object.keys(x)`, Arg: raw(`{"__codemode_value_v1__":"NaN"}`)})
	if err != nil || string(got) != `["__codemode_value_v1__"]` {
		t.Errorf("Call = %s, %v, want the key", got, err)
	}
}

// A function that goes beyond a limit is stopped, and the error says which and where.
func TestCallLimits(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		f    Function
		want error
		at   Pos
	}{
		"time":             {Function{Source: "() => {\n  for (let n = 0;; n++);\n}", MaxTime: 50 * time.Millisecond}, ErrTime, Pos{Line: 2}},
		"time, evaluating": {Function{Source: "(() => { for (;;); })()", MaxTime: 50 * time.Millisecond}, ErrTime, Pos{Line: 1}},
		"time, in what it gives": {
			Function{Source: "() => ({get a() { for (;;); }})", MaxTime: 50 * time.Millisecond}, ErrTime, Pos{Line: 1},
		},
		"stack":         {Function{Source: "(n) => {\n const f = (n) => n ? f(n - 1) + 1 : 0;\n return f(n) }", Arg: raw("200"), MaxStack: 100}, ErrStack, Pos{Line: 2}},
		"within stack":  {Function{Source: "(n) => { const f = (n) => n ? f(n - 1) + 1 : 0; return f(n) }", Arg: raw("200"), MaxStack: 300}, nil, Pos{}},
		"result":        {Function{Source: "() => 'x'.repeat(200)", MaxValueBytes: 100}, ErrResult, Pos{}},
		"within result": {Function{Source: "() => 'x'.repeat(98)", MaxValueBytes: 100}, nil, Pos{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := NewInProcess(Config{}).Call(t.Context(), tt.f)
			if !errors.Is(err, tt.want) {
				t.Fatalf("Call = %v, want %v", err, tt.want)
			}
			var stopped *StoppedError
			if errors.As(err, &stopped) != (tt.at.Line > 0) || stopped != nil && (stopped.Pos.Line != tt.at.Line || stopped.Line == "") {
				t.Errorf("Call = %v, want line %d", err, tt.at.Line)
			}
		})
	}
}

// A check evaluates nothing.
func TestCallChecks(t *testing.T) {
	t.Parallel()
	s := NewInProcess(Config{})
	if v, err := s.Call(t.Context(), Function{Source: `(() => { throw 1 })()`, Check: true}); v != nil || err != nil {
		t.Errorf("Call = %s, %v, want nothing", v, err)
	}
	_, err := s.Call(t.Context(), Function{Source: "() => {\n  return 1 +;\n}", Check: true})
	var syntax *SyntaxError
	if !errors.As(err, &syntax) || syntax.Pos != (Pos{Line: 2, Column: 13}) {
		t.Errorf("Call = %v, want a SyntaxError at 2:13", err)
	}
}
