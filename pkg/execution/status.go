package execution

// Status says where an execution stands. The words are those of the API, the
// events and the CLI.
type Status string

// The statuses. Only an operator's rollback or restart changes a terminal one.
const (
	Queued     Status = "queued"      // waits for an executor
	Running    Status = "running"     // a pass is running
	Retrying   Status = "retrying"    // waits for its next try
	Sleeping   Status = "sleeping"    // waits for a time
	Waiting    Status = "waiting"     // waits for a signal
	Paused     Status = "paused"      // waits for a person
	Completed  Status = "completed"   // terminal: has a result
	Error      Status = "error"       // terminal: has a failure
	Rejected   Status = "rejected"    // terminal: a person said no
	Cancelled  Status = "cancelled"   // terminal: a person stopped it
	RolledBack Status = "rolled_back" // terminal: its calls were undone
	Deleted    Status = "deleted"     // tombstone; never shown
)

// Statuses lists every status that a user can meet, in the order of a life.
func Statuses() []Status {
	return []Status{Queued, Running, Retrying, Sleeping, Waiting, Paused, Completed, Error, Rejected, Cancelled, RolledBack}
}

// Terminal reports whether the execution has ended.
func (s Status) Terminal() bool {
	switch s {
	case Completed, Error, Rejected, Cancelled, RolledBack, Deleted:
		return true
	}
	return false
}

// Valid reports whether s is one of [Statuses].
func (s Status) Valid() bool {
	for _, known := range Statuses() {
		if s == known {
			return true
		}
	}
	return false
}
