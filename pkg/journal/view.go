package journal

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/value"
)

// ShownBytes is the size above which a value appears as {"$object", "bytes"} in
// answers and events. Every larger value is offloaded, so that it can be fetched.
const ShownBytes = 256 << 10

// View says from where the entries are looked at.
type View struct {
	Attempt int  // of the last pass: what an earlier one completed was replayed
	Running bool // that pass is still running
	Failed  bool // the execution ended before it had done what it asked for

	// Withdrawn says that the execution has ended in a way that leaves no call
	// waiting: those that do were never made, and never will be.
	Withdrawn bool
}

// View returns the view of an execution in this state. Passes that undo, and the end
// of their work, leave the calls as the last pass that ran the code left them.
func (s State) View() View {
	v := View{Attempt: s.Attempt, Running: s.Status == execution.Running}
	if op := s.Operation; op != nil && (!op.Done || op.Last == s.Attempt) {
		v.Attempt, v.Running = op.Ran, false
	}
	switch s.Status {
	case execution.Error:
		v.Failed = true
	case execution.Cancelled, execution.RolledBack:
		v.Failed, v.Withdrawn = true, true
	case execution.Completed:
		v.Withdrawn = true
	}
	return v
}

// PendingCalls returns the calls that wait for a person, as people see them. Only a
// paused execution has any.
func (s State) PendingCalls(id execution.ID) []execution.PendingCall {
	if s.Status != execution.Paused {
		return nil
	}
	all := make([]execution.PendingCall, 0, len(s.Waits))
	for _, w := range s.Waits {
		all = append(all, execution.PendingCall{
			ExecutionID: id, Seq: w.Seq, Connector: w.Connector, Method: w.Method, Args: w.Args.Shown(), Kind: w.Kind, Since: moment(w.Since),
		})
	}
	return all
}

// Shown returns the entries as people see them.
func (l *Log) Shown(v View) []execution.Entry {
	all := make([]execution.Entry, len(l.Entries))
	for i := range l.Entries {
		all[i] = l.Entries[i].Shown(v)
	}
	return all
}

// Shown returns the entry as people see it.
func (e *Entry) Shown(v View) execution.Entry {
	running := 0
	if v.Running {
		running = v.Attempt
	}
	shown := execution.Entry{
		Seq: e.Seq, Connector: e.Connector, Method: e.Method,
		Args: e.Args.Shown(), Result: e.Result.Shown(),
		State:            e.State(running, v.Failed),
		RequiresApproval: e.RequiresApproval, Ephemeral: e.Ephemeral,
		Attempt: max(e.StartBy, 0), StartedAt: moment(e.StartAt),
		Replayed: e.Mark.Delivered() && e.DoneBy < v.Attempt && !e.Ephemeral,
	}
	if v.Withdrawn && (shown.State == execution.Pending || e.Mark == "" && e.StartBy == 0) {
		shown.State = execution.Reverted
	}
	shown.ApprovedArgs, shown.Decision = e.ApprovedArgs.Shown(), e.Decision
	if e.Mark.Delivered() || e.StartBy <= e.DoneBy {
		// What an earlier execution of it said is not said of the one under way.
		shown.Error, shown.FinishedAt = e.Error, moment(e.DoneAt)
	}
	return shown
}

// Shown returns v as plain JSON, or as a pointer when it is too large to show;
// nil for no value.
func (v *Value) Shown() json.RawMessage {
	switch {
	case v == nil:
		return nil
	case v.Offloaded():
		return pointer(v.Object, v.Bytes)
	case len(v.JSON) > ShownBytes:
		// The store offloads, or has offloaded, every value of this size by its hash.
		sum := sha256.Sum256(v.JSON)
		return pointer(hex.EncodeToString(sum[:]), len(v.JSON))
	}
	return value.Plain(v.JSON)
}

func pointer(hash string, bytes int) json.RawMessage {
	return fmt.Appendf(nil, `{"$object":%q,"bytes":%d}`, hash, bytes)
}

// moment turns milliseconds since 1970 into a time; 0 gives nil.
func moment(ms int64) *time.Time {
	if ms == 0 {
		return nil
	}
	t := time.UnixMilli(ms).UTC()
	return &t
}
