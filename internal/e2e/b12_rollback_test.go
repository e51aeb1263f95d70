package e2e

import (
	"testing"

	"github.com/reprise-run/reprise/pkg/execution"
)

// Section 12: rollback. More of it is in rollback_test.go.

func TestB098B163B164B165B166Rollback(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	own, named := newTools("own", method("kept", echo))
	own.list = append(own.list, method("undone", echo))
	own.list[1].Reverts = true
	r.start(nil, named)
	o := r.paused(`async () => { await items.list_items(); await codemode.step("s", () => 1); await items.add_note("first"); await own.kept(1); await own.undone({a: 1}); await items.create_item({title: "second"}) }`)
	r.status(r.approve(o.ExecutionID), execution.Completed)
	rec := r.rollback(o.ExecutionID)
	r.is(rec, execution.RolledBack, 3, 0)
	r.entries(rec.Calls, "items.list_items applied __step.s applied items.add_note reverted own.kept applied own.undone reverted items.create_item reverted")
	if got := r.items.Deleted(); len(got) != 1 || string(got[0]) != `{"id":1,"title":"second"}` {
		t.Errorf("undone with the results %s", got)
	}
	if got := own.Reverted(); len(got) != 1 || got[0] != (reverted{"undone", `{"a":1}`, `{"a":1}`}) {
		t.Errorf("undone %+v", got)
	}
}

// Such a call has no recorded result: its undo gets none.
func TestB104UndoOfAReexecutedCall(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	read := method("read", echo)
	read.Reexecute, read.Reverts = true, true
	own, named := newTools("own", read)
	r.start(nil, named)
	o := r.run(`async () => await own.read(1)`)
	r.is(r.rollback(o.ExecutionID), execution.RolledBack, 1, 0)
	if got := own.Reverted(); len(got) != 1 || got[0] != (reverted{"read", `1`, ``}) {
		t.Errorf("undone %+v", got)
	}
}

func TestB167B172RollbackThatFailsInPart(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.run(`async () => { await items.add_note("a"); await items.stuck_note("b"); await items.add_note("c") }`)
	rec := r.rollback(o.ExecutionID)
	r.is(rec, execution.RolledBack, 2, 1)
	r.entries(rec.Calls, "items.add_note reverted items.stuck_note applied items.add_note reverted")
	if f := rec.Rollback.Failed[0]; f.Connector != "items" || f.Method != "stuck_note" || f.Message != "stuck" {
		t.Errorf("failed %+v", f)
	}
	r.is(r.rollback(o.ExecutionID), execution.RolledBack, 1, 0)
	r.runs(map[string]int{"revert add_note": 2, "revert stuck_note": 2})
}

func TestB168RollbackOfNothing(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.told(`async () => await items.list_items()`)
	w := r.watch(o.ExecutionID)
	if rec := r.rollback(o.ExecutionID); rec.Status != execution.Completed {
		t.Errorf("status %s", rec.Status)
	}
	r.run(`1`)
	if n := len(w.named(execution.EventDispose)); n != 0 {
		t.Errorf("disposed %d times", n)
	}
}

func TestB169B170RollbackOfPausedAndRejected(t *testing.T) {
	t.Parallel()
	r := up(t)
	const code = `async () => { await items.add_note("a"); await items.create_item({}) }`
	o := r.paused(code)
	r.is(r.rollback(o.ExecutionID), execution.RolledBack, 1, 0)
	r.conflict(o.ExecutionID, "rolled_back")
	o = r.paused(code)
	r.reject(o.ExecutionID, 1)
	text := r.get(o.ExecutionID).Error
	rec := r.rollback(o.ExecutionID)
	r.is(rec, execution.RolledBack, 1, 0)
	if text == "" || rec.Error != text {
		t.Errorf("error %q, want %q", rec.Error, text)
	}
}

func TestB160ContextOfAnUndoing(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.run(`async () => { await items.add_note("a"); await items.add_note("b") }`)
	r.rollback(o.ExecutionID)
	r.eventually("the end of the contexts", func() bool { return r.items.UndoingsEnded() == 2 })
}
