package e2e

import (
	"errors"
	"sync"
	"testing"

	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
)

// Of a cancel and an approval at once each is true to what it was told: a call that is
// made after all was approved before the cancel came.
func TestCancelAgainstApprove(t *testing.T) {
	t.Parallel()
	r := up(t)
	for range 8 {
		made := r.items.Runs("create_item")
		o := r.paused(`async () => items.create_item({title: "t"})`)
		var both sync.WaitGroup
		var approved, cancelled error
		both.Go(func() {
			in := map[string]any{"id": o.ExecutionID, "wait": false}
			approved = r.client.Call(t.Context(), "approve", in, new(control.Decided))
		})
		both.Go(func() { _, cancelled = r.client.Cancel(t.Context(), o.ExecutionID, false, "bob") })
		both.Wait()
		rec := r.get(o.ExecutionID)
		switch {
		case cancelled == nil && rec.Status != execution.Cancelled:
			t.Errorf("it was cancelled, and is %s", rec.Status)
		case cancelled != nil && (!errors.Is(cancelled, control.ErrConflict) || rec.Status != execution.Completed):
			t.Errorf("cancel = %v, status %s", cancelled, rec.Status)
		case approved != nil && (!errors.Is(approved, control.ErrConflict) || r.items.Runs("create_item") != made):
			t.Errorf("approve = %v, the call was made %d times", approved, r.items.Runs("create_item")-made)
		}
	}
}

// Of rollbacks and cancels at once one is carried out, and nothing is undone twice.
func TestRollbacksAtOnceAreOne(t *testing.T) {
	t.Parallel()
	r := up(t)
	for range 5 {
		before := r.items.Runs("revert add_note")
		o := r.paused(`async () => { await items.add_note("a"); await items.add_note("b"); return items.create_item({title: "t"}) }`)
		var all sync.WaitGroup
		for i := range 6 {
			all.Go(func() {
				var err error
				if i%2 == 0 {
					_, err = r.client.Rollback(t.Context(), o.ExecutionID, "ann")
				} else {
					_, err = r.client.Cancel(t.Context(), o.ExecutionID, true, "bob")
				}
				if err != nil && !errors.Is(err, control.ErrConflict) {
					t.Errorf("asked: %v", err)
				}
			})
		}
		all.Wait()
		r.is(r.undone(o.ExecutionID), execution.RolledBack, 2, 0)
		// A cancel that comes in the middle supersedes the pass that undoes; what that
		// was doing is done once more.
		if n := r.items.Runs("revert add_note") - before; n < 2 || n > 3 {
			t.Errorf("%d undoings, want 2, or 3", n)
		}
	}
}
