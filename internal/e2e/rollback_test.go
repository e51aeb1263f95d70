package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/executor"
	"github.com/reprise-run/reprise/internal/fixture"
	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
)

const noted = `async () => { await items.list_items(); await codemode.step("s", () => 1); await items.add_note("first"); const i = await items.create_item({title: "second"}); return i }`

func TestRollbackUndoesTheLastFirst(t *testing.T) {
	t.Parallel()
	r := up(t)
	o, events := r.heard(noted, passPaused)
	r.completed(r.approve(o.ExecutionID), `{"id": 1, "title": "second"}`)
	events.want(passCompleted)
	accepted, err := r.client.Rollback(t.Context(), o.ExecutionID, "ann")
	if err != nil || accepted.Rollback == nil || accepted.Rollback.As != "ann" {
		t.Fatalf("rollback = %+v, %v", accepted.Rollback, err)
	}
	rec := r.undone(o.ExecutionID)
	r.is(rec, execution.RolledBack, 2, 0)
	r.calls(rec, "items.list_items applied __step.s applied items.add_note reverted items.create_item reverted")
	if got := r.items.Deleted(); len(got) != 1 || string(got[0]) != `{"id":1,"title":"second"}` {
		t.Errorf("create_item was undone with %s", got)
	}
	if got := r.items.Notes(); len(got) != 1 || got[0] != fixture.Undone {
		t.Errorf("notes %q", got)
	}
	key := string(o.ExecutionID)
	if keys := r.items.ByKey(); keys[key+":2:revert"] != 1 || keys[key+":3:revert"] != 1 {
		t.Errorf("keys %v", keys)
	}
	equalJSON(t, "result", rec.Result, `{"id": 1, "title": "second"}`)
	// No pass of the code has ended: there is one dispose, and no pass_end.
	events.want("stop rolled_back dispose")
}

func TestUndoingGetsWhatWasRecorded(t *testing.T) {
	t.Parallel()
	p := &probe{methods: []connector.Method{{Name: "pay", RequiresApproval: true, Reverts: true}}, do: answer}
	got := make(chan string, 1)
	p.revert = func(_ context.Context, call connector.Call, result json.RawMessage) error {
		got <- string(call.Args) + " " + string(result)
		return nil
	}
	r := newRig(t)
	r.start(nil, p.named())
	o := r.paused(`async () => probe.pay({n: 1})`)
	if _, err := r.client.Approve(t.Context(), control.Approval{ID: o.ExecutionID, Args: json.RawMessage(`{"n": 2}`)}, control.Follow{}); err != nil {
		t.Fatalf("approve: %v", err)
	}
	r.is(r.rollback(o.ExecutionID), execution.RolledBack, 1, 0)
	if got := <-got; got != `{"n":2} {"n":2}` {
		t.Errorf("undone with %s, want the approver's arguments and the result", got)
	}
}

func TestRollbackThatFailsInPartSaysSo(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.run(`async () => { await items.add_note("a"); await items.stuck_note("b"); await items.add_note("c"); return 1 }`)
	r.status(o, execution.Completed)
	rec := r.rollback(o.ExecutionID)
	r.is(rec, execution.RolledBack, 2, 1)
	r.calls(rec, "items.add_note reverted items.stuck_note applied items.add_note reverted")
	if got, want := rec.Rollback.Error, "rollback: 2 reverted, 1 failed: items.stuck_note: stuck"; got != want {
		t.Errorf("error %q, want %q", got, want)
	}
	// What failed is tried again, what was undone is not.
	rec = r.rollback(o.ExecutionID)
	r.is(rec, execution.RolledBack, 1, 0)
	r.calls(rec, "items.add_note reverted items.stuck_note reverted items.add_note reverted")
	if a, s := r.items.Runs("revert add_note"), r.items.Runs("revert stuck_note"); a != 2 || s != 2 {
		t.Errorf("add_note was undone %d times, stuck_note %d times, want 2 and 2", a, s)
	}
}

