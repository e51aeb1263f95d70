package execution

import (
	"encoding/json"
	"time"
)

// Kind says what sort of failure ended a pass early.
type Kind string

// The failure kinds. The retry policy chooses by them.
const (
	KindError     Kind = "error"     // the code, or a call, failed
	KindRetryable Kind = "retryable" // a connector asked for a retry
	KindTimeout   Kind = "timeout"   // time ran out; a remote outcome may be unknown
)

// Reason names the cause of a failure for programs. New ones may be added.
type Reason string

// The failure reasons.
const (
	ReasonRequest     Reason = "request"       // the submission is malformed
	ReasonSyntax      Reason = "syntax"        // the source does not parse
	ReasonCode        Reason = "code"          // the code threw, or left a rejection unhandled
	ReasonCall        Reason = "call"          // a connector call failed and the code did not catch it
	ReasonRetries     Reason = "retries"       // the retry budget is used up, or the policy declined
	ReasonPolicy      Reason = "policy"        // a retry callback threw
	ReasonTimeout     Reason = "timeout"       // timeoutMs, the wall clock of the pass
	ReasonDivergence  Reason = "divergence"    // a replay left the recorded path
	ReasonSize        Reason = "size"          // a value is too large to record
	ReasonValue       Reason = "value"         // a value cannot be recorded at all
	ReasonLimit       Reason = "limit"         // a bound that nobody can set
	ReasonStuck       Reason = "stuck"         // the code waits for something that cannot happen
	ReasonLostPasses  Reason = "lost_passes"   // too many passes in a row were lost
	ReasonConnectors  Reason = "connectors"    // no executor has the connectors that it needs
	ReasonCrash       Reason = "crash"         // the sandbox crashed
	ReasonMemory      Reason = "memory"        // limits.memoryMB
	ReasonCPU         Reason = "cpu"           // limits.cpuMs
	ReasonStack       Reason = "stack"         // limits.stack
	ReasonSource      Reason = "source"        // limits.sourceBytes
	ReasonCalls       Reason = "calls"         // limits.calls
	ReasonPending     Reason = "pending_calls" // limits.pendingCalls
	ReasonUnsupported Reason = "unsupported"   // the submission asks for what this executor cannot do
	ReasonExpired     Reason = "expired"       // it was left running for too long
)

// Failure says why a pass ended early.
type Failure struct {
	Kind    Kind   `json:"kind"`
	Reason  Reason `json:"reason,omitempty"`
	Message string `json:"message"`

	// RetryAfterMs is the delay that a connector asked for, in milliseconds.
	// Absent means that it named none.
	RetryAfterMs *int64 `json:"retryAfterMs,omitempty"`
}

// EntryState says what is known of one call or step.
type EntryState string

// The states of an entry.
const (
	Executing EntryState = "executing" // decided, no result yet
	Applied   EntryState = "applied"   // done, its result is recorded
	Failed    EntryState = "failed"    // the connector or the step itself failed
	Refused   EntryState = "error"     // refused by Reprise: size, divergence
	Pending   EntryState = "pending"   // waits for a person
	Unknown   EntryState = "unknown"   // its pass ended before its outcome was heard
	Reverted  EntryState = "reverted"  // undone
)

// StepConnector is the connector name of the entry of a step.
const StepConnector = "__step"

// CallError is the error of a failed call or step, as the code sees it.
type CallError struct {
	Name    string `json:"name,omitempty"`
	Message string `json:"message"`
}

// Entry is the journal's record of one call or step, as people see it. Values
// are plain JSON.
type Entry struct {
	Seq       int             `json:"seq"`
	Connector string          `json:"connector"`
	Method    string          `json:"method"`
	Args      json.RawMessage `json:"args,omitempty"` // absent: called without an argument
	Result    json.RawMessage `json:"result,omitempty"`
	Error     *CallError      `json:"error,omitempty"`
	State     EntryState      `json:"state"`

	RequiresApproval bool `json:"requiresApproval"`
	Ephemeral        bool `json:"ephemeral,omitempty"`

	// Attempt is the fence of the pass that executed the call last; 0: none, or one
	// of the execution that this is a fork of.
	Attempt    int        `json:"attempt"`
	StartedAt  *time.Time `json:"startedAt,omitempty"`
	FinishedAt *time.Time `json:"finishedAt,omitempty"`

	// Replayed is true when the last pass served the call from the journal.
	Replayed bool `json:"replayed,omitempty"`

	// ApprovedArgs are the arguments that an approver put in the place of Args: the
	// connector got them.
	ApprovedArgs json.RawMessage `json:"approvedArgs,omitempty"`

	// Decision is what a person last said about the call.
	Decision *Decision `json:"decision,omitempty"`
}

