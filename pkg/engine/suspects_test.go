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
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/retry"
)

// once asks for a retry in the given run of the method.
func onRun(n int, err error, result string) func(context.Context, connector.Call) (json.RawMessage, error) {
	runs := 0
	return func(context.Context, connector.Call) (json.RawMessage, error) {
		if runs++; runs == n {
			return nil, err
		}
		return json.RawMessage(result), nil
	}
}

func TestSuspectEphemeralAsksForARetryInReplay(t *testing.T) {
	t.Parallel()
	busy := retry.After(0, errors.New("busy"))
	x := new(fake).on(connector.Method{Name: "now", Reexecute: true}, onRun(2, busy, `1`)).on(connector.Method{Name: "end"}, onRun(1, busy, `2`))
	r := newRig(t, nil, x.named())
	r.want(r.run(`async () => { const a = await x.now(); const b = await items.echo(a); return [a, b, await x.end()] }`), `[1,1,2]`)
	t.Log(r.states())
}

func TestSuspectEphemeralClock(t *testing.T) {
	t.Parallel()
	c := &clockAt{at: time.Now().Add(time.Hour), step: 7 * time.Millisecond}
	r := newRig(t, func(cfg *Config) { cfg.Now = c.now })
	res := r.run(`async () => { await items.read_counter(); const at = Date.now(); await items.echo(at); await items.retry_once(); return 1 }`)
	r.want(res, `1`)
}

type shyConnector struct {
	*fake
	unreachable int
	shown       bool
}

func (s *shyConnector) Refresh(context.Context) error {
	if s.unreachable > 0 {
		s.unreachable--
		return retry.After(0, errors.New("not reachable"))
	}
	s.shown = true
	return nil
}
func (s *shyConnector) Describe() connector.Description {
	if !s.shown {
		return connector.Description{}
	}
	return s.fake.Describe()
}

func TestSuspectUnreachableConnector(t *testing.T) {
	t.Parallel()
	s := &shyConnector{fake: new(fake).on(connector.Method{Name: "go"}, answers(`1`)), unreachable: 2}
	r := newRig(t, nil, connector.Named{Name: "x", Connector: s})
	r.want(r.run(`x.go()`), `1`)
}

func TestSuspectUnknownBecomesRetry(t *testing.T) {
	t.Parallel()
	runs := 0
	s := &shyConnector{fake: new(fake).on(connector.Method{Name: "pay", OnUnknown: connector.OnUnknownFail}, func(context.Context, connector.Call) (json.RawMessage, error) {
		runs++
		return json.RawMessage(`1`), nil
	}), shown: true}
	cut := &cutStore{Store: journal.NewMem(), cutAt: 1, after: true}
	r := newRig(t, func(c *Config) { c.Store = cut }, connector.Named{Name: "x", Connector: s})
	r.onPass = func() {
		if r.state.Attempt == 1 {
			s.shown, s.unreachable = false, 1
		}
	}
	res := r.run(`async () => { try { return await x.pay() } catch (e) { return e.name } }`)
	r.want(res, `"UnknownOutcomeError"`)
	if runs != 0 {
		t.Errorf("pay ran %d times", runs)
	}
}

func TestSuspectCaughtLoggedRethrown(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	res := r.execute(execution.Request{
		Code:  `async () => { try { return await items.boom() } catch (e) { await items.add_note(e.message); throw e } }`,
		Retry: &execution.Retry{MaxAttempts: 2, InitialDelayMs: -1, MaxDelayMs: -1, On: []execution.Kind{execution.KindError}},
	})
	t.Log(res.Status, res.Error, r.states(), r.items.Runs("add_note"), r.items.Runs("boom"))
	if strings.Contains(res.Error, "divergence") {
		t.Error("divergence")
	}
}

func TestSuspectHugeErrorText(t *testing.T) {
	t.Parallel()
	x := new(fake).on(connector.Method{Name: "fail"}, func(context.Context, connector.Call) (json.RawMessage, error) {
		return nil, errors.New(strings.Repeat("e", 3<<20))
	})
	r := newRig(t, nil, x.named())
	r.want(r.run(`async () => { try { await x.fail() } catch (e) { await items.echo(1); return 1 } }`), `1`)
}

func TestSuspectHugeErrorText2(t *testing.T) {
	t.Parallel()
	x := new(fake).on(connector.Method{Name: "fail"}, func(context.Context, connector.Call) (json.RawMessage, error) {
		return nil, errors.New(strings.Repeat("e", 10<<10))
	})
	r := newRig(t, nil, x.named())
	r.want(r.run(`async () => { const all = await Promise.allSettled(Array.from({length: 200}, () => x.fail())); return all.length }`), `200`)
}

func TestSuspectHugeName(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	res := r.run(`async () => { await codemode.step("s".repeat(2_000_000), () => 1) }`)
	if res.Status != execution.Error {
		t.Errorf("%s", res.Status)
	}
	r = newRig(t, nil)
	res = r.run(`async () => { await items["s".repeat(2_000_000)]() }`)
	if res.Status != execution.Error {
		t.Errorf("%s", res.Status)
	}
}

