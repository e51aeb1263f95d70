package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/executor"
	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
)

// Section 3: calls that need a person's yes.

func TestB048B049GatedCallPauses(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.paused(`async () => { await items.create_item({title: "hello"}); await items.echo("after") }`)
	if len(o.Pending) != 1 {
		t.Fatalf("pending %+v", o.Pending)
	}
	if p := o.Pending[0]; p.ExecutionID != o.ExecutionID || p.Seq != 0 || p.Connector != "items" || p.Method != "create_item" {
		t.Errorf("pending %+v", p)
	}
	equalJSON(t, "args", o.Pending[0].Args, `{"title": "hello"}`)
	r.entries(o.Calls, "items.create_item pending")
	r.runs(map[string]int{"create_item": 0, "echo": 0})
}

func TestB050ApprovedCallRunsOnce(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.paused(`async () => await items.create_item({title: "hello"})`)
	r.completed(r.approve(o.ExecutionID), `{"id": 1, "title": "hello"}`)
	if got := r.items.Created(); len(got) != 1 || string(got[0]) != `{"title":"hello"}` {
		t.Errorf("created %s", got)
	}
}

// An approval is about all that waits, or about one call; the approver may edit its
// arguments.
func TestB051WhatAnApprovalIsAbout(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.paused(`async () => await Promise.all([items.create_item({title: "a"}), items.create_item({title: "b"})])`)
	seq := 1
	got, err := r.decide(control.Approval{ID: o.ExecutionID, Seq: &seq, Args: json.RawMessage(`{"title": "B"}`)})
	if err != nil {
		t.Fatal(err)
	}
	r.status(got, execution.Paused)
	r.entries(got.Calls, "items.create_item pending items.create_item applied")
	got = r.approve(o.ExecutionID)
	r.completed(got, `[{"id": 2, "title": "a"}, {"id": 1, "title": "B"}]`)
	equalJSON(t, "args", got.Calls[1].Args, `{"title": "b"}`)
	equalJSON(t, "approved args", got.Calls[1].ApprovedArgs, `{"title": "B"}`)
	if _, err := r.decide(control.Approval{}); !errors.Is(err, control.ErrBadRequest) {
		t.Errorf("approve nothing = %v", err)
	}
}

func TestB052TwoGatesInSequence(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.paused(`async () => [await items.create_item({title: "a"}), await items.create_item({title: "b"})]`)
	o = r.approve(o.ExecutionID)
	r.status(o, execution.Paused)
	if len(o.Pending) != 1 || o.Pending[0].Seq != 1 {
		t.Errorf("pending %+v", o.Pending)
	}
	r.completed(r.approve(o.ExecutionID), `[{"id": 1, "title": "a"}, {"id": 2, "title": "b"}]`)
	r.runs(map[string]int{"create_item": 2})
}

// conflict checks that an approval is refused because the execution has that status,
// and changes nothing.
func (r *rig) conflict(id execution.ID, status string) {
	r.t.Helper()
	before := r.state(id)
	_, err := r.decide(control.Approval{ID: id})
	if !errors.Is(err, control.ErrConflict) || !strings.Contains(err.Error(), "not paused ("+status+")") {
		r.t.Errorf("approve of %s = %v", status, err)
	}
	if now := r.state(id); now.Revision != before.Revision {
		r.t.Errorf("the state of one that is %s was written", status)
	}
	if p := r.pending(""); len(p) != 0 {
		r.t.Errorf("pending %+v", p)
	}
}

func TestB053ApproveWhatIsNotPaused(t *testing.T) {
	t.Parallel()
	r := up(t)
	r.conflict(r.run(`1`).ExecutionID, "completed")
	r.conflict(r.run(`items.boom()`).ExecutionID, "error")
	o := r.paused(`items.create_item({})`)
	r.reject(o.ExecutionID, 0)
	r.conflict(o.ExecutionID, "rejected")
	r.runs(map[string]int{"create_item": 0})
}

func TestB054ApproveAnUnknownID(t *testing.T) {
	t.Parallel()
	r := up(t)
	_, err := r.decide(control.Approval{ID: "01ARZ3NDEKTSV4RRFFQ69G5FAV"})
	if !errors.Is(err, control.ErrNotFound) || !strings.Contains(err.Error(), "no execution 01ARZ3NDEKTSV4RRFFQ69G5FAV") {
		t.Errorf("approve = %v", err)
	}
}

