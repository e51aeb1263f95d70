package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

func TestSignalThatCameEarlyIsReceived(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.send("other", `0`)
	r.send("go", `{"n":1}`)
	r.want(r.run(`async () => { await items.echo(1); return await codemode.waitFor("go") }`), `{"n":1}`)
	if len(r.results) != 1 {
		t.Errorf("%d passes, want 1", len(r.results))
	}
}

func TestSignalThatComesLaterLetsTheExecutionGoOn(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	code := `async () => { const v = await codemode.waitFor("go"); await items.echo(v); return v }`
	r.rests(code, execution.Waiting)
	r.rests(code, execution.Waiting) // woken for nothing
	r.send("go", "")
	r.want(r.run(code), "undefined")
}

// A signal that comes while the pass runs is received in it, once it hears of it.
func TestSignalIsHeardByThePassThatRuns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var r *rig
		var awaited []bool
		x := new(fake).on(connector.Method{Name: "slow"}, func(context.Context, connector.Call) (json.RawMessage, error) {
			<-time.After(time.Second)
			for range 2 {
				r.send("go", `"now"`)
				awaited = append(awaited, r.bell.Ring("go"))
			}
			awaited = append(awaited, r.bell.Ring("other"))
			<-time.After(time.Second)
			return json.RawMessage(`"slow"`), nil
		})
		r = newRig(t, nil, x.named())
		r.want(r.run(`async () => { const slow = x.slow(); const from = Date.now(); const v = await codemode.waitFor("go"); const at = Date.now() - from; await slow; return [v, at] }`), `["now",1000]`)
		if got, want := fmt.Sprint(awaited), "[true false false]"; got != want {
			t.Errorf("rung: %s, want %s: one wait is ended by one signal", got, want)
		}
	})
}

// Without the bell the inbox is read before the pass settles.
func TestInboxIsReadBeforeThePassWaits(t *testing.T) {
	t.Parallel()
	var r *rig
	x := new(fake).on(connector.Method{Name: "send"}, func(context.Context, connector.Call) (json.RawMessage, error) {
		r.send("go", `1`)
		return nil, nil
	})
	r = newRig(t, nil, x.named())
	r.want(r.run(`async () => { const v = codemode.waitFor("go"); await x.send(); return await v }`), `1`)
	if len(r.results) != 1 {
		t.Errorf("%d passes, want 1", len(r.results))
	}
}

// Each signal goes to one wait, in the order in which signals and waits came.
func TestSignalsGoToWaitsInTheirOrder(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	code := `async () => {
		const [a, b, x] = await Promise.all([codemode.waitFor("go"), codemode.waitFor("go"), codemode.waitFor("x")])
		return [a, b, x, await codemode.waitFor("go")] }`
	r.rests(code, execution.Waiting)
	ids := []execution.ID{r.send("go", `1`), r.send("go", `2`)}
	r.rests(code, execution.Waiting)
	ids = append(ids, r.send("go", `3`), r.send("x", `"x"`))
	ids[2], ids[3] = ids[3], ids[2] // that for which a wait is open first
	r.send("go", `4`)
	res := r.run(code)
	r.want(res, `[1,2,"x",3]`)
	for i, c := range res.Log.Order {
		if c.Kind != journal.OpSignal || c.Signal != string(ids[i]) {
			t.Errorf("completion %d is %+v, want signal %s", i, c, ids[i])
		}
	}
}

func TestWaitEndsWithATimeoutError(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil)
		code := `async () => { const from = Date.now(); let late
			try { await codemode.waitFor("go", {timeoutMs: 90_000}) } catch (e) { late = [e.name, e.message, e instanceof Error, Date.now() - from] }
			await items.retry_once(); return [...late, await codemode.waitFor("go")] }`
		r.rests(code, execution.Waiting)
		<-time.After(2 * time.Minute)
		r.rests(code, execution.Retrying)
		r.send("go", `1`) // too late for the first wait, which a replay knows
		r.want(r.run(code), fmt.Sprintf(`["TimeoutError","no signal \"go\" came within 90000 ms",true,%d,1]`, 2*time.Minute.Milliseconds()))
	})
}

// A signal that lies there wins against a timeout that is over.
func TestSignalComesBeforeItsTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil)
		code := `async () => [await codemode.waitFor("go", {timeoutMs: 1000}), await codemode.waitFor("go", {timeoutMs: 0}).catch((e) => e.name)]`
		r.rests(code, execution.Waiting)
		r.send("go", `1`)
		<-time.After(time.Hour)
		r.want(r.run(code), `[1,"TimeoutError"]`)
	})
}

func TestUncaughtTimeoutOfAWaitIsAnErrorOfTheCode(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	res := r.run(`async () => await codemode.waitFor("go", {timeoutMs: 0})`)
	if res.Status != execution.Error || res.Failure.Reason != execution.ReasonCode || res.Failure.Kind != execution.KindError || !strings.Contains(res.Error, `no signal "go" came`) {
		t.Errorf("%s %+v %q", res.Status, res.Failure, res.Error)
	}
}

// A large value is where the store moved it, live as in a replay, and the journal names it.
func TestLargeSignalIsReceived(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.send("go", `"`+strings.Repeat("x", 1<<20)+`"`)
	res := r.run(`async () => { const v = await codemode.waitFor("go"); await items.retry_once(); return v.length }`)
	r.want(res, fmt.Sprint(1<<20))
	if c := res.Log.Order[0]; !c.Result.Offloaded() {
		t.Errorf("completion %+v, want a pointer", c)
	}
}

// An inbox that cannot be read is no outcome.
func TestUnreadableInboxIsNoOutcome(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, func(c *Config) { c.Store = &deafStore{c.Store} })
		_, err := r.pass(t.Context(), execution.Request{Code: `async () => await codemode.waitFor("go")`, TimeoutMs: 1000})
		if err == nil || r.state.Status != execution.Running {
			t.Errorf("Run = %v, state %s; want an error and no settle", err, r.state.Status)
		}
	})
}

// deafStore never answers about an inbox.
type deafStore struct{ journal.Store }

func (s *deafStore) Inbox(ctx context.Context, _ journal.Key, _ journal.Revision) ([]journal.Signal, error) {
	<-ctx.Done()
	return nil, context.Cause(ctx)
}
