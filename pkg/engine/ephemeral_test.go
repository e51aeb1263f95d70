package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/retry"
)

// inRun fails with err in run n of a method, and answers otherwise.
func inRun(n int, err error, answer string) func(context.Context, connector.Call) (json.RawMessage, error) {
	runs := 0
	return func(context.Context, connector.Call) (json.RawMessage, error) {
		if runs++; runs == n {
			return nil, err
		}
		return json.RawMessage(answer), nil
	}
}

func TestEphemeralCallRunsInEveryPass(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.want(r.run(`async () => { const r = await items.read_counter(); await items.retry_once(); return r }`), `{"reads":2}`)
	e := r.entries()
	if e[0].State != execution.Applied || e[0].Result != nil || !e[0].Ephemeral || e[0].RequiresApproval {
		t.Errorf("entry %+v, want applied, ephemeral and without a result", e[0])
	}
	if e[1].Ephemeral {
		t.Errorf("entry %+v is ephemeral", e[1])
	}
	for i, rec := range r.records() {
		for _, c := range rec.Done {
			if c.N == 0 && c.Result != nil {
				t.Errorf("record %d holds the result %s", i, c.Result.JSON)
			}
		}
	}
}

// Its place among the completions is that of the first pass, however long it takes.
func TestEphemeralCallKeepsItsPlace(t *testing.T) {
	t.Parallel()
	for name, second := range map[string]time.Duration{"faster": 0, "slower": 500 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				x := new(fake).on(connector.Method{Name: "now", Reexecute: true}, func(_ context.Context, call connector.Call) (json.RawMessage, error) {
					wait := second
					if call.Attempt == 1 {
						wait = 20 * time.Millisecond
					}
					time.Sleep(wait)
					return json.RawMessage(`0`), nil
				})
				r := newRig(t, nil, x.named())
				r.want(r.run(`async () => {
					const seen = []
					await Promise.all([
						items.sleep({ms: 10}).then(() => { seen.push("a"); return items.echo(seen) }),
						x.now().then(() => { seen.push("now"); return items.echo(seen) }),
						items.sleep({ms: 30}).then(() => { seen.push("b"); return items.echo(seen) }),
					])
					await items.retry_once()
					return seen
				}`), `["a","now","b"]`)
			})
		})
	}
}

func TestEphemeralCallThatFailsInTheReplay(t *testing.T) {
	t.Parallel()
	x := new(fake).on(connector.Method{Name: "now", Reexecute: true}, inRun(2, errors.New("gone"), `1`))
	r := newRig(t, nil, x.named())
	r.want(r.run(`async () => { let v; try { v = await x.now() } catch (e) { v = e.message } await items.retry_once(); return v }`), `"gone"`)
}

func TestEphemeralCallMayAskForARetryInTheReplay(t *testing.T) {
	t.Parallel()
	busy := retry.After(0, errors.New("busy"))
	x := new(fake).on(connector.Method{Name: "now", Reexecute: true}, inRun(2, busy, `1`))
	r := newRig(t, nil, x.named())
	r.want(r.run(`async () => { const a = await x.now(); const b = await items.echo(a); await items.retry_once(); return [a, b] }`), `[1,1]`)
	if n := r.items.Runs("echo"); n != 1 {
		t.Errorf("echo ran %d times, want 1", n)
	}
}

// The clock after an ephemeral call shows what it showed when the call was recorded.
func TestClockAfterAnEphemeralCallIsReplayed(t *testing.T) {
	t.Parallel()
	c := &clockAt{at: time.Now().Add(time.Hour), step: 7 * time.Millisecond}
	r := newRig(t, func(cfg *Config) { cfg.Now = c.now })
	r.want(r.run(`async () => { await items.read_counter(); await items.echo(Date.now()); await items.retry_once(); return 1 }`), `1`)
}

func TestEphemeralResultMayBeLarge(t *testing.T) {
	t.Parallel()
	x := new(fake).on(connector.Method{Name: "big", Reexecute: true}, answers(fmt.Sprintf("%q", strings.Repeat("x", 2000))))
	r := newRig(t, func(c *Config) { c.MaxValueBytes = 1000 }, x.named())
	r.want(r.run(`async () => (await x.big()).length`), `2000`)
}
