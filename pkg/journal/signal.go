package journal

import (
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
)

// Signal is what somebody sent to an execution. It lies in the execution's inbox,
// also when the code has received it, until the execution is deleted.
type Signal struct {
	ID execution.ID `json:"-"` // a ULID of its own

	// Position orders the inbox: it grows with every signal that is stored, whatever
	// the clocks of the senders say. Set by the store.
	Position Revision `json:"-"`

	Name  string    `json:"name"`
	Value *Value    `json:"value,omitempty"` // durable form; nil: undefined
	At    time.Time `json:"at"`
}

// Awaits reports whether the execution rests until a signal of this name comes.
func (s State) Awaits(name string) bool { return s.awaiting(name) > 0 }

// awaiting counts the waits for a name.
func (s State) awaiting(name string) int {
	if s.Status != execution.Waiting && s.Status != execution.Paused {
		return 0
	}
	n := 0
	for _, awaited := range s.Signals {
		if awaited == name {
			n++
		}
	}
	return n
}

// News reports whether a signal among those behind [State.Heard] lets the execution go on.
func (s State) News(behind []Signal) bool {
	for _, sig := range behind {
		if s.Awaits(sig.Name) {
			return true
		}
	}
	return false
}

// Delivers reports whether the signal with this id, among those behind [State.Heard], ends
// a wait: one for its name that no earlier one ends.
func (s State) Delivers(id execution.ID, behind []Signal) bool {
	earlier := map[string]int{}
	for _, sig := range behind {
		if sig.ID == id {
			return earlier[sig.Name] < s.awaiting(sig.Name)
		}
		earlier[sig.Name]++
	}
	return false
}
