package engine

import (
	"strings"
	"testing"

	"github.com/reprise-run/reprise/pkg/execution"
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