func TestRollbackOfNothingChangesNothing(t *testing.T) {
	t.Parallel()
	r := up(t)
	o, events := r.heard(`async () => { await items.list_items(); return 1 }`, passCompleted)
	before := r.get(o.ExecutionID)
	after := r.rollback(o.ExecutionID)
	if after.Status != execution.Completed || after.Attempt != before.Attempt || !after.UpdatedAt.Equal(before.UpdatedAt) || after.Rollback != nil {
		t.Errorf("before %+v, after %+v", before, after)
	}
	events.want("")

	o, events = r.heard(`async () => { await items.add_note("a"); return 1 }`, passCompleted)
	first := r.rollback(o.ExecutionID)
	events.want("stop rolled_back dispose")
	if second := r.rollback(o.ExecutionID); second.Attempt != first.Attempt || !second.UpdatedAt.Equal(first.UpdatedAt) {
		t.Errorf("the second rollback changed %+v to %+v", first, second)
	}
	events.want("")
	if _, err := r.client.Rollback(t.Context(), execution.NewID(o.ExecutionID.Time()), "ann"); !errors.Is(err, control.ErrNotFound) {
		t.Errorf("rollback of an unknown one = %v", err)
	}
}

func TestRollbackOfAPausedExecution(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.paused(`async () => { await items.add_note("a"); return items.create_item({title: "t"}) }`)
	r.is(r.rollback(o.ExecutionID), execution.RolledBack, 1, 0)
	r.calls(r.get(o.ExecutionID), "items.add_note reverted items.create_item reverted")
	if p, err := r.client.Pending(t.Context(), control.PendingQuery{}); err != nil || len(p.Pending) != 0 {
		t.Errorf("pending %+v, %v", p.Pending, err)
	}
	_, err := r.client.Approve(t.Context(), control.Approval{ID: o.ExecutionID}, control.Follow{})
	if !errors.Is(err, control.ErrConflict) || !strings.Contains(err.Error(), "not paused (rolled_back)") {
		t.Errorf("approve = %v", err)
	}
	if n := r.items.Runs("create_item"); n != 0 {
		t.Errorf("create_item ran %d times", n)
	}
}

func TestRollbackAfterAReject(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.paused(`async () => { await items.add_note("a"); return items.create_item({title: "t"}) }`)
	if ok, err := r.client.Reject(t.Context(), o.ExecutionID, nil, "no", "bob"); err != nil || !ok {
		t.Fatalf("reject = %v, %v", ok, err)
	}
	rec := r.rollback(o.ExecutionID)
	r.is(rec, execution.RolledBack, 1, 0)
	if !strings.Contains(rec.Error, "was rejected by the user bob: no") {
		t.Errorf("error %q", rec.Error)
	}
}

// A paused execution whose calls cannot be undone, which only their connector says,
// waits for the same again.
func TestFailedRollbackLeavesAPausedExecutionPaused(t *testing.T) {
	t.Parallel()
	r := up(t)
	o, events := r.heard(`async () => { await items.stuck_note("a"); console.log("line"); return items.create_item({title: "t"}) }`, passPaused)
	before := r.get(o.ExecutionID)
	rec := r.rollback(o.ExecutionID)
	r.is(rec, execution.Paused, 0, 1)
	r.calls(rec, "items.stuck_note applied items.create_item pending")
	if len(rec.Pending) != 1 || rec.Pending[0].Seq != 1 || !rec.Pending[0].Since.Equal(*before.Pending[0].Since) || strings.Join(rec.Logs, "") != "line" {
		t.Errorf("pending %+v, logs %q", rec.Pending, rec.Logs)
	}
	events.want("stop")
	r.completed(r.approve(o.ExecutionID), `{"id": 1, "title": "t"}`)
}

func TestCompletedAndRolledBackAreTwoEnds(t *testing.T) {
	t.Parallel()
	r := up(t)
	o, events := r.heard(`items.add_note("a")`, passCompleted)
	r.is(r.rollback(o.ExecutionID), execution.RolledBack, 1, 0)
	events.want("stop rolled_back dispose")
}

func TestUndoingThatAsksForARetryIsRetried(t *testing.T) {
	t.Parallel()
	r := up(t)
	o, events := r.heard(`async () => { await items.add_note("a"); await items.flaky_note("b"); await items.add_note("c") }`, passCompleted)
	rec := r.rollback(o.ExecutionID)
	r.is(rec, execution.RolledBack, 3, 0)
	if f, a := r.items.Runs("revert flaky_note"), r.items.Runs("revert add_note"); f != 2 || a != 2 {
		t.Errorf("flaky_note was undone %d times, add_note %d times, want 2 and 2", f, a)
	}
	events.want("stop retrying rolled_back dispose")
}

