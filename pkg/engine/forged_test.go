package engine

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/sandbox"
)

// ending is a sandbox that ends every pass in the same way.
type ending sandbox.Result

func (e ending) Run(context.Context, sandbox.Script, sandbox.Host) (sandbox.Result, error) {
	return sandbox.Result(e), nil
}

func (ending) Call(context.Context, string, json.RawMessage) (json.RawMessage, error) {
	return nil, nil
}

// An end that blames an operation which is no call is the code's own.
func TestEndThatBlamesATimer(t *testing.T) {
	t.Parallel()
	for _, kind := range []sandbox.OpKind{sandbox.OpStepTimer, sandbox.OpTimer, sandbox.OpClear} {
		r := newRig(t, func(c *Config) {
			c.Sandbox = ending{Issued: []sandbox.Op{{Kind: kind}}, Thrown: &sandbox.Thrown{Message: "forged", Op: 0}}
		})
		if res := r.execute(execution.Request{Code: "1"}); res.Status != execution.Error || res.Failure.Reason != execution.ReasonCode {
			t.Errorf("%s: got %s %+v", kind, res.Status, res.Failure)
		}
	}
}

// Timers inside a step are not journaled, but their number is bounded all the same.
func TestTimersInsideAStepAreBounded(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	res := r.execute(execution.Request{
		Code: `await codemode.step("s", async () => {
			for (;;) {
				for (let i = 0; i < 100; i++) clearTimeout(setTimeout(() => {}, 1e9));
				await new Promise((r) => setTimeout(r, 0));
			}
		})`,
		Limits: &execution.Limits{Calls: 100},
	})
	if res.Status != execution.Error || res.Failure.Reason != execution.ReasonCalls {
		t.Errorf("got %s %+v, want error calls", res.Status, res.Failure)
	}
}
