package e2e

import (
	"errors"
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/executor"
	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/control"
)

// Section 14: expiry and retention. More of it is in keep_test.go.

// eventually waits for what no event announces.
func (r *rig) eventually(what string, ok func() bool) {
	r.t.Helper()
	natstest.Eventually(r.t, what, ok)
}

func TestB150B178DeletedExecutionIsAnError(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.told(`1`)
	seen := r.watch(o.ExecutionID)
	if err := r.client.Delete(t.Context(), o.ExecutionID); err != nil {
		t.Fatal(err)
	}
	if _, err := r.client.Get(t.Context(), o.ExecutionID); !errors.Is(err, control.ErrGone) {
		t.Errorf("get = %v", err)
	}
	r.run(`1`)
	seen.are(t)
}

// Each change of an execution makes it young again.
func TestB190ChangesAreNoted(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.paused(`async () => { await items.create_item({}); await items.create_item({}) }`)
	before := r.get(o.ExecutionID).UpdatedAt
	r.approve(o.ExecutionID)
	if after := r.get(o.ExecutionID).UpdatedAt; !after.After(before) {
		t.Errorf("updated %v, then %v", before, after)
	}
}

// Executors remove the oldest of those that have ended, and nothing that goes on.
func TestB191ExecutorsKeepTheNewest(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.start(func(c *executor.Config) {
		c.Retain, c.SweepInterval, c.KeepInterval = 1, 200*time.Millisecond, 200*time.Millisecond
	})
	waits := r.paused(`items.create_item({})`).ExecutionID
	r.run(`1`)
	newest := r.run(`2`).ExecutionID
	r.eventually("the removal", func() bool {
		l, err := r.client.List(t.Context(), control.ListQuery{})
		return err == nil && len(l.Executions) == 2 && l.Executions[0].ExecutionID == newest && l.Executions[1].ExecutionID == waits
	})
}