// Of two that approve at once one is told that he was late.
func TestB055TwoApprovals(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	patient := func(c *executor.Config) { c.AckWait = time.Minute } // neither takes over from the other
	r.start(patient)
	r.start(patient) // two executors answer
	for range 10 {
		o := r.paused(`async () => await items.create_item({title: "x"})`)
		var errs [2]error
		var both sync.WaitGroup
		for i := range errs {
			both.Go(func() {
				_, errs[i] = r.decide(control.Approval{ID: o.ExecutionID})
			})
		}
		both.Wait()
		late := errs[0]
		if late == nil {
			late = errs[1]
		}
		if (errs[0] == nil) == (errs[1] == nil) || !errors.Is(late, control.ErrConflict) || !strings.Contains(late.Error(), "not paused") {
			t.Fatalf("approvals = %v, %v", errs[0], errs[1])
		}
		r.reach(o.ExecutionID, execution.Completed)
	}
	r.runs(map[string]int{"create_item": 10})
}

func TestB056B058RejectedCallEndsTheExecution(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.paused(`async () => { await items.add_note("n"); await items.create_item({title: "x"}) }`)
	if !r.reject(o.ExecutionID, 1) {
		t.Fatal("not rejected")
	}
	rec := r.get(o.ExecutionID)
	if rec.Status != execution.Rejected || !strings.Contains(rec.Error, "items.create_item was rejected by the user") {
		t.Errorf("status %s, error %q", rec.Status, rec.Error)
	}
	r.entries(rec.Calls, "items.add_note applied items.create_item reverted")
	if got := r.items.Notes(); len(got) != 1 || got[0] != `"n"` {
		t.Errorf("notes %q: an applied call was undone", got)
	}
	r.runs(map[string]int{"create_item": 0})
}

func TestB057RejectWhatIsNotPending(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.paused(gated)
	before := r.state(o.ExecutionID).Revision
	if r.reject(o.ExecutionID, 999) || r.reject(o.ExecutionID, 0) || r.reject("01ARZ3NDEKTSV4RRFFQ69G5FAV", 0) {
		t.Error("rejected what is not pending")
	}
	if now := r.state(o.ExecutionID).Revision; now != before {
		t.Error("the state was written")
	}
	r.completed(r.approve(o.ExecutionID), `{"before": [], "created": {"id": 1, "title": "hello"}}`)
	if r.reject(o.ExecutionID, 1) {
		t.Error("rejected a completed execution")
	}
	o = r.paused(`items.create_item({})`)
	if !r.reject(o.ExecutionID, 0) || r.reject(o.ExecutionID, 0) {
		t.Error("not rejected exactly once")
	}
}

// A rejection that comes while the approved call is made is too late.
func TestB059RejectAnApprovedCall(t *testing.T) {
	t.Parallel()
	r, h := newRig(t), newHeld(t)
	pay := method("pay", func(ctx context.Context, _ connector.Call, _ int) (json.RawMessage, error) {
		return json.RawMessage(`"paid"`), h.wait(ctx, true)
	})
	pay.RequiresApproval = true
	_, own := newTools("own", pay)
	r.start(nil, own)
	o := r.paused(`async () => await own.pay()`)
	done := make(chan execution.Outcome, 1)
	go func() { done <- r.approve(o.ExecutionID) }()
	until(t, "the call", h.entered)
	if rec := r.get(o.ExecutionID); rec.Status != execution.Running || rec.Calls[0].State != execution.Executing {
		t.Errorf("status %s, entry %+v", rec.Status, rec.Calls[0])
	}
	rejected := make(chan bool, 1)
	go func() { rejected <- r.reject(o.ExecutionID, 0) }()
	h.free()
	if receive(t, "the rejection", rejected) {
		t.Error("rejected")
	}
	r.completed(receive(t, "the outcome", done), `"paid"`)
}

