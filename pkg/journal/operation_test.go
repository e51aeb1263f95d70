package journal

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
)

// waiting is an execution that waits for all that one can wait for.
func waiting(status execution.Status) State {
	due := time.UnixMilli(5000).UTC()
	return State{
		Status: status, Attempt: 4, Try: 2, Pending: []int{1}, Waits: []Wait{{Seq: 1}}, RetryAt: &due, DelayMs: 700,
		Error: "before", Result: NewValue(json.RawMessage(`1`)), LostPasses: 1,
	}
}

// undoing is the state of the pass that undoes in the place of s.
func undoing(s State) State {
	s = s.Rollback("ann", time.UnixMilli(9000))
	s.Status, s.Attempt = execution.Running, s.Attempt+1
	return s
}

func TestRollbackThatUndidNothingLeavesWhatWasBefore(t *testing.T) {
	t.Parallel()
	for before, want := range map[execution.Status]execution.Status{
		execution.Completed: execution.Completed, execution.Error: execution.Error, execution.Paused: execution.Paused,
		execution.Retrying: execution.Retrying, execution.Sleeping: execution.Sleeping, execution.Queued: execution.Queued,
		execution.Running: execution.Queued, // its pass was superseded
		execution.Waiting: execution.Queued, // a signal may have come
	} {
		s := waiting(before)
		asked := s.Rollback("ann", time.UnixMilli(9000))
		if asked.Status != execution.Queued || !asked.Undoing() || asked.RetryAt != nil || asked.Try != 1 || asked.LostPasses != 0 {
			t.Errorf("%s: asked %+v", before, asked)
		}
		got := undoing(s).EndRollback(execution.Rollback{})
		if got.Status != want || got.Undoing() || !got.Operation.Done || got.Operation.As != "ann" || got.Try != 2 || got.Error != "before" || got.Result == nil {
			t.Errorf("%s: got %+v, operation %+v", before, got, got.Operation)
		}
		if waits := before != execution.Waiting; waits != (len(got.Waits) == 1 && len(got.Pending) == 1 && got.RetryAt != nil && got.DelayMs == 700) {
			t.Errorf("%s: waits for %+v, due %v", before, got.Waits, got.RetryAt)
		}
	}
	s := waiting(execution.Paused)
	s.Signals = []string{"go"}
	if got := undoing(s).EndRollback(execution.Rollback{}); got.Status != execution.Queued {
		t.Errorf("paused, and waiting for a signal: got %s, want queued", got.Status)
	}
}

func TestRolledBackWaitsForNothing(t *testing.T) {
	t.Parallel()
	got := undoing(waiting(execution.Paused)).EndRollback(execution.Rollback{Reverted: 1})
	if got.Status != execution.RolledBack || got.Pending != nil || got.Waits != nil || got.RetryAt != nil || got.Error != "before" || got.Result == nil {
		t.Errorf("got %+v", got)
	}
}

func TestCancelDuringARollbackChangesItsEnd(t *testing.T) {
	t.Parallel()
	s := undoing(waiting(execution.Paused)).CancelAfter("cancelled by bob")
	s.Attempt++
	got := s.EndRollback(execution.Rollback{})
	if got.Status != execution.Cancelled || got.Error != "cancelled by bob" || got.Waits != nil || got.RetryAt != nil || !got.Operation.Cancels {
		t.Errorf("got %+v, operation %+v", got, got.Operation)
	}
}

// Passes that undo are none of the code: what the last one of those replayed and printed
// stays said of it.
func TestViewOfARollback(t *testing.T) {
	t.Parallel()
	during := undoing(waiting(execution.Completed))
	end := during.EndRollback(execution.Rollback{Reverted: 1})
	second := undoing(end)
	resumed := undoing(waiting(execution.Paused)).EndRollback(execution.Rollback{})
	next := resumed
	next.Status, next.Attempt = execution.Running, resumed.Attempt+1
	for name, c := range map[string]struct {
		s    State
		want View
	}{
		"under way":         {during, View{Attempt: 4}},
		"rolled back":       {end, View{Attempt: 4, Failed: true, Withdrawn: true}},
		"the second one":    {second, View{Attempt: 4}},
		"nothing undone":    {resumed, View{Attempt: 4}},
		"the next pass":     {next, View{Attempt: 6, Running: true}},
		"cancelled":         {waiting(execution.Running).Cancel("no"), View{Attempt: 4, Failed: true, Withdrawn: true}},
		"one without it":    {waiting(execution.Running), View{Attempt: 4, Running: true}},
		"asked, not begun":  {waiting(execution.Running).Rollback("ann", time.Now()), View{Attempt: 4}},
		"asked, was paused": {waiting(execution.Paused).Rollback("ann", time.Now()), View{Attempt: 4}},
	} {
		if got := c.s.View(); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

// The report is part of the state, so it does not grow with the number of failures.
func TestReportOfManyFailuresIsBounded(t *testing.T) {
	t.Parallel()
	l := new(Log)
	for seq := range 10_000 {
		l.Entries = append(l.Entries, Entry{
			Intent: Intent{Seq: seq, Connector: "x", Method: "do"}, Mark: MarkApplied, RevertBy: 3,
			RevertError: &execution.CallError{Message: strings.Repeat("<", 30_000)},
		})
	}
	r := l.Undone(2)
	text, err := json.Marshal(r)
	if err != nil || len(text) > 500<<10 || len(r.Failed) != listedFailures || !strings.HasPrefix(r.Error, "rollback: 0 reverted, 10000 failed: x.do: <<") {
		t.Errorf("%d bytes, %d listed, %.60s: %v", len(text), len(r.Failed), r.Error, err)
	}
	if !strings.HasSuffix(r.Error, "; 9950 more") {
		t.Errorf("the text does not say how many more: …%s", r.Error[len(r.Error)-40:])
	}
}
