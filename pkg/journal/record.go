package journal

import (
	"fmt"
	"strconv"

	"github.com/reprise-run/reprise/pkg/execution"
)

// Record is one numbered write of a pass: what the code has seen since the last
// one, and what the pass is about to do. Times are milliseconds since 1970.
type Record struct {
	Attempt int   `json:"attempt"`
	At      int64 `json:"at"`

	// Issued are the calls and steps that the code issued for the first time, by
	// seq without a gap. Those without Pending are executed by this pass.
	Issued []Intent `json:"issued,omitempty"`

	// Started are earlier entries that this pass executes again, or, with a
	// person's approval, for the first time.
	Started []int `json:"started,omitempty"`

	// Reverting are entries that this pass undoes.
	Reverting []int `json:"reverting,omitempty"`

	// Done are completions in the order in which the code saw, or will see, them.
	Done []Completion `json:"done,omitempty"`
}

// Empty reports whether the record says nothing.
func (r Record) Empty() bool { return len(r.Issued)+len(r.Started)+len(r.Reverting)+len(r.Done) == 0 }

// Intent is a call or step that the code issued.
type Intent struct {
	Seq       int    `json:"seq"`
	Connector string `json:"connector"` // [execution.StepConnector] for a step
	Method    string `json:"method"`    // or the name of the step
	Args      *Value `json:"args,omitempty"`

	Ephemeral        bool                  `json:"ephemeral,omitempty"`
	RequiresApproval bool                  `json:"requiresApproval,omitempty"`
	Pending          execution.PendingKind `json:"pending,omitempty"` // not executed: waits for this

	// Key is the idempotency key; empty: "<id>:<seq>". A fork keeps those of the
	// calls that it copies, and what is issued after a cut gets new ones.
	Key string `json:"key,omitempty"`

	// At is when it was issued, in a copy whose record was written later. 0: the
	// record's own time.
	At int64 `json:"at,omitempty"`
}

// IdempotencyKey returns the key of the call in the execution of this id.
func (in Intent) IdempotencyKey(id execution.ID) string {
	if in.Key != "" {
		return in.Key
	}
	return string(id) + ":" + strconv.Itoa(in.Seq)
}

// Before is the attempt of what the execution that a fork comes from did.
const Before = -1

// Mark says what a completion does to its entry.
type Mark string

// The marks. The code sees the first three; the others take an outcome back.
const (
	MarkApplied Mark = "applied" // it has a result
	MarkFailed  Mark = "failed"  // the connector's or step's own error
	MarkRefused Mark = "error"   // refused by Reprise
	MarkRetry   Mark = "retry"   // known to need another execution
	MarkUnknown Mark = "unknown" // its outcome is open: the method's onUnknown decides

	// A person's words on a call that waits for one. They are no outcomes.
	MarkApproved Mark = "approved" // make the call, with Args where there are any
	MarkRejected Mark = "rejected" // never make it
)

// Delivered reports whether the code sees such a completion.
func (m Mark) Delivered() bool { return m == MarkApplied || m == MarkFailed || m == MarkRefused }

// OpEntry and the others are the kinds of things that complete.
const (
	OpEntry   = ""        // a call or step, numbered by seq
	OpTimer   = "timer"   // a timer, numbered by its own counter
	OpSleep   = "sleep"   // a durable timer, the same
	OpSignal  = "signal"  // a wait for a signal, the same
	OpSnippet = "snippet" // the source of a snippet, the same
	OpRevert  = "revert"  // the undoing of a call, by its seq; the code never sees it
)

// Ref names one thing that completes.
type Ref struct {
	Kind string `json:"kind,omitempty"`
	N    int    `json:"n"`
}

func (r Ref) String() string {
	if r.Kind == OpEntry {
		return fmt.Sprintf("seq %d", r.N)
	}
	return fmt.Sprintf("%s %d", r.Kind, r.N)
}

// Completion is one thing that came to its end.
type Completion struct {
	Ref
	Mark    Mark                 `json:"mark"`
	Result  *Value               `json:"result,omitempty"` // nil for no value, and for ephemeral ones
	Error   *execution.CallError `json:"error,omitempty"`
	At      int64                `json:"at"` // what the clock in the sandbox shows from here on
	Attempt int                  `json:"attempt"`

	// By is who decided, Reason why, and Args what the call is made with instead, of
	// a person's word. Signal is the id of the signal that came, Name what it, or the
	// snippet, was asked for by.
	By     string `json:"by,omitempty"`
	Reason string `json:"reason,omitempty"`
	Args   *Value `json:"args,omitempty"`
	Signal string `json:"signal,omitempty"`
	Name   string `json:"name,omitempty"`

	// Unseen marks one that came when the code had ended: no pass has given it to
	// the code yet.
	Unseen bool `json:"unseen,omitempty"`
}

// Values returns every value of r, to be offloaded or resolved in place.
func (r *Record) Values() []*Value {
	var all []*Value
	for _, in := range r.Issued {
		if in.Args != nil {
			all = append(all, in.Args)
		}
	}
	for _, c := range r.Done {
		for _, v := range []*Value{c.Result, c.Args} {
			if v != nil {
				all = append(all, v)
			}
		}
	}
	return all
}