func TestUndoingThatAlwaysAsksFailsInTheEnd(t *testing.T) {
	t.Parallel()
	p := &probe{methods: []connector.Method{{Name: "pay", Reverts: true}}, do: answer, revert: busy}
	r := newRig(t)
	r.start(nil, p.named())
	policy := &execution.Retry{MaxAttempts: 2, InitialDelayMs: 1, MaxDelayMs: 1}
	o := r.request(execution.Request{Retry: policy, Code: `async () => { await items.add_note("a"); await probe.pay(1); await probe.pay(2); return 1 }`})
	r.status(o, execution.Completed)
	rec := r.rollback(o.ExecutionID)
	r.is(rec, execution.RolledBack, 1, 2)
	if n := len(p.undoings()); n != 4 {
		t.Errorf("%d undoings, want 2 of each", n)
	}
	if u := p.undoings(); u[0].IdempotencyKey != u[1].IdempotencyKey || u[0].Seq != 2 || u[2].Seq != 1 {
		t.Errorf("undoings %+v", u)
	}
}

func TestContextOfUndoingsEndsWithTheRollback(t *testing.T) {
	t.Parallel()
	p := &probe{methods: []connector.Method{{Name: "pay", Reverts: true}}, do: answer}
	r := newRig(t)
	early := make(chan int, 2)
	p.revert = func(_ context.Context, _ connector.Call, _ json.RawMessage) error {
		early <- r.items.UndoingsEnded()
		return nil
	}
	r.start(nil, p.named())
	o := r.run(`async () => { await probe.pay(1); await items.add_note("a"); await items.add_note("b"); return 1 }`)
	r.is(r.rollback(o.ExecutionID), execution.RolledBack, 3, 0)
	if n := <-early; n != 0 {
		t.Errorf("%d contexts had ended before the rollback did", n)
	}
	natstest.Eventually(t, "the end of both contexts", func() bool { return r.items.UndoingsEnded() == 2 })
}

func TestRollbackOfARunningExecutionStopsIt(t *testing.T) {
	t.Parallel()
	r := up(t)
	id := r.begin(execution.Request{Code: `async () => { await items.add_note("a"); await items.sleep({ms: 60000}); await items.add_note("b") }`})
	natstest.Eventually(t, "the call", func() bool { return r.items.Runs("sleep") == 1 })
	rec := r.rollback(id)
	r.is(rec, execution.RolledBack, 1, 0)
	r.calls(rec, "items.add_note reverted items.sleep unknown")
	natstest.Eventually(t, "the end of the call", func() bool { return r.items.Aborts() == 1 })
}

// One whose calls could not be undone goes on where it was stopped.
func TestFailedRollbackLetsARunningExecutionGoOn(t *testing.T) {
	t.Parallel()
	r := up(t)
	id := r.begin(execution.Request{Code: `async () => { await items.stuck_note("a"); await items.hold(); return 1 }`})
	natstest.Eventually(t, "the call", func() bool { return r.items.Runs("hold") == 1 })
	if rec := r.rollback(id); rec.Status.Terminal() || len(rec.Rollback.Failed) != 1 {
		t.Errorf("status %s, rollback %+v", rec.Status, rec.Rollback)
	}
	r.items.Release()
	r.reach(id, execution.Completed)
	if h, n := r.items.Runs("hold"), r.items.Runs("stuck_note"); h != 2 || n != 1 {
		t.Errorf("hold ran %d times, stuck_note %d times, want 2 and 1", h, n)
	}
}

// An approval that nobody acted on yet is undone with the rest: the call is never made.
func TestRollbackOfAQueuedExecution(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.start(func(c *executor.Config) { c.Concurrency = 1 })
	o := r.paused(`async () => { await items.add_note("a"); return items.create_item({title: "t"}) }`)
	busy := r.begin(execution.Request{Code: `items.sleep({ms: 60000})`}) // takes the only slot
	natstest.Eventually(t, "the call", func() bool { return r.items.Runs("sleep") == 1 })
	decide := map[string]any{"id": o.ExecutionID, "wait": false}
	if err := r.client.Call(t.Context(), "approve", decide, new(control.Decided)); err != nil {
		t.Fatalf("approve: %v", err)
	}
	if rec := r.get(o.ExecutionID); rec.Status != execution.Queued {
		t.Fatalf("status %s, want queued", rec.Status)
	}
	rec, err := r.client.Rollback(t.Context(), o.ExecutionID, "ann")
	if err != nil || rec.Rollback == nil || rec.Rollback.Done {
		t.Fatalf("rollback = %+v, %v", rec.Rollback, err)
	}
	r.cancel(busy, false)
	rec = r.undone(o.ExecutionID)
	r.is(rec, execution.RolledBack, 1, 0)
	r.calls(rec, "items.add_note reverted items.create_item reverted")
	if n := r.items.Runs("create_item"); n != 0 {
		t.Errorf("create_item ran %d times", n)
	}
}

