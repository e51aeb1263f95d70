package engine

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/sandbox"
)

// ending is a sandbox that ends every pass in the same way.
type ending sandbox.Result

func (e ending) Run(context.Context, sandbox.Script, sandbox.Host) (sandbox.Result, error) {
	return sandbox.Result(e), nil
}

func (ending) Call(context.Context, sandbox.Function) (json.RawMessage, error) {
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

// Without a sandbox nothing has happened: the execution waits, and no pass is lost.
func TestWithoutASandboxTheExecutionWaits(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(c *Config) { c.Sandbox = &mortal{Sandbox: c.Sandbox, err: sandbox.ErrUnavailable, passes: 9} })
	res, err := r.pass(t.Context(), execution.Request{Code: "await items.echo(1)"})
	if err != nil || res.Status != execution.Queued || res.Delay <= 0 {
		t.Errorf("got %s after %v, %v; want queued, with a delay", res.Status, res.Delay, err)
	}
}

// A worker that was killed from outside leaves no outcome: the next delivery takes over.
func TestLostWorkerIsNoOutcome(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(c *Config) { c.Sandbox = &mortal{Sandbox: c.Sandbox, err: sandbox.ErrLost, after: 1, passes: 9} })
	if _, err := r.pass(t.Context(), execution.Request{Code: "await items.echo(1); await items.echo(2)"}); !errors.Is(err, sandbox.ErrLost) {
		t.Errorf("Run = %v, want ErrLost", err)
	}
}
