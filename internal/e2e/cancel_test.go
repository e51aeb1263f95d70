package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/executor"
	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
)

func TestCancelEndsARunningExecutionAtOnce(t *testing.T) {
	t.Parallel()
	// The next heartbeat of the first, and the end of its time, are so late that only the
	// word can have ended the call; the message of the second comes again while the test can wait for it.
	for name, ackWait := range map[string]time.Duration{"by its word": 10 * time.Minute, "for good": 2 * time.Second} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cancelsARunningExecution(t, ackWait)
		})
	}
}

func cancelsARunningExecution(t *testing.T, ackWait time.Duration) {
	t.Helper()
	free, late := make(chan struct{}), make(chan struct{})
	p := &probe{methods: []connector.Method{{Name: "deaf"}}, do: func(context.Context, connector.Call) (json.RawMessage, error) {
		defer close(late)
		<-free // deaf to its context
		return json.RawMessage(`1`), nil
	}}
	r := newRig(t)
	r.start(func(c *executor.Config) { c.AckWait, c.Limits.PassTimeout = ackWait, 10*time.Minute }, p.named())
	id := execution.NewID(time.Now())
	events := r.watch(id)
	r.begin(execution.Request{ID: id, Code: `async () => { await items.add_note("a"); await probe.deaf(); await items.add_note("b") }`})
	natstest.Eventually(t, "the call", func() bool { n, _ := p.count(); return n == 1 })
	rec := r.cancel(id, false)
	if rec.Status != execution.Cancelled || rec.Error != "cancelled by ann" {
		t.Errorf("status %s, error %q", rec.Status, rec.Error)
	}
	natstest.Eventually(t, "the end of the call's context", func() bool { _, n := p.count(); return n == 1 })
	close(free)
	<-late
	events.want("started stop cancelled dispose")
	r.calls(r.get(id), "items.add_note applied probe.deaf unknown")
	if again := r.cancel(id, false); !again.UpdatedAt.Equal(rec.UpdatedAt) {
		t.Errorf("the second cancel changed %+v to %+v", rec, again)
	}
	if ackWait < natstest.StartWait {
		natstest.Eventually(t, "the empty queue", func() bool { return r.messages() == 0 })
	}
	if n := r.items.Runs("add_note"); n != 1 {
		t.Errorf("add_note ran %d times, want 1", n)
	}
}

// A script that never yields is stopped too.
func TestCancelStopsASpinningScript(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.start(func(c *executor.Config) { c.Concurrency = 1 })
	id := r.begin(execution.Request{Code: `async () => { await items.add_note("a"); for (;;); }`})
	natstest.Eventually(t, "the call", func() bool { return r.items.Runs("add_note") == 1 })
	r.cancel(id, false)
	r.completed(r.run(`1`), `1`) // there is one slot
	if rec := r.get(id); rec.Status != execution.Cancelled {
		t.Errorf("status %s", rec.Status)
	}
}

func TestCancelOfOneThatWaits(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		code   string
		status execution.Status
		calls  string
	}{
		"for a person":   {`async () => { await items.add_note("a"); await items.create_item({title: "t"}) }`, execution.Paused, "items.add_note applied items.create_item reverted"},
		"for a retry":    {`async () => { await items.retry_later({ms: 50000}) }`, execution.Retrying, "items.retry_later failed"},
		"for a schedule": {`async () => { await items.retry_later({ms: 500000}) }`, execution.Retrying, "items.retry_later failed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := up(t)
			id := r.begin(execution.Request{Code: c.code})
			r.reach(id, c.status)
			rec := r.cancel(id, false)
			if rec.Status != execution.Cancelled || rec.RetryAt != nil || len(rec.Pending) != 0 {
				t.Errorf("status %s, due %v, pending %+v", rec.Status, rec.RetryAt, rec.Pending)
			}
			r.calls(rec, c.calls)
			_, err := r.client.Approve(t.Context(), control.Approval{ID: id}, control.Follow{})
			if !errors.Is(err, control.ErrConflict) || !strings.Contains(err.Error(), "not paused (cancelled)") {
				t.Errorf("approve = %v", err)
			}
			if name == "for a schedule" {
				natstest.Eventually(t, "the empty queue", func() bool { return r.messages() == 0 })
			}
		})
	}
}

