package e2e

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/executor"
	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
)

// expire expires what is older than the age, and checks that it is those.
func (r *rig) expire(age time.Duration, want ...execution.ID) {
	r.t.Helper()
	got, err := r.client.Expire(r.t.Context(), age)
	if err != nil || !slices.Equal(got, want) {
		r.t.Errorf("expire %v = %v, %v, want %v", age, got, err, want)
	}
}

// expireAll expires everything that can, once it is a millisecond old.
func (r *rig) expireAll(want ...execution.ID) {
	r.t.Helper()
	var got []execution.ID
	natstest.Eventually(r.t, "the expiry", func() bool {
		ids, err := r.client.Expire(r.t.Context(), 0)
		if err != nil {
			r.t.Fatalf("expire: %v", err)
		}
		got = append(got, ids...)
		return len(got) >= len(want)
	})
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		r.t.Errorf("expired %v, want %v", got, want)
	}
}

func TestB186B187B189PausedExecutionExpires(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.paused(gated)
	seen := r.watch(o.ExecutionID)
	r.expire(time.Minute)
	if rec := r.get(o.ExecutionID); rec.Status != execution.Paused {
		t.Fatalf("status %s after an expiry that it is too young for", rec.Status)
	}
	r.expireAll(o.ExecutionID)
	rec := r.get(o.ExecutionID)
	if rec.Status != execution.Rejected || rec.Error != "Expired awaiting approval" || len(rec.Pending) > 0 {
		t.Errorf("record %+v", rec)
	}
	if got, want := states(rec.Calls), "items.list_items applied items.create_item reverted"; got != want {
		t.Errorf("calls %s, want %s", got, want)
	}
	if d := rec.Calls[1].Decision; d == nil || d.Verdict != execution.ExpiredWait || d.As != "" {
		t.Errorf("decision %+v, want that nobody decided in time", d)
	}
	if p, err := r.client.Pending(t.Context(), control.PendingQuery{}); err != nil || len(p.Pending) > 0 {
		t.Errorf("pending %v, %v", p, err)
	}
	_, err := r.client.Approve(t.Context(), control.Approval{ID: o.ExecutionID}, control.Follow{})
	if !errors.Is(err, control.ErrConflict) || !strings.Contains(err.Error(), "not paused (rejected)") {
		t.Errorf("approve = %v", err)
	}
	r.expire(0)
	// No pass has ended: 177, 181.
	seen.are(t, "rejected rejected", "dispose rejected")
	if n := r.items.Runs("create_item"); n != 0 {
		t.Errorf("create_item ran %d times", n)
	}
}

func TestB188RunningLeftByADeadExecutorExpires(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	dying := r.server.Conn()
	r.start(func(c *executor.Config) { c.Conn, c.AckWait = dying, time.Minute })
	id := r.begin(execution.Request{Code: `async () => { await items.add_note("a"); await items.hold() }`})
	natstest.Eventually(t, "the second call", func() bool { return r.items.Runs("hold") == 1 })
	dying.Close()
	r.start(nil)
	seen := r.watch(id)
	r.expireAll(id)
	rec := r.get(id)
	if rec.Status != execution.Error || rec.Error != "Expired while running" || rec.Failure == nil || rec.Failure.Reason != execution.ReasonExpired {
		t.Errorf("record %+v, failure %+v", rec, rec.Failure)
	}
	if got, want := states(rec.Calls), "items.add_note applied items.hold unknown"; got != want {
		t.Errorf("calls %s, want %s", got, want)
	}
	r.expire(0)
	seen.are(t, "stop error", "error error", "dispose rejected")
}

func TestRunningPassIsSupersededByItsExpiry(t *testing.T) {
	t.Parallel()
	r := up(t)
	id := r.begin(execution.Request{Code: `async () => { await items.hold(); await items.add_note("late") }`})
	natstest.Eventually(t, "the call", func() bool { return r.items.Runs("hold") == 1 })
	r.expireAll(id)
	r.items.Release()
	r.drained()
	if rec := r.get(id); rec.Status != execution.Error || rec.Failure.Reason != execution.ReasonExpired || r.items.Runs("add_note") != 0 {
		t.Errorf("record %+v, %d notes", rec, r.items.Runs("add_note"))
	}
}

func TestB186WhatHasATimeOfItsOwnDoesNotExpire(t *testing.T) {
	t.Parallel()
	r := up(t)
	hour := time.Now().Add(time.Hour)
	later := r.begin(execution.Request{Code: "1", StartAt: &hour})
	again := r.begin(execution.Request{Code: `async () => items.retry_later({ms: 3600000})`})
	for id, want := range map[execution.ID]execution.Status{later: execution.Sleeping, again: execution.Retrying} {
		natstest.Eventually(t, "status "+string(want), func() bool {
			rec, err := r.client.Get(t.Context(), id)
			return err == nil && rec.Status == want
		})
	}
	o := r.paused(gated)
	r.expireAll(o.ExecutionID)
}
