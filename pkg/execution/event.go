package execution

import "time"

// The names of the events of an execution. The last token of the subject says the
// name; the body is one of the types below. Events are hints: they may be lost, and
// a reader falls back to the record.
const (
	EventStarted  = "started"  // a pass began; body [StartedEvent]
	EventCall     = "call"     // an entry changed; body [CallEvent]
	EventLog      = "log"      // the code printed a line; body [LogEvent]
	EventRetrying = "retrying" // a pass ended and another follows; body [RetryingEvent]
	EventPassEnd  = "pass_end" // a pass ended, however; body [StatusEvent]
	EventDispose  = "dispose"  // a terminal status was reached; body [StatusEvent]
	EventStop     = "stop"     // a person's word supersedes the pass that may be running; body [StatusEvent]
	EventSignal   = "signal"   // a signal came; body [SignalEvent]
)

// EndEvent returns the name of the event that carries an [Outcome] with this status
// as its body: the status itself. ok is false for the others, which have none.
func EndEvent(s Status) (name string, ok bool) {
	switch s {
	case Paused, Completed, Error, Rejected, Cancelled, RolledBack:
		return string(s), true
	}
	return "", false
}

// StartedEvent says that a pass began.
type StartedEvent struct {
	ExecutionID ID     `json:"executionId"`
	Attempt     int    `json:"attempt"`
	Executor    string `json:"executor"`
}

// CallEvent carries an entry as it is now, its fields at the top level. The entry's
// own attempt is that of the pass that executed it; Pass is the one that runs.
type CallEvent struct {
	ExecutionID ID  `json:"executionId"`
	Pass        int `json:"pass,omitempty"`
	Entry
}

// LogEvent carries one line that the code printed.
type LogEvent struct {
	ExecutionID ID     `json:"executionId"`
	Attempt     int    `json:"attempt"`
	Line        string `json:"line"`

	// Replay marks a line that an earlier pass printed at the same place.
	Replay bool `json:"replay,omitempty"`
}

// RetryingEvent says that a pass failed and when the next one is due.
type RetryingEvent struct {
	ExecutionID ID        `json:"executionId"`
	Attempt     int       `json:"attempt"`
	Failure     *Failure  `json:"failure,omitempty"`
	RetryAt     time.Time `json:"retryAt"`
	DelayMs     int64     `json:"delayMs"`
}

// SignalEvent says that a signal came. Its value is in the execution's inbox.
type SignalEvent struct {
	ExecutionID ID     `json:"executionId"`
	Name        string `json:"name"`
}

// StatusEvent is the body of the events for those who keep something for a pass or
// an execution and may now let go of it.
type StatusEvent struct {
	ExecutionID ID     `json:"executionId,omitempty"`
	Status      Status `json:"status"`

	// What an execution rests for: a time, signals. Beside the status sleeping, waiting
	// or paused alone.
	RetryAt *time.Time `json:"retryAt,omitempty"`
	Signals []string   `json:"signals,omitempty"`
}