// What is cancelled before its first pass has its request nevertheless.
func TestCancelBeforeTheFirstPass(t *testing.T) {
	t.Parallel()
	r := up(t)
	at := time.Now().Add(10 * time.Second) // it has to be cancelled before
	id := r.begin(execution.Request{Code: `items.add_note("a")`, StartAt: &at})
	r.reach(id, execution.Sleeping)
	r.cancel(id, false)
	natstest.Eventually(t, "the request", func() bool { return r.get(id).Code == `items.add_note("a")` })
	natstest.Eventually(t, "the empty queue", func() bool { return r.messages() == 0 })
	if rec := r.get(id); rec.Status != execution.Cancelled || r.items.Runs("add_note") != 0 {
		t.Errorf("status %s, ran %d times", rec.Status, r.items.Runs("add_note"))
	}
}

func TestCancelWithRollback(t *testing.T) {
	t.Parallel()
	r := up(t)
	id := execution.NewID(time.Now())
	events := r.watch(id)
	r.begin(execution.Request{ID: id, Code: `async () => { await items.add_note("a"); await items.sleep({ms: 60000}) }`})
	natstest.Eventually(t, "the call", func() bool { return r.items.Runs("sleep") == 1 })
	r.cancel(id, true)
	rec := r.undone(id)
	r.is(rec, execution.RolledBack, 1, 0)
	if rec.Error != "cancelled by ann" {
		t.Errorf("error %q", rec.Error)
	}
	r.calls(rec, "items.add_note reverted items.sleep unknown")
	events.want("started stop rolled_back dispose")
}

func TestCancelWithRollbackOfNothing(t *testing.T) {
	t.Parallel()
	r := up(t)
	for _, code := range []string{
		`async () => { await items.create_item({title: "t"}) }`,                              // nothing to undo
		`async () => { await items.stuck_note("a"); await items.create_item({title: "t"}) }`, // it cannot be undone
	} {
		o, events := r.heard(code, passPaused)
		r.cancel(o.ExecutionID, true)
		rec := r.undone(o.ExecutionID)
		if rec.Status != execution.Cancelled || rec.Error != "cancelled by ann" || len(rec.Pending) != 0 {
			t.Errorf("status %s, error %q, pending %+v", rec.Status, rec.Error, rec.Pending)
		}
		events.want("stop cancelled dispose")
	}
}

func TestCancelOfWhatHasEndedIsRefused(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.run(`1`)
	for _, rollback := range []bool{false, true} {
		_, err := r.client.Cancel(t.Context(), o.ExecutionID, rollback, "ann")
		if !errors.Is(err, control.ErrConflict) || !strings.Contains(err.Error(), "(completed)") {
			t.Errorf("cancel = %v", err)
		}
	}
	if _, err := r.client.Cancel(t.Context(), execution.NewID(time.Now()), false, "ann"); !errors.Is(err, control.ErrNotFound) {
		t.Errorf("cancel of an unknown one = %v", err)
	}
	if rec := r.get(o.ExecutionID); rec.Status != execution.Completed {
		t.Errorf("status %s", rec.Status)
	}
}

// A cancel that comes while calls are undone lets that end, and the execution with it.
func TestCancelDuringARollback(t *testing.T) {
	t.Parallel()
	enter, free := make(chan struct{}, 8), make(chan struct{})
	p := &probe{methods: []connector.Method{{Name: "pay", Reverts: true}}, do: answer}
	p.revert = func(ctx context.Context, _ connector.Call, _ json.RawMessage) error {
		enter <- struct{}{}
		select {
		case <-free:
			return errors.New("no")
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	r := newRig(t)
	r.start(nil, p.named())
	paused := r.paused(`async () => { await probe.pay(1); await items.create_item({title: "t"}) }`)
	done := r.run(`async () => { await probe.pay(1); return 1 }`)
	for _, o := range []execution.Outcome{paused, done} {
		if _, err := r.client.Rollback(t.Context(), o.ExecutionID, "ann"); err != nil {
			t.Fatalf("rollback: %v", err)
		}
		<-enter
	}
	_, err := r.client.Cancel(t.Context(), done.ExecutionID, false, "bob")
	if !errors.Is(err, control.ErrConflict) || !strings.Contains(err.Error(), "(completed), and is being rolled back") {
		t.Errorf("cancel = %v", err)
	}
	rec, err := r.client.Cancel(t.Context(), paused.ExecutionID, false, "bob")
	if err != nil || rec.Status.Terminal() {
		t.Errorf("cancel = %s, %v", rec.Status, err)
	}
	<-enter
	close(free)
	if rec := r.undone(paused.ExecutionID); rec.Status != execution.Cancelled || rec.Error != "cancelled by bob" || len(rec.Rollback.Failed) != 1 {
		t.Errorf("status %s, error %q, %+v", rec.Status, rec.Error, rec.Rollback)
	}
	r.is(r.undone(done.ExecutionID), execution.Completed, 0, 1)
}
