package engine

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/sandbox"
)

// A callback that does not parse ends the execution before the code has called
// anything, and the text says where it is wrong.
func TestPolicyThatDoesNotParseEndsAtOnce(t *testing.T) {
	t.Parallel()
	policy := func(should, delay string) *execution.Retry {
		return &execution.Retry{MaxAttempts: -1, InitialDelayMs: -1, MaxDelayMs: -1, ShouldRetry: should, DelayMs: delay}
	}
	for name, tt := range map[string]struct {
		retry *execution.Retry
		want  string // empty: it completes
	}{
		"shouldRetry":    {policy("(c) => c.attempt <", ""), "retry.shouldRetry: SyntaxError: "},
		"delayMs":        {policy("", "(c) => {\n  return 1 +;\n}"), "retry.delayMs: SyntaxError: Unexpected token ; at line 2:13\n    return 1 +;"},
		"both are fine":  {policy("(c) => c.attempt < 3 // twice", "() => 5"), ""},
		"never asked":    {policy(`(c) => { throw new Error("asked") }`, ""), ""},
		"named function": {policy("function again(c) { return true }", ""), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, nil)
			res := r.execute(execution.Request{Code: `async () => await items.echo(1)`, Retry: tt.retry})
			if tt.want == "" {
				r.want(res, `1`)
				return
			}
			if res.Status != execution.Error || !strings.HasPrefix(res.Error, tt.want) || res.Failure.Reason != execution.ReasonRequest {
				t.Errorf("%s %q, failure %+v; want an error that begins with %q", res.Status, res.Error, res.Failure, tt.want)
			}
			if n := r.items.Runs("echo"); n != 0 {
				t.Errorf("echo ran %d times, want 0", n)
			}
		})
	}
}

// A callback has the limits of the submission. The text says which callback it was, what
// it went beyond, who can raise that, and where.
func TestPolicyIsHeldToTheLimits(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		should, delay string
		want          string
	}{
		"endless": {"(c) => {\n  for (let n = 0;; n++);\n}", "",
			"retry policy: retry.shouldRetry: no answer within 300ms; raise timeoutMs of the submission (--pass-timeout of the executor is 1m0s) at line 2:"},
		"an endless delay": {"", "async () => { for (;;) await 1 }",
			"retry policy: retry.delayMs: no answer within 300ms; raise timeoutMs of the submission (--pass-timeout of the executor is 1m0s)"},
		"endless while it is evaluated": {"(() => { for (;;); })()", "", "retry policy: retry.shouldRetry: no answer within 300ms"},
		"recursion": {"() => {\n const f = (n) => n ? f(n - 1) + 1 : 1; return f(300) }", "",
			"retry policy: retry.shouldRetry: RangeError: maximum call stack size exceeded: more than 200 calls deep; raise limits.stack of the submission (--max-stack of the executor is 2000) at line 2:"},
		"a large answer": {"() => 'x'.repeat(2000)", "",
			"retry policy: retry.shouldRetry: an answer of more than 1000 bytes; raise limits.resultBytes of the submission (--max-result of the executor is 16777216)"},
		"no answer ever": {"", "() => new Promise(() => {})", "retry policy: retry.delayMs: the function's promise never settles"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, nil)
			retry := onError(3)
			retry.ShouldRetry, retry.DelayMs = tt.should, tt.delay
			res := r.execute(execution.Request{
				Code: `console.log("l"); await items.echo(1); throw new Error("no")`, Retry: retry, TimeoutMs: 300,
				Limits: &execution.Limits{Stack: 200, ResultBytes: 1000},
			})
			if res.Status != execution.Error || res.Failure.Reason != execution.ReasonPolicy || res.Failure.Kind != execution.KindError ||
				!strings.HasPrefix(res.Error, "Code execution failed: "+tt.want) || !strings.HasSuffix(res.Error, "\n\nConsole output:\nl") {
				t.Errorf("got %s %+v\n%s\nwant %s", res.Status, res.Failure, res.Error, tt.want)
			}
			if n := r.items.Runs("echo"); n != 1 {
				t.Errorf("echo ran %d times, want 1", n)
			}
		})
	}
}

// The sandbox is told the limits in force for a callback too.
func TestCallbacksAreToldTheirLimits(t *testing.T) {
	t.Parallel()
	var got []sandbox.Function
	r := newRig(t, func(c *Config) {
		c.Sandbox, c.Confined = &overheard{Sandbox: c.Sandbox, all: &got}, true
	})
	retry := onError(1)
	retry.ShouldRetry = "() => false"
	retry.MaxAttempts = 2
	r.execute(execution.Request{
		Code: `throw new Error("no")`, Retry: retry, TimeoutMs: 900,
		Limits: &execution.Limits{CPUMs: 700, MemoryMB: 64, Stack: 300, ResultBytes: 2000},
	})
	if len(got) != 2 || !got[0].Check || got[1].Check {
		t.Fatalf("asked %+v, want a check and a call", got)
	}
	f := got[1]
	if f.MaxTime != 900*time.Millisecond || f.MaxCPU != 700*time.Millisecond || f.MaxMemory != 64<<20 || f.MaxStack != 300 || f.MaxValueBytes != 2000 {
		t.Errorf("got %+v", f)
	}
}

// overheard keeps what the sandbox is asked to call.
type overheard struct {
	sandbox.Sandbox
	all *[]sandbox.Function
}

func (c *overheard) Call(ctx context.Context, f sandbox.Function) (json.RawMessage, error) {
	*c.all = append(*c.all, f)
	return c.Sandbox.Call(ctx, f)
}
