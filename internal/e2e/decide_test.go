package e2e

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
)

const gated = `async () => { const before = await items.list_items(); const created = await items.create_item({title: "hello"}); return {before, created} }`

func TestApprovedCallIsMadeOnce(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.paused(gated)
	if len(o.Pending) != 1 || o.Pending[0].Seq != 1 || o.Pending[0].Kind != execution.PendingApproval || len(r.items.Created()) != 0 {
		t.Fatalf("pending %+v, created %d", o.Pending, len(r.items.Created()))
	}
	r.completed(r.approve(o.ExecutionID), `{"before": [], "created": {"id": 1, "title": "hello"}}`)
	if n := r.items.Runs("create_item"); n != 1 {
		t.Errorf("create_item ran %d times, want 1", n)
	}
	e := r.get(o.ExecutionID).Calls[1]
	if e.State != execution.Applied || e.Decision == nil || e.Decision.Verdict != execution.Approved || e.Decision.As != "ann" || e.Decision.At == nil {
		t.Errorf("entry %+v, decision %+v", e, e.Decision)
	}
}

func TestApproverEditsTheArguments(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.paused(gated)
	got, err := r.client.Approve(t.Context(), control.Approval{ID: o.ExecutionID, Args: json.RawMessage(`{"title": "better"}`), As: "ann"}, control.Follow{})
	if err != nil {
		t.Fatalf("approve: %v", err)
	}
	r.completed(got, `{"before": [], "created": {"id": 1, "title": "better"}}`)
	e := r.get(o.ExecutionID).Calls[1]
	equalJSON(t, "args", e.Args, `{"title": "hello"}`)
	equalJSON(t, "approvedArgs", e.ApprovedArgs, `{"title": "better"}`)
}

func TestRejectedCallIsNeverMade(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.paused(gated)
	for _, want := range []bool{true, false} {
		if got, err := r.client.Reject(t.Context(), o.ExecutionID, nil, "too dear", "bob"); err != nil || got != want {
			t.Fatalf("reject = %v, %v, want %v", got, err, want)
		}
	}
	rec := r.get(o.ExecutionID)
	if rec.Status != execution.Rejected || !strings.Contains(rec.Error, "items.create_item was rejected by the user bob: too dear") {
		t.Errorf("status %s, error %q", rec.Status, rec.Error)
	}
	if got, want := states(rec.Calls), "items.list_items applied items.create_item reverted"; got != want {
		t.Errorf("calls %s, want %s", got, want)
	}
	_, err := r.client.Approve(t.Context(), control.Approval{ID: o.ExecutionID}, control.Follow{})
	if !errors.Is(err, control.ErrConflict) || !strings.Contains(err.Error(), "not paused (rejected)") {
		t.Errorf("approve = %v", err)
	}
}

func TestClientResolvesACall(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.paused(`async () => { try { return await items.supplied({q: 1}) } catch (e) { return e.name + ": " + e.message } }`)
	if o.Pending[0].Kind != execution.PendingClient {
		t.Fatalf("pending %+v", o.Pending)
	}
	_, err := r.client.Approve(t.Context(), control.Approval{ID: o.ExecutionID}, control.Follow{})
	if !errors.Is(err, control.ErrConflict) || !strings.Contains(err.Error(), "resolve it") {
		t.Errorf("approve = %v, want to be told to resolve", err)
	}
	got, err := r.client.Resolve(t.Context(), control.Resolution{ID: o.ExecutionID, Seq: 0, Result: json.RawMessage(`{"a": 1}`)}, control.Follow{})
	if err != nil {
		t.Fatalf("resolve: %v", err)
	}
	r.completed(got, `{"a": 1}`)
	if n := r.items.Runs("supplied"); n != 0 {
		t.Errorf("ran %d times, want 0", n)
	}
}
