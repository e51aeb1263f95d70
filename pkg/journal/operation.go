package journal

import (
	"strings"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
)

// Operation is durable work on an execution other than running its code: the
// undoing of what it did.
type Operation struct {
	execution.Rollback

	// Then is the status when nothing was undone: the one before.
	Then execution.Status `json:"then"`

	// Cancels says that the execution ends `cancelled` then, which it was not before.
	Cancels bool `json:"cancels,omitempty"`

	At int64 `json:"at"` // when it was asked for, in milliseconds since 1970

	// After is the attempt after which it was asked for: its passes have larger ones.
	// Ran is the attempt of the last pass that ran the code, and Last, once it is
	// done, that of its own last one.
	After int `json:"after"`
	Ran   int `json:"ran"`
	Last  int `json:"last,omitempty"`

	// Again is the seq whose undoing asked for a retry; the state's Try counts its tries.
	Again *int `json:"again,omitempty"`

	// Try, RetryAt and DelayMs are the execution's own, for when nothing was undone.
	Try     int        `json:"try"`
	RetryAt *time.Time `json:"retryAt,omitempty"`
	DelayMs int64      `json:"delayMs,omitempty"`
}

// Undoing reports whether a pass of this state undoes instead of running the code.
func (s State) Undoing() bool { return s.Operation != nil && !s.Operation.Done }

// Rollback returns the state of an execution whose calls are to be undone (R16): it is
// queued for a pass that does that. What it waited for, and said, stays on it.
func (s State) Rollback(as string, at time.Time) State {
	op := &Operation{
		Rollback: execution.Rollback{As: as}, Then: s.Status, At: at.UnixMilli(), After: s.Attempt, Ran: s.View().Attempt,
		Try: s.Try, RetryAt: s.RetryAt, DelayMs: s.DelayMs,
	}
	if op.Then == execution.Running {
		op.Then = execution.Queued // its pass is superseded; another one goes on
	}
	s.Operation, s.Status = op, execution.Queued
	s.Try, s.LostPasses, s.Progress, s.RetryAt, s.DelayMs = 1, 0, 0, nil, 0
	return s
}

// Cancel returns the state of an execution that a person stopped. Calls that wait are
// never made; of those in flight nobody will hear.
func (s State) Cancel(text string) State {
	s.Status = execution.Cancelled
	return s.cancelled(text)
}

// CancelAfter returns the state of an execution under a rollback that ends as
// cancelled when nothing was undone.
func (s State) CancelAfter(text string) State {
	op := *s.Operation
	op.Then, op.Cancels = execution.Cancelled, true
	s.Operation, s.Status = &op, execution.Queued
	op.Try, op.RetryAt, op.DelayMs = 1, nil, 0
	return s.cancelled(text)
}

func (s State) cancelled(text string) State {
	s.Error, s.Failure, s.Failed, s.Result, s.Omitted = text, nil, nil, nil, false
	return s.waitingForNothing()
}

func (s State) waitingForNothing() State {
	s.Pending, s.Waits, s.Signals, s.RetryAt, s.DelayMs = nil, nil, nil, nil, 0
	return s
}

// EndRollback returns the state at the end of the operation, with its report: rolled
// back where anything was undone, else as it was before.
func (s State) EndRollback(report execution.Rollback) State {
	op := *s.Operation
	report.Done, report.As = true, op.As
	op.Rollback, op.Last, op.Again = report, s.Attempt, nil
	s.Operation, s.Try, s.RetryAt, s.DelayMs = &op, op.Try, op.RetryAt, op.DelayMs
	switch {
	case report.Reverted > 0:
		s.Status = execution.RolledBack
		return s.waitingForNothing()
	case op.Then == execution.Waiting || len(s.Signals) > 0:
		s.Status = execution.Queued // a signal may have come meanwhile: a pass looks
		s.RetryAt, s.DelayMs = nil, 0
		s.Pending, s.Waits, s.Signals = nil, nil, nil
	default:
		s.Status = op.Then
	}
	return s
}

// Undoable reports whether the entry is a call that was applied and not undone.
func (e *Entry) Undoable() bool {
	return e.Connector != execution.StepConnector && e.Mark == MarkApplied && !e.Reverted
}

// Undone reports on the undoing so far: what was undone, and what could not be, by
// passes after the given attempt.
func (l *Log) Undone(after int) execution.Rollback {
	var r execution.Rollback
	failed := 0
	for i := len(l.Entries) - 1; i >= 0; i-- {
		e := &l.Entries[i]
		switch {
		case e.RevertBy <= after:
		case e.Reverted:
			r.Reverted++
		case e.RevertError != nil:
			if failed++; failed <= listedFailures {
				r.Failed = append(r.Failed, execution.FailedRevert{
					Seq: e.Seq, Connector: e.Connector, Method: e.Method, Message: clip(e.RevertError.Message, failureBytes),
				})
			}
		}
	}
	r.Error = r.Problem(failed)
	return r
}

// The report is part of the state: it lists so many failures, each so long.
const (
	listedFailures = 50
	failureBytes   = 512
)

func clip(text string, n int) string {
	if len(text) <= n {
		return text
	}
	return strings.ToValidUTF8(text[:n], "") + "…"
}
