package worker

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/reprise-run/reprise/pkg/sandbox"
)

// Every limit of a function holds in a worker, also where the engine does not listen;
// where it does, the error says the line.
func TestFunctionsAreStopped(t *testing.T) {
	t.Parallel()
	p := pool(t, Config{Size: 2, MaxMemory: 64 << 20})
	const short = 300 * time.Millisecond
	for name, tt := range map[string]struct {
		f    sandbox.Function
		want error
		line int // 0: the worker is killed, and says no more
	}{
		"time":         {sandbox.Function{Source: "() => {\n  for (let n = 0;; n++);\n}", MaxTime: short}, sandbox.ErrTime, 2},
		"time, deaf":   {sandbox.Function{Source: "() => /^(?:(?=a)a+)+$/.test('a'.repeat(40) + '!')", MaxTime: short}, sandbox.ErrTime, 0},
		"CPU":          {sandbox.Function{Source: "() => {\n\n  for (let n = 0;; n++);\n}", MaxCPU: short}, sandbox.ErrCPU, 3},
		"CPU, deaf":    {sandbox.Function{Source: "() => /^(?:(?=a)a+)+$/.test('a'.repeat(40) + '!')", MaxCPU: short}, sandbox.ErrCPU, 0},
		"memory":       {sandbox.Function{Source: "() => { const a = []; for (;;) a.push([a.length]); }"}, sandbox.ErrMemory, 0},
		"lower memory": {sandbox.Function{Source: "() => { const a = []; while (a.length < 4e5) a.push([a.length]); return a.length }", MaxMemory: 20 << 20}, sandbox.ErrMemory, 0},
		"stack":        {sandbox.Function{Source: "(n) => {\n  const f = (n) => n ? f(n - 1) + 1 : 0;\n  return f(n) }", Arg: raw("200"), MaxStack: 100}, sandbox.ErrStack, 2},
		"engine stack": {sandbox.Function{Source: "() => { const o = []; o.push(o); return o.flat(Infinity) }"}, sandbox.ErrEngineStack, 0},
		"result":       {sandbox.Function{Source: "() => 'x'.repeat(200)", MaxValueBytes: 100}, sandbox.ErrResult, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeoutCause(t.Context(), 20*time.Second, errors.New("nothing stopped it"))
			defer cancel()
			if tt.f.MaxTime == 0 {
				tt.f.MaxTime = time.Minute
			}
			v, err := p.Call(ctx, tt.f)
			if !errors.Is(err, tt.want) {
				t.Fatalf("Call = %.100s, %v, want %v", v, err, tt.want)
			}
			var stopped *sandbox.StoppedError
			if errors.As(err, &stopped) != (tt.line > 0) || stopped != nil && stopped.Pos.Line != tt.line {
				t.Errorf("Call = %v, want line %d", err, tt.line)
			}
		})
	}
}

// Nobody's limits are wider than the pool's, and what is within all of them is answered.
func TestFunctionsWithinTheirLimits(t *testing.T) {
	t.Parallel()
	p := pool(t, Config{MaxCPU: 300 * time.Millisecond})
	f := sandbox.Function{Source: "() => 'x'.repeat(98)", MaxTime: time.Minute, MaxCPU: time.Hour, MaxMemory: 1 << 40, MaxStack: 1000, MaxValueBytes: 100}
	if v, err := p.Call(t.Context(), f); err != nil || len(v) != 100 {
		t.Errorf("Call = %s, %v, want 100 bytes", v, err)
	}
	f.Source = "() => { for (;;); }"
	if v, err := p.Call(t.Context(), f); !errors.Is(err, sandbox.ErrCPU) {
		t.Errorf("Call = %s, %v, want ErrCPU", v, err)
	}
	f.Source, f.Check = fmt.Sprintf("(() => { for (;;) %d; })()", 1), true
	if v, err := p.Call(t.Context(), f); v != nil || err != nil {
		t.Errorf("a check = %s, %v, want nothing", v, err)
	}
}