// An executor that ends hands a rollback over; no time is lost, and nothing is undone
// twice but what was under way.
func TestDrainedRollbackGoesOnElsewhere(t *testing.T) {
	t.Parallel()
	p := &probe{methods: []connector.Method{{Name: "pay", Reverts: true}}, do: answer}
	enter := make(chan struct{}, 8)
	p.revert = func(ctx context.Context, call connector.Call, _ json.RawMessage) error {
		enter <- struct{}{}
		if call.Seq == 1 && len(p.undoings()) == 2 {
			<-ctx.Done()
			return ctx.Err()
		}
		return nil
	}
	r := newRig(t)
	slow := func(c *executor.Config) { c.AckWait = time.Minute } // no takeover helps
	stop := r.start(slow, p.named())
	o := r.run(`async () => { for (let i = 0; i < 3; i++) await probe.pay(i); return 1 }`)
	if _, err := r.client.Rollback(t.Context(), o.ExecutionID, "ann"); err != nil {
		t.Fatalf("rollback: %v", err)
	}
	<-enter
	<-enter
	stop()
	r.start(slow, p.named())
	r.is(r.undone(o.ExecutionID), execution.RolledBack, 3, 0)
	var seqs []int
	for _, u := range p.undoings() {
		seqs = append(seqs, u.Seq)
	}
	if !slices.Equal(seqs, []int{2, 1, 1, 0}) {
		t.Errorf("undone %v, want 2 1 1 0", seqs)
	}
}

// Whatever an execution waits for, it is undone at once.
func TestRollbackOfOneThatWaits(t *testing.T) {
	t.Parallel()
	for name, rest := range map[string]string{
		"for a minute":   `items.retry_later({ms: 50000})`,
		"for longer yet": `items.retry_later({ms: 500000})`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := up(t)
			id := r.begin(execution.Request{Code: `async () => { await items.add_note("a"); await ` + rest + ` }`})
			r.reach(id, execution.Retrying)
			rec := r.rollback(id)
			r.is(rec, execution.RolledBack, 1, 0)
			if rec.RetryAt != nil {
				t.Errorf("due at %v", rec.RetryAt)
			}
			r.calls(rec, "items.add_note reverted items.retry_later failed")
		})
	}
}

// Where nothing could be undone an execution waits as long as it would have.
func TestFailedRollbackLeavesARetryingExecutionRetrying(t *testing.T) {
	t.Parallel()
	r := up(t)
	id := r.begin(execution.Request{Code: `async () => { await items.stuck_note("a"); await items.retry_later({ms: 50000}); return 1 }`})
	before := r.reach(id, execution.Retrying)
	rec := r.rollback(id)
	r.is(rec, execution.Retrying, 0, 1)
	if rec.RetryAt == nil || !rec.RetryAt.Equal(*before.RetryAt) || rec.Error != before.Error {
		t.Errorf("due at %v, error %q, want %v and %q", rec.RetryAt, rec.Error, before.RetryAt, before.Error)
	}
}

// And then it goes on.
func TestFailedRollbackDoesNotKeepARetryFromItsTime(t *testing.T) {
	t.Parallel()
	r := up(t)
	id := r.begin(execution.Request{Code: `async () => { await items.stuck_note("a"); await items.retry_later({ms: 2500}); return 1 }`})
	r.reach(id, execution.Retrying)
	if rec := r.rollback(id); len(rec.Rollback.Failed) != 1 {
		t.Errorf("rollback %+v", rec.Rollback)
	}
	r.reach(id, execution.Completed)
	if n := r.items.Runs("stuck_note"); n != 1 {
		t.Errorf("stuck_note ran %d times", n)
	}
}

// What no executor knows any more is skipped, after others had their chance.
func TestB171RollbackSkipsConnectorsThatAreGone(t *testing.T) {
	t.Parallel()
	p := &probe{methods: []connector.Method{{Name: "pay", Reverts: true}}, do: answer}
	r := newRig(t)
	stop := r.start(nil, p.named())
	o := r.run(`async () => { await items.add_note("a"); await probe.pay(1); return 1 }`)
	stop()
	r.start(nil)
	rec := r.rollback(o.ExecutionID)
	r.is(rec, execution.RolledBack, 1, 0)
	r.calls(rec, "items.add_note reverted probe.pay applied")
}
