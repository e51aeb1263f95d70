package engine

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/retry"
)

// What arrives within the grace is journaled and not delivered; the rest is unknown.
func TestGraceJournalsWithoutDelivering(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, func(c *Config) { c.Grace = 100 * time.Millisecond })
		res, err := r.pass(t.Context(), execution.Request{Code: `() => Promise.all([
			items.sleep({ms: 50}).then(() => console.log("delivered")), items.abortable_slow_once(), items.retry_once()])`})
		if err != nil || res.Status != execution.Retrying {
			t.Fatalf("got %s, %v", res.Status, err)
		}
		if len(r.lines) != 0 {
			t.Errorf("the code went on: %v", r.lines)
		}
		if got := strings.Join(r.states(), " "); got != "items.sleep applied items.abortable_slow_once unknown items.retry_once executing" {
			t.Errorf("entries %s", got)
		}
		synctest.Wait()
		if res.Elapsed != 100*time.Millisecond || r.items.Aborts() != 1 {
			t.Errorf("took %v with %d aborts, want the grace and 1", res.Elapsed, r.items.Aborts())
		}
	})
}

func TestNoGrace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, func(c *Config) { c.Grace = -1 }, carrying().named())
		res, err := r.pass(t.Context(), execution.Request{Code: `() => Promise.all([items.sleep({ms: 50}), x.busy()])`})
		synctest.Wait()
		if err != nil || res.Elapsed != 5*time.Millisecond || r.items.Aborts() != 1 {
			t.Errorf("%v: took %v with %d aborts, want 5ms and 1", err, res.Elapsed, r.items.Aborts())
		}
	})
}

// The longest delay counts, also of those who ask within the grace.
func TestLongestDelayCounts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		late := func(wait, after time.Duration) func(context.Context, connector.Call) (json.RawMessage, error) {
			return func(context.Context, connector.Call) (json.RawMessage, error) {
				time.Sleep(wait)
				return nil, retry.After(after, errors.New("busy"))
			}
		}
		x := new(fake).on(connector.Method{Name: "a"}, late(0, time.Second)).on(connector.Method{Name: "b"}, late(20*time.Millisecond, time.Minute))
		r := newRig(t, nil, x.named())
		res, err := r.pass(t.Context(), execution.Request{Code: `() => Promise.all([x.a(), x.b()])`})
		if err != nil || res.Delay != time.Minute || *res.Failure.RetryAfterMs != 60_000 {
			t.Errorf("%v: delay %v, failure %+v, want a minute", err, res.Delay, res.Failure)
		}
	})
}

// held lets a test decide when what has been heard is followed by something else.
func held(r *rig, method string, then func()) *watcher {
	return &watcher{r, func(e execution.Entry) {
		if e.Method == method && e.State == execution.Applied {
			then()
		}
	}}
}

type watcher struct {
	*rig
	call func(execution.Entry)
}

func (w *watcher) Call(e execution.Entry) { w.call(e) }

// watched runs the first pass of an execution under an observer.
func (r *rig) watched(ctx context.Context, o Observer, request execution.Request) (Result, error) {
	r.t.Helper()
	now := time.Now().UTC()
	r.state = journal.State{
		Status: execution.Running, Attempt: 1, Try: 1, Write: 1, Nonce: "rig", CreatedAt: now, StartedAt: now.Truncate(time.Millisecond),
		Seed: string(r.key.ID), Engine: "test",
	}
	var err error
	if r.rev, err = r.store.PutState(ctx, r.key, r.state, 0); err != nil {
		r.t.Fatalf("claim: %v", err)
	}
	res, err := r.engine.Run(ctx, Pass{Key: r.key, Claim: r.rev, State: r.state, Request: request, Fresh: true, Observe: o})
	if err == nil {
		r.state.Status, r.state.Write, r.state.Carry = res.Status, 2, res.Carry
		if r.rev, err = r.store.PutState(context.WithoutCancel(ctx), r.key, r.state, r.rev); err != nil {
			r.t.Fatalf("settle: %v", err)
		}
		r.results = append(r.results, res)
	}
	return res, err
}