func TestB060B061PendingOfAll(t *testing.T) {
	t.Parallel()
	r := up(t)
	a := r.paused(`items.create_item({title: "A"})`)
	b := r.paused(`items.create_item({title: "B"})`)
	all := r.pending("")
	if len(all) != 2 || all[0].ExecutionID != b.ExecutionID || all[1].ExecutionID != a.ExecutionID {
		t.Fatalf("pending %+v", all)
	}
	equalJSON(t, "args", all[0].Args, `{"title": "B"}`)
	if p := r.pending(a.ExecutionID); len(p) != 1 || p[0].ExecutionID != a.ExecutionID {
		t.Errorf("pending of one %+v", p)
	}
	if p := r.pending("01ARZ3NDEKTSV4RRFFQ69G5FAV"); len(p) != 0 {
		t.Errorf("pending of an unknown one %+v", p)
	}
}

// An execution that ended with an entry that is pending has nothing pending.
func TestB062OnlyPausedOnesArePending(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.paused(divergent)
	r.failed(r.approve(o.ExecutionID), "divergence")
	r.entries(r.get(o.ExecutionID).Calls, "items.read_counter applied items.create_item pending")
	if p := append(r.pending(""), r.pending(o.ExecutionID)...); len(p) != 0 {
		t.Errorf("pending %+v", p)
	}
}

// divergent calls something else in its second pass.
const divergent = `async () => { const r = await items.read_counter(); await items.create_item({title: "t" + r.reads}) }`

// Nothing is thrown at a gate: what does not depend on it goes on, and cannot go past it.
func TestB063B064GateStaysOpen(t *testing.T) {
	t.Parallel()
	r := up(t)
	const code = `async () => {
		const gate = (async () => { try { return await items.create_item({title: "x"}) } catch (e) { await items.echo("caught"); return "caught" } finally { await items.echo("finally") } })()
		const other = await items.echo("other")
		await codemode.step("s", () => 1)
		return [await gate, other]
	}`
	o := r.paused(code)
	r.entries(o.Calls, "items.create_item pending items.echo applied __step.s applied")
	if len(o.Pending) != 1 || o.Pending[0].Seq != 0 {
		t.Errorf("pending %+v", o.Pending)
	}
	r.completed(r.approve(o.ExecutionID), `[{"id": 1, "title": "x"}, "other"]`)
}

// A gate that the code did not wait for is withdrawn when it completes.
func TestB063GateThatNobodyWaitsForIsWithdrawn(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.run(`async () => { items.create_item({title: "x"}); return "done" }`)
	r.completed(o, `"done"`)
	r.entries(o.Calls, "items.create_item reverted")
	r.runs(map[string]int{"create_item": 0})
}

// An execution is approved only where its connectors are.
func TestB065ApproveWithoutTheConnector(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	_, own := newTools("own", method("echo", echo))
	stop := r.start(nil, own)
	o := r.paused(`items.create_item({title: "x"})`)
	stop()
	stop = r.startWith(nil, own)
	_, err := r.decide(control.Approval{ID: o.ExecutionID})
	if !errors.Is(err, control.ErrConflict) || !strings.Contains(err.Error(), `requires connector(s) "items"`) {
		t.Errorf("approve = %v", err)
	}
	if got := r.get(o.ExecutionID).Status; got != execution.Paused {
		t.Errorf("status %s", got)
	}
	stop()
	r.start(nil, own)
	r.completed(r.approve(o.ExecutionID), `{"id": 1, "title": "x"}`)
}

// Gates issued together are pending together, and each approved call runs once.
func TestB066B067ParallelGates(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.paused(`async () => await Promise.all([items.create_item({title: "a"}), items.create_item({title: "b"})])`)
	if len(o.Pending) != 2 || o.Pending[0].Seq != 0 || o.Pending[1].Seq != 1 {
		t.Errorf("pending %+v", o.Pending)
	}
	o = r.approve(o.ExecutionID)
	r.status(o, execution.Completed)
	r.entries(o.Calls, "items.create_item applied items.create_item applied")
	r.runs(map[string]int{"create_item": 2})
}

func TestB068B103GatedAndReexecutedIsRefused(t *testing.T) {
	t.Parallel()
	both := method("both", echo)
	both.RequiresApproval, both.Reexecute = true, true
	_, own := newTools("own", both)
	_, err := connector.NewSet(connector.SetConfig{Connectors: []connector.Named{own}})
	if !errors.Is(err, connector.ErrBadMethod) || !strings.Contains(err.Error(), "cannot be combined") {
		t.Errorf("new set = %v", err)
	}
}
