package journal

import (
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
)

// State is the summary of an execution. Its revision is the fence.
type State struct {
	Status   execution.Status `json:"status"`
	Attempt  int              `json:"attempt"` // the fence as people see it: 1, 2 …
	Try      int              `json:"try"`     // within the retry budget: 1, 2 …
	Executor string           `json:"executor,omitempty"`

	// Nonce and Write identify one write among all others.
	Nonce string `json:"nonce"`
	Write int    `json:"write"`

	Carrier Carrier `json:"carrier"`

	// LostPasses counts passes in a row that died without a new completion;
	// Progress is the number of completions at the last lost one.
	LostPasses int `json:"lostPasses,omitempty"`
	Progress   int `json:"progress,omitempty"`

	CreatedAt time.Time `json:"createdAt"`
	StartedAt time.Time `json:"startedAt"` // the first claim: where the sandbox's clock starts
	UpdatedAt time.Time `json:"updatedAt"`

	// RetryAt is when a retrying or sleeping execution is due, or the first timeout or
	// sleep of one that waits for something else too; DelayMs is the delay that was
	// asked for: nobody waits longer, whatever the clocks say.
	RetryAt *time.Time `json:"retryAt,omitempty"`
	DelayMs int64      `json:"delayMs,omitempty"`

	// Failures counts the failed passes so far; Failure is the last one's.
	Failures int                `json:"failures,omitempty"`
	Failure  *execution.Failure `json:"failure,omitempty"`
	Error    string             `json:"error,omitempty"`
	Result   *Value             `json:"result,omitempty"`
	Omitted  bool               `json:"resultOmitted,omitempty"` // Result is a note in its place

	// Logs is a JSON array of [PassLogs].
	Logs *Value `json:"logs,omitempty"`

	// Carry are completions that no record carries yet; see [Carry].
	Carry *Carry `json:"carry,omitempty"`

	// Pending are the seqs that wait for a person, and Waits the same in full.
	Pending []int  `json:"pending,omitempty"`
	Waits   []Wait `json:"waits,omitempty"`

	// Decided is the attempt after which a person last decided; 0: nobody did.
	Decided int `json:"decided,omitempty"`

	// Signals are the names of those that the code waits for, one for each wait. Heard is
	// the position up to which the last pass read the inbox: none of what lies before it
	// ends one of these waits, and a signal behind it with such a name does.
	Signals []string `json:"signals,omitempty"`
	Heard   Revision `json:"heard,omitempty"`

	// Failed is the seq of the call with whose error the last pass ended: a restart
	// executes it again.
	Failed *int `json:"failed,omitempty"`

	// Cuts are where restarts made the execution forget; see [Cut].
	Cuts []Cut `json:"cuts,omitempty"`

	// Operation is the work that takes the place of running the code; it stays, with
	// its report, when it is done.
	Operation *Operation `json:"operation,omitempty"`

	// ForkedFrom is where the first records come from; nil: the execution's own.
	ForkedFrom *execution.Origin `json:"forkedFrom,omitempty"`

	// Burying marks a tombstone below which something is left to remove.
	Burying bool `json:"burying,omitempty"`

	Connectors []string          `json:"connectors,omitempty"` // configured at the first claim
	Labels     map[string]string `json:"labels,omitempty"`
	Seed       string            `json:"seed"`
	Engine     string            `json:"engine,omitempty"` // version that made the journal
	Digest     string            `json:"digest"`           // of the request
}

// Carrier is the message that an execution rides on.
type Carrier struct {
	Seq   uint64 `json:"seq"`             // its sequence in the queue
	Spent bool   `json:"spent,omitempty"` // settled by ack: it must never claim again
}

// Carry holds completions in the state until a record holds them. The first
// record that a pass writes starts with them: so they count here only while
// there is no record number After.
type Carry struct {
	After int          `json:"after"` // the number of records when they were put here
	Done  []Completion `json:"done"`
}

// Wait is a call that waits for a person.
type Wait struct {
	Seq       int                   `json:"seq"`
	Kind      execution.PendingKind `json:"kind"`
	Connector string                `json:"connector"`
	Method    string                `json:"method"`
	Args      *Value                `json:"args,omitempty"`
	Since     int64                 `json:"since"` // milliseconds since 1970
}

// Cut is where a restart made an execution forget: of the records before number
// After only what belongs to entries below From counts, and what the code had seen
// when it issued From. Calls issued after it have keys of their own.
type Cut struct {
	After int `json:"after"`
	From  int `json:"from"`
}

// PassLogs are the console lines of one pass.
type PassLogs struct {
	Attempt int      `json:"attempt"`
	Lines   []string `json:"lines"`
}

// Values returns every value of s, to be offloaded or resolved in place.
func (s *State) Values() []*Value {
	var all []*Value
	for _, v := range []*Value{s.Result, s.Logs} {
		if v != nil {
			all = append(all, v)
		}
	}
	for _, w := range s.Waits {
		if w.Args != nil {
			all = append(all, w.Args)
		}
	}
	if s.Carry != nil {
		r := Record{Done: s.Carry.Done}
		all = append(all, r.Values()...)
	}
	return all
}