// The retry has been asked for before the code hears of echo: nothing that the code
// does upon echo starts any more.
func TestNothingStartsOnceARetryHasArrived(t *testing.T) {
	t.Parallel()
	for name, code := range map[string]string{
		"and the code goes on":      `async () => { const b = x.busy(); await items.echo(1); await items.add_note("late"); await b }`,
		"and the code returns":      `async () => { x.busy(); await items.echo(1); items.add_note("late"); return 1 }`,
		"and the code runs a step":  `async () => { const b = x.busy(); await items.echo(1); await codemode.step("s", () => console.log("late")); await b }`,
		"and the call cannot exist": `async () => { const b = x.busy(); await items.echo(1); await items.nope().catch(() => {}); await b }`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				free := make(chan struct{})
				x := new(fake).on(connector.Method{Name: "busy"}, func(context.Context, connector.Call) (json.RawMessage, error) {
					<-free
					return nil, retry.After(0, errors.New("busy"))
				})
				r := newRig(t, nil, x.named())
				o := held(r, "echo", func() { close(free); synctest.Wait() })
				res, err := r.watched(t.Context(), o, execution.Request{Code: code})
				if err != nil || res.Status != execution.Retrying {
					t.Errorf("got %s %q, %v, want retrying", res.Status, res.Error, err)
				}
				if n := r.items.Runs("add_note"); n != 0 || len(r.lines) != 0 {
					t.Errorf("add_note ran %d times, printed %v", n, r.lines)
				}
			})
		})
	}
}

// A connector that is deaf to its cancellation changes nothing when it answers.
func TestLateAnswersChangeNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var runs atomic.Int32
		free, gone := make(chan struct{}), make(chan struct{})
		x := new(fake).on(connector.Method{Name: "deaf"}, func(context.Context, connector.Call) (json.RawMessage, error) {
			n := runs.Add(1)
			if n == 1 {
				<-free
				defer close(gone)
			}
			return json.Marshal(map[string]int32{"call": n})
		})
		r := newRig(t, nil, x.named())
		r.want(r.execute(execution.Request{
			Code: `x.deaf()`, TimeoutMs: 20,
			Retry: &execution.Retry{MaxAttempts: -1, InitialDelayMs: 0, MaxDelayMs: -1, On: []execution.Kind{execution.KindTimeout}},
		}), `{"call":2}`)
		records, state := r.records(), r.state
		close(free)
		<-gone
		synctest.Wait()
		if diff := cmp.Diff(records, r.records()); diff != "" {
			t.Errorf("the late answer changed the journal (-before +after):\n%s", diff)
		}
		if diff := cmp.Diff(state, r.state); diff != "" || runs.Load() != 2 {
			t.Errorf("ran %d times, the state changed:\n%s", runs.Load(), diff)
		}
		if e := r.entries()[0]; e.State != execution.Applied || string(e.Result) != `{"call":2}` {
			t.Errorf("entry %+v", e)
		}
	})
}

// The same after an execution that has ended `error`: the entry stays unknown.
func TestLateAnswerAfterTheEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		free, gone := make(chan struct{}), make(chan struct{})
		x := new(fake).on(connector.Method{Name: "deaf"}, func(context.Context, connector.Call) (json.RawMessage, error) {
			<-free
			defer close(gone)
			return json.RawMessage(`1`), nil
		})
		r := newRig(t, nil, x.named())
		res := r.execute(execution.Request{Code: `x.deaf()`, TimeoutMs: 20})
		close(free)
		<-gone
		synctest.Wait()
		if e := r.entries()[0]; res.Status != execution.Error || e.State != execution.Unknown || e.Result != nil || len(r.records()) != 1 {
			t.Errorf("got %s, entry %+v, %d records", res.Status, e, len(r.records()))
		}
	})
}
