package runner

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
)

// applied writes an execution that ended with one applied call, and that it is to be
// rolled back.
func (x *rig) applied(id execution.ID, method string, change func(*journal.State)) journal.Revision {
	x.t.Helper()
	s := journal.State{Status: execution.Completed, Attempt: 1, Try: 1, Seed: string(id), StartedAt: time.Now(), Connectors: []string{"items"}}
	rev := x.put(id, 0, s)
	_, err := x.s.Journal().Append(x.t.Context(), x.key(id), rev, 0, journal.Record{
		Attempt: 1, Issued: []journal.Intent{{Connector: "items", Method: method}},
		Done: []journal.Completion{{Mark: journal.MarkApplied, Result: journal.NewValue(json.RawMessage(`{"index": 0}`)), Attempt: 1}},
	})
	if err != nil {
		x.t.Fatal(err)
	}
	s = s.Rollback("ann", time.Now())
	s.Carrier.Spent = true
	if change != nil {
		change(&s)
	}
	return x.put(id, rev, s)
}

// woken sends a wake and returns its delivery.
func (x *rig) woken(id execution.ID, rev journal.Revision) *stream.Delivery {
	x.t.Helper()
	if err := x.s.Wake(x.t.Context(), x.key(id), stream.WakeRollback, rev); err != nil {
		x.t.Fatal(err)
	}
	return x.next()
}

// R5: a rollback whose passes die one after the other is given up, with a report; it
// is no failure of the execution.
func TestRollbackIsGivenUpAfterLostPasses(t *testing.T) {
	t.Parallel()
	x, id := newRig(t, func(c *Config) { c.MaxLostPasses = 3 }), newID()
	d := x.woken(id, x.applied(id, "add_note", nil))
	stored := x.state(id)
	s := stored.State
	s.Status, s.Attempt, s.LostPasses, s.Progress, s.Carrier = execution.Running, 4, 2, 1, journal.Carrier{Seq: d.Seq}
	x.put(id, stored.Revision, s)
	x.age(id)
	x.handle(d)
	x.gone(d)
	got := x.state(id).State
	if got.LostPasses != 0 {
		t.Errorf("%d lost passes are left to whoever goes on", got.LostPasses)
	}
	if got.Status != execution.Completed || got.Undoing() || !strings.HasPrefix(got.Operation.Error, "rollback: given up: 3 passes in a row were lost") {
		t.Errorf("state %+v, operation %+v", got, got.Operation)
	}
	if n := x.items.Runs("revert add_note"); n != 0 {
		t.Errorf("undone %d times", n)
	}
}

// R17: what another executor can undo is left to it for a while; connectors that have
// nothing to undo do not matter.
func TestRollbackWithoutTheConnectorIsHandedOn(t *testing.T) {
	t.Parallel()
	x := newRig(t, nil)
	y, err := New(Config{Stream: x.s, Engine: x.r.cfg.Engine, Name: "executor-2", Connectors: func() []string { return []string{"other"} }})
	if err != nil {
		t.Fatal(err)
	}
	id := newID()
	d := x.woken(id, x.applied(id, "add_note", nil))
	before := x.state(id)
	y.handle(t.Context(), x.q, d)
	if got := x.state(id); got.Revision != before.Revision || !x.queued(d.Seq) {
		t.Errorf("state %+v, queued %v: want it handed on", got.State, x.queued(d.Seq))
	}
	id = newID()
	d = x.woken(id, x.applied(id, "add_note", func(s *journal.State) { s.Connectors = []string{"items", "unused"} }))
	x.handle(d)
	x.gone(d)
	if got := x.state(id).State; got.Undoing() || len(got.Operation.Failed) != 1 { // there is no note
		t.Errorf("state %+v, operation %+v", got, got.Operation)
	}
}

// A rollback that lost its message is woken by the sweeper.
func TestSweepWakesARollback(t *testing.T) {
	t.Parallel()
	x, id := newRig(t, func(c *Config) { c.Overdue = time.Millisecond }), newID()
	x.applied(id, "add_note", nil)
	x.older(id, time.Millisecond)
	if n, err := x.r.Sweep(t.Context(), "default"); err != nil || n != 1 {
		t.Fatalf("Sweep = %d, %v, want 1", n, err)
	}
	x.handle(x.next())
	if got := x.state(id).State; got.Undoing() || x.items.Runs("revert add_note") != 1 {
		t.Errorf("state %+v, undone %d times", got, x.items.Runs("revert add_note"))
	}
}
