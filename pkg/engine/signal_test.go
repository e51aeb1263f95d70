package engine

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/sandbox"
)

// keeper keeps the contexts that its calls are given.
type keeper struct{ given []context.Context }

func (k *keeper) named() connector.Named {
	return new(fake).on(connector.Method{Name: "keep"}, func(ctx context.Context, _ connector.Call) (json.RawMessage, error) {
		k.given = append(k.given, ctx)
		return nil, nil
	}).named()
}

func TestSignalFiresWhenThePassEnds(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		code   string
		status execution.Status
	}{
		"completed": {`async () => { await x.keep(); return 1 }`, execution.Completed},
		"error":     {`async () => { await x.keep(); throw new Error("no") }`, execution.Error},
		"paused":    {`async () => { await x.keep(); await items.create_item({}) }`, execution.Paused},
		"retrying":  {`async () => { await x.keep(); await items.retry_once() }`, execution.Retrying},
		"refused":   {`async () => { await x.keep(); const o = {}; o.o = o; await items.echo(o) }`, execution.Error},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := new(keeper)
			r := newRig(t, nil, k.named())
			res, err := r.pass(t.Context(), execution.Request{Code: tt.code})
			if err != nil || res.Status != tt.status {
				t.Fatalf("got %s %q, %v, want %s", res.Status, res.Error, err, tt.status)
			}
			if len(k.given) == 0 {
				t.Fatal("no call was made")
			}
			for _, ctx := range k.given {
				if ctx.Err() == nil {
					t.Error("the signal of an ended pass did not fire")
				}
			}
		})
	}
}

func TestSignalIsThatOfThePass(t *testing.T) {
	t.Parallel()
	var alive []bool
	var first context.Context
	x := new(fake).on(connector.Method{Name: "keep", Reexecute: true}, func(ctx context.Context, _ connector.Call) (json.RawMessage, error) {
		if first == nil {
			first = ctx
		}
		alive = append(alive, ctx.Err() == nil, first.Err() == nil)
		return nil, nil
	})
	r := newRig(t, nil, x.named())
	r.want(r.run(`async () => { await x.keep(); await items.retry_once(); return 1 }`), `1`)
	if len(alive) != 4 || !alive[0] || !alive[2] || alive[3] {
		t.Errorf("alive: %v, want the second pass to have a signal of its own", alive)
	}
}

// Under fake time a goroutine that is left behind fails the test.
func TestTimedOutPassAbortsItsCallsAndLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil)
		res := r.execute(execution.Request{
			Code: `() => Promise.all([items.abortable_slow_once(), items.echo(1), new Promise((r) => setTimeout(r, 1e6))])`, TimeoutMs: 200,
		})
		if res.Status != execution.Error || res.Failure.Kind != execution.KindTimeout || res.Elapsed != 200*time.Millisecond {
			t.Errorf("got %s %+v after %v", res.Status, res.Failure, res.Elapsed)
		}
		synctest.Wait()
		if n := r.items.Aborts(); n != 1 {
			t.Errorf("%d aborts, want 1: of the call in flight", n)
		}
		if got := strings.Join(r.states(), " "); got != "items.abortable_slow_once unknown items.echo applied" {
			t.Errorf("entries %s", got)
		}
	})
}

func TestPassTimesOutAfterAMinuteByDefault(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil)
		res := r.run(`items.sleep({ms: 3600000})`)
		if res.Status != execution.Error || !strings.HasPrefix(res.Failure.Message, "Execution timed out: the pass took longer than 1m0s; raise --pass-timeout") || res.Elapsed != time.Minute {
			t.Errorf("got %s %+v after %v", res.Status, res.Failure, res.Elapsed)
		}
	})
}

// asking tells when the sandbox is asked for the policy's word.
type asking struct {
	sandbox.Sandbox
	onCall func()
}

func (a *asking) Call(ctx context.Context, f sandbox.Function) (json.RawMessage, error) {
	if !f.Check { // else it is only parsed
		a.onCall()
	}
	return a.Sandbox.Call(ctx, f)
}

func TestSignalFiresBeforeThePolicyIsAsked(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]string{
		"a retry":   `await items.retry_once()`,
		"an error":  `throw new Error("no")`,
		"a call":    `await items.boom()`,
		"a timeout": `for (;;) {}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k, asked, fired := new(keeper), 0, 0
			r := newRig(t, func(c *Config) {
				c.Sandbox = &asking{c.Sandbox, func() {
					asked++
					if k.given[0].Err() != nil {
						fired++
					}
				}}
			}, k.named())
			res := r.execute(execution.Request{
				Code: `async () => { await x.keep(); ` + end + ` }`, TimeoutMs: 3000, // for the loop; far more than it takes to get there
				Retry: &execution.Retry{MaxAttempts: -1, InitialDelayMs: -1, MaxDelayMs: -1, ShouldRetry: `() => false`},
			})
			if res.Status != execution.Error || asked != 1 || fired != 1 {
				t.Errorf("got %s, asked %d times, after the signal %d times", res.Status, asked, fired)
			}
		})
	}
}