// Decision is a person's word on a call that waited for it.
type Decision struct {
	Verdict Verdict    `json:"verdict"`
	As      string     `json:"as,omitempty"` // who says so; nobody checks it
	Reason  string     `json:"reason,omitempty"`
	At      *time.Time `json:"at,omitempty"`
}

// Verdict is what a decision says.
type Verdict string

// The verdicts.
const (
	Approved    Verdict = "approved" // make the call
	RejectedBy  Verdict = "rejected" // do not: the execution ends
	Resolved    Verdict = "resolved" // this is its result, or its error
	RunAgain    Verdict = "run"      // it did not happen: make the call
	ExpiredWait Verdict = "expired"  // nobody decided in time
)

// PendingCall is a call that waits for a person.
type PendingCall struct {
	ExecutionID ID              `json:"executionId"`
	Seq         int             `json:"seq"`
	Connector   string          `json:"connector"`
	Method      string          `json:"method"`
	Args        json.RawMessage `json:"args,omitempty"`
	Kind        PendingKind     `json:"kind,omitempty"`
	Since       *time.Time      `json:"since,omitempty"`
}

// PendingKind says what a pending call waits for.
type PendingKind string

// The kinds of pending calls.
const (
	PendingApproval PendingKind = "approval" // a person's yes or no
	PendingClient   PendingKind = "client"   // a result that a client supplies
	PendingUnknown  PendingKind = "unknown"  // a person's word on what happened
)

// Outcome is what a submission or an approval returns.
type Outcome struct {
	Status      Status          `json:"status"`
	ExecutionID ID              `json:"executionId"`
	Result      json.RawMessage `json:"result,omitempty"` // null for undefined; absent unless completed

	// ResultOmitted says that Result is a note: what the code returned could not be
	// recorded.
	ResultOmitted bool `json:"resultOmitted,omitempty"`

	Error   string        `json:"error,omitempty"`
	Failure *Failure      `json:"failure,omitempty"`
	Logs    []string      `json:"logs,omitzero"` // an empty list: the pass that failed printed nothing
	Pending []PendingCall `json:"pending,omitempty"`
	Calls   []Entry       `json:"calls"`
	Attempt int           `json:"attempt"`
	RetryAt *time.Time    `json:"retryAt,omitempty"`

	// NextCall is the seq of the first call that Calls leaves out; see [Record].
	NextCall *int `json:"nextCall,omitempty"`
}

// Record is the whole of an execution, as `get` answers it. `list` leaves out
// code, input, calls and logs.
type Record struct {
	ExecutionID ID              `json:"executionId"`
	Runtime     string          `json:"runtime"`
	Status      Status          `json:"status"`
	Code        string          `json:"code,omitempty"`
	Input       json.RawMessage `json:"input,omitempty"`
	Attempt     int             `json:"attempt"`
	Result      json.RawMessage `json:"result,omitempty"`

	ResultOmitted bool `json:"resultOmitted,omitempty"` // Result is a note in its place

	Error      string            `json:"error,omitempty"`
	Failure    *Failure          `json:"failure,omitempty"`
	Logs       []string          `json:"logs,omitzero"`
	Calls      []Entry           `json:"calls,omitempty"`
	Pending    []PendingCall     `json:"pending,omitempty"`
	Connectors []string          `json:"connectors,omitempty"`
	Labels     map[string]string `json:"labels,omitempty"`
	CreatedAt  time.Time         `json:"createdAt"`
	UpdatedAt  time.Time         `json:"updatedAt"`
	RetryAt    *time.Time        `json:"retryAt,omitempty"`

	// Signals are the names of those that the code waits for.
	Signals []string `json:"signals,omitempty"`

	// Rollback reports on the rollback that is under way, or was the last one.
	Rollback *Rollback `json:"rollback,omitempty"`

	// ForkedFrom is where a fork has its first calls from.
	ForkedFrom *Origin `json:"forkedFrom,omitempty"`

	// NextCall is the seq of the first call that Calls leaves out, as an answer does
	// that would not fit into a message, or not come soon. Nil: there are no more.
	NextCall *int `json:"nextCall,omitempty"`
}

// Origin names where an execution was forked: the entries before From are those of
// another one.
type Origin struct {
	ExecutionID ID     `json:"executionId"`
	From        int    `json:"from"`
	As          string `json:"as,omitempty"` // who forked it
}

// Outcome returns what a submitter of the execution is told.
func (r Record) Outcome() Outcome {
	o := Outcome{
		Status: r.Status, ExecutionID: r.ExecutionID, Result: r.Result, ResultOmitted: r.ResultOmitted, Error: r.Error, Failure: r.Failure,
		Logs: r.Logs, Pending: r.Pending, Calls: r.Calls, Attempt: r.Attempt, RetryAt: r.RetryAt, NextCall: r.NextCall,
	}
	if o.Calls == nil {
		o.Calls = []Entry{}
	}
	return o
}
