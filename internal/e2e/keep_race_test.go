package e2e

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
)

// An approver and the expiry: one of them wins, and the loser is told.
func TestApproverRacesTheExpiry(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(testing.TB) *rig{"one server": up, "three servers": cluster} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := start(t)
			approved, rounds, ahead := 0, 0, 2
			// Whoever has lost starts earlier the next time: both win some, on any machine.
			for ; rounds < 25 || (approved == 0 || approved == rounds) && rounds < 250; rounds++ {
				if r.approverRacesTheExpiry(ahead) {
					approved++
					ahead++
				} else {
					ahead--
				}
			}
			if n := r.items.Runs("create_item"); n != approved {
				t.Errorf("create_item ran %d times, %d were approved", n, approved)
			}
			if approved == 0 || approved == rounds {
				t.Errorf("%d of %d were approved: there was no race", approved, rounds)
			}
		})
	}
}

// approverRacesTheExpiry lets the expiry, which looks at all executions first, start
// some round trips ahead; fewer than none is behind.
func (r *rig) approverRacesTheExpiry(ahead int) (approved bool) {
	r.t.Helper()
	id := r.paused(gated).ExecutionID
	var outcome execution.Outcome
	var approveErr, expireErr error
	var expired []execution.ID
	var both sync.WaitGroup
	both.Go(func() {
		for range ahead {
			_ = r.get(id)
		}
		outcome, approveErr = r.client.Approve(r.t.Context(), control.Approval{ID: id, As: "ann"}, control.Follow{})
	})
	both.Go(func() {
		for range -ahead {
			_ = r.get(id)
		}
		expired, expireErr = r.client.Expire(r.t.Context(), 0)
	})
	both.Wait()
	rec := r.get(id)
	lost := slices.Contains(expired, id)
	switch {
	case expireErr != nil:
		r.t.Fatalf("expire: %v", expireErr)
	case approveErr == nil && outcome.Status == execution.Completed && !lost && rec.Status == execution.Completed:
		return true
	case approveErr == nil && outcome.Status == execution.Error && lost && rec.Failure.Reason == execution.ReasonExpired:
		// Approved first; then the running pass expired: age 0 spares nobody.
		return len(rec.Calls) == 2 && rec.Calls[1].State != execution.Reverted && rec.Calls[1].Attempt > 1
	case errors.Is(approveErr, control.ErrConflict) && lost && rec.Status == execution.Rejected:
		return false
	}
	r.t.Errorf("approve = %s, %v; expired %v; status %s (%s)", outcome.Status, approveErr, expired, rec.Status, rec.Error)
	return false
}

// A delete in the middle of a pass, again and again: nothing is left, nothing goes on.
func TestDeleteRacesARunningPass(t *testing.T) {
	t.Parallel()
	r := up(t)
	var ids []execution.ID
	for round := range 20 {
		id := r.begin(execution.Request{Code: fmt.Sprintf(
			`async () => { for (let i = 0; i < %d; i++) await items.add_note(i) }`, round*4)})
		natstest.Eventually(t, "the claim", func() bool {
			err := r.client.Delete(t.Context(), id)
			if err != nil && !errors.Is(err, control.ErrNotFound) {
				t.Fatalf("delete: %v", err)
			}
			return err == nil
		})
		ids = append(ids, id)
	}
	r.drained()
	for _, id := range ids {
		if _, err := r.client.Get(t.Context(), id); !errors.Is(err, control.ErrGone) {
			t.Errorf("get = %v, want ErrGone", err)
		}
		r.onlyTheTombstone(id)
	}
}

// Two deletes at once: the execution is deleted by both, or by one that says so.
func TestDeletesRace(t *testing.T) {
	t.Parallel()
	r := cluster(t)
	for range 5 {
		o := r.paused(gated)
		seen := r.watch(o.ExecutionID)
		errs := make([]error, 3)
		var all sync.WaitGroup
		for i := range errs {
			all.Go(func() { errs[i] = r.client.Delete(t.Context(), o.ExecutionID) })
		}
		all.Wait()
		won := 0
		for _, err := range errs {
			switch {
			case err == nil:
				won++
			case !errors.Is(err, control.ErrGone):
				t.Errorf("delete = %v", err)
			}
		}
		if won != 1 {
			t.Errorf("%d of 3 deletes say that they deleted it: %v", won, errs)
		}
		r.onlyTheTombstone(o.ExecutionID)
		seen.are(t, "dispose rejected")
	}
}
