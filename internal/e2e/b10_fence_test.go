package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
)

// Section 10: passes that were superseded, and executions that have ended.

// Attempts grow by one with each pass. An execution that has ended begins no other.
func TestB149Attempts(t *testing.T) {
	t.Parallel()
	r := up(t)
	w := r.watch("")
	o := r.run(`async () => await items.retry_twice()`)
	r.completed(o, `{"calls": 3}`)
	for n := 1; n <= 3; n++ {
		if e := w.body(t, execution.EventStarted, n).(*execution.StartedEvent); e.Attempt != n {
			t.Errorf("pass %d has the attempt %d", n, e.Attempt)
		}
	}
	before := r.state(o.ExecutionID)
	for range 3 {
		r.wake(o.ExecutionID)
	}
	r.drained()
	if now := r.state(o.ExecutionID); now.Revision != before.Revision || now.State.Attempt != 3 {
		t.Errorf("a wake changed the state of one that has ended to %+v", now.State)
	}
}

// wake publishes a wake, as anybody may.
func (r *rig) wake(id execution.ID) {
	r.t.Helper()
	if _, err := r.server.JetStream().Publish(r.t.Context(), stream.WakeSubject("default"), fmt.Appendf(nil, `{"id": %q, "reason": "sweep"}`, id)); err != nil {
		r.t.Fatal(err)
	}
}

// A state that was written without an attempt is read as 0; the next claim makes it 1.
func TestB151StateWithoutAnAttempt(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.paused(gated)
	kv, err := r.server.JetStream().KeyValue(t.Context(), "executions")
	if err != nil {
		t.Fatal(err)
	}
	key := stream.StateKey(journal.Key{Runtime: "default", ID: o.ExecutionID})
	entry, err := kv.Get(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	var st map[string]json.RawMessage
	if err := json.Unmarshal(entry.Value(), &st); err != nil {
		t.Fatal(err)
	}
	delete(st, "attempt")
	old, err := json.Marshal(st)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := kv.Update(t.Context(), key, old, entry.Revision()); err != nil {
		t.Fatal(err)
	}
	if got := r.get(o.ExecutionID).Attempt; got != 0 {
		t.Errorf("attempt %d, want 0", got)
	}
	got := r.approve(o.ExecutionID)
	r.completed(got, `{"before": [], "created": {"id": 1, "title": "hello"}}`)
	if got.Attempt != 1 {
		t.Errorf("attempt %d, want 1", got.Attempt)
	}
}

// Whatever a superseded pass reads or writes is refused by the server, and changes nothing.
func TestB152B155SupersededPassIsRefused(t *testing.T) {
	t.Parallel()
	r, h := newRig(t), newHeld(t)
	_, named := newTools("own", slowOnce(h, false))
	kill := r.startMortal(quickTakeover, named)
	id := r.begin(execution.Request{Code: `async () => await own.slow()`})
	until(t, "the call", h.entered)
	key := journal.Key{Runtime: "default", ID: id}
	stale := r.state(id)
	kill()
	r.start(quickTakeover, named)
	r.reach(id, execution.Completed)
	now, store := r.state(id), r.stream().Journal()

	late := journal.Record{Attempt: 1, At: 1, Done: []journal.Completion{{Ref: journal.Ref{N: 0}, Mark: journal.MarkApplied, Result: journal.NewValue(json.RawMessage(`"late"`)), Attempt: 1}}}
	if _, err := store.Append(t.Context(), key, stale.Revision, 1, late); !errors.Is(err, journal.ErrFenced) {
		t.Errorf("append = %v", err)
	}
	if _, err := store.PutState(t.Context(), key, stale.State, stale.Revision); !errors.Is(err, journal.ErrFenced) {
		t.Errorf("put state = %v", err)
	}
	if _, err := store.Load(t.Context(), key, stale.Revision); !errors.Is(err, journal.ErrFenced) {
		t.Errorf("load = %v", err)
	}
	if again := r.state(id); again.Revision != now.Revision {
		t.Error("the state was written")
	}
	equalJSON(t, "result of the entry", r.get(id).Calls[0].Result, `{"call": 2}`)
}

// The late result of a pass that timed out does not overwrite that of the next one.
func TestB153LateResultOfATimedOutPass(t *testing.T) {
	t.Parallel()
	r, h := newRig(t), newHeld(t)
	own, named := newTools("own", slowOnce(h, false))
	r.start(nil, named)
	o := r.request(execution.Request{Code: `async () => await own.slow()`, TimeoutMs: soonOver, Retry: policy(t, `{"on": ["timeout"], "initialDelayMs": 0}`)})
	r.completed(o, `{"call": 2}`)
	h.free()
	r.completed(r.run(`1`), `1`)
	rec := r.get(o.ExecutionID)
	equalJSON(t, "result", rec.Result, `{"call": 2}`)
	r.entries(rec.Calls, "own.slow applied")
	equalJSON(t, "result of the entry", rec.Calls[0].Result, `{"call": 2}`)
	if n := own.Runs("slow"); n != 2 {
		t.Errorf("ran %d times, want 2", n)
	}
}

// A result that comes when the execution has ended is not taken.
func TestB154LateResultOfAnEndedExecution(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		code string
		want execution.Status
	}{
		"completed": {`async () => { own.slow(); return "done" }`, execution.Completed}, // it was awaited until the time was up
		"error":     {`async () => { own.slow(); throw new Error("x") }`, execution.Error},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, h, returned := newRig(t), newHeld(t), make(chan struct{})
			_, named := newTools("own", method("slow", func(ctx context.Context, _ connector.Call, _ int) (json.RawMessage, error) {
				defer close(returned)
				return json.RawMessage(`"late"`), h.wait(ctx, false)
			}))
			r.start(nil, named)
			o := r.request(execution.Request{Code: tt.code, TimeoutMs: soonOver})
			r.status(o, tt.want)
			before := r.state(o.ExecutionID)
			h.free()
			until(t, "the end of the call", returned)
			r.run(`1`)
			rec := r.get(o.ExecutionID)
			if now := r.state(o.ExecutionID); now.Revision != before.Revision || rec.Status != tt.want {
				t.Errorf("the state was written: %+v", now.State)
			}
			r.entries(rec.Calls, "own.slow unknown")
			if rec.Calls[0].Result != nil {
				t.Errorf("entry %+v", rec.Calls[0])
			}
		})
	}
}

// An execution does not pause while something is in flight, so that no result comes
// during the pause.
func TestB156NoResultComesDuringAPause(t *testing.T) {
	t.Parallel()
	r, h := newRig(t), newHeld(t)
	own, named := newTools("own", slowOnce(h, true))
	r.start(nil, named)
	w := r.watch("")
	id := r.begin(execution.Request{Code: `async () => await Promise.all([items.create_item({title: "x"}), own.slow(), items.echo(1)])`})
	until(t, "the call", h.entered)
	natstest.Eventually(t, "the gate", func() bool { return len(w.named(execution.EventCall)) >= 3 })
	if rec := r.get(id); rec.Status != execution.Running {
		t.Errorf("status %s", rec.Status)
	}
	h.free()
	rec := r.reach(id, execution.Paused)
	r.entries(rec.Calls, "items.create_item pending own.slow applied items.echo applied")
	r.completed(r.approve(id), `[{"id": 1, "title": "x"}, {"call": 1}, 1]`)
	if n := own.Runs("slow"); n != 1 {
		t.Errorf("ran %d times, want 1", n)
	}
}