func TestSuspectTimerFlood(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	res := r.execute(execution.Request{Code: `async () => { for (let i = 0; i < 1000; i++) setTimeout(() => {}, 1e6); return 1 }`, Limits: &execution.Limits{PendingCalls: 100}})
	t.Log(res.Status, res.Error)
	r = newRig(t, nil)
	res = r.execute(execution.Request{Code: `async () => { setInterval(() => {}, 0); await new Promise(() => {}) }`, Limits: &execution.Limits{Calls: 100}, TimeoutMs: 300})
	t.Log(res.Status, res.Error, len(r.records()))
}

func TestSuspectSlowJournalAtTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slow := &tellStore{Store: journal.NewMem(), onAppend: func(int, journal.Record) { time.Sleep(20 * time.Millisecond) }}
		r := newRig(t, func(c *Config) { c.Store = slow })
		res, err := r.pass(t.Context(), execution.Request{Code: `async () => { for (;;) await items.echo(1) }`, TimeoutMs: 110})
		t.Log(res.Status, res.Error, err)
		if err != nil {
			t.Error(err)
		}
	})
}

func TestSuspectFinishAfterRetryAsked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		x := new(fake).on(connector.Method{Name: "busy"}, func(ctx context.Context, c connector.Call) (json.RawMessage, error) {
			<-release
			return nil, retry.After(0, errors.New("busy"))
		})
		r := newRig(t, nil, x.named())
		watch := &watcher{call: func(e execution.Entry) {
			if e.Method == "echo" && e.State == execution.Applied {
				close(release)
				synctest.Wait()
			}
		}}
		now := time.Now().UTC()
		s := journal.State{Try: 3, CreatedAt: now, StartedAt: now, Seed: "s", Status: execution.Running, Attempt: 1, Write: 1, Nonce: "rig"}
		rev, err := r.store.PutState(t.Context(), r.key, s, 0)
		if err != nil {
			t.Fatal(err)
		}
		res, err := r.engine.Run(t.Context(), Pass{Key: r.key, Claim: rev, State: s, Fresh: true, Observe: watch,
			Request: execution.Request{Code: `async () => { x.busy(); await items.echo(1); items.add_note("late"); }`}})
		t.Log(res.Status, res.Error, err, r.items.Runs("add_note"))
		if r.items.Runs("add_note") != 0 {
			t.Error("started")
		}
	})
}

type watcher struct{ call func(execution.Entry) }

func (w *watcher) Call(e execution.Entry)  { w.call(e) }
func (w *watcher) Log(line string, r bool) {}

func TestSuspectRetryThenUnknownMethodSameTurn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		n := 0
		x := new(fake).on(connector.Method{Name: "busy"}, func(ctx context.Context, c connector.Call) (json.RawMessage, error) {
			if n++; n > 1 {
				return nil, nil
			}
			<-release
			return nil, retry.After(0, errors.New("busy"))
		})
		r := newRig(t, nil, x.named())
		watch := &watcher{call: func(e execution.Entry) {
			if e.Method == "echo" && e.State == execution.Applied {
				close(release)
				synctest.Wait()
			}
		}}
		now := time.Now().UTC()
		s := journal.State{Try: 1, CreatedAt: now, StartedAt: now, Seed: "s", Status: execution.Running, Attempt: 1, Write: 1, Nonce: "rig"}
		rev, err := r.store.PutState(t.Context(), r.key, s, 0)
		if err != nil {
			t.Fatal(err)
		}
		res, err := r.engine.Run(t.Context(), Pass{Key: r.key, Claim: rev, State: s, Fresh: true, Observe: watch,
			Request: execution.Request{Code: `async () => { const b = x.busy(); await items.echo(1); try { await items.nope() } catch {}; await b }`}})
		t.Log(res.Status, res.Error, err)
		if err != nil {
			t.Error(err)
		}
	})
}

func TestSuspectEphemeralSize(t *testing.T) {
	t.Parallel()
	x := new(fake).on(connector.Method{Name: "big", Reexecute: true}, answers(fmt.Sprintf("%q", strings.Repeat("x", 2000))))
	r := newRig(t, func(c *Config) { c.MaxValueBytes = 1000 }, x.named())
	r.want(r.run(`async () => (await x.big()).length`), `2000`)
}

func TestSuspectStuckStep(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil)
		res := r.run(`async () => { await codemode.step("s", () => new Promise(() => {})) }`)
		t.Log(res.Status, res.Error, res.Elapsed)
	})
}

func TestSuspectSlowReplay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &slowResolve{Mem: journal.NewMem()}
		r := newRig(t, func(c *Config) { c.Store = store })
		res := r.execute(execution.Request{Code: `async () => { await items.echo(1); await items.echo(2); await items.retry_once(); return 1 }`, TimeoutMs: 50})
		t.Log(res.Status, res.Error, res.Elapsed)
	})
}

type slowResolve struct{ *journal.Mem }

func (s *slowResolve) Resolve(ctx context.Context, key journal.Key, v journal.Value) (json.RawMessage, error) {
	time.Sleep(20 * time.Millisecond)
	return s.Mem.Resolve(ctx, key, v)
}
