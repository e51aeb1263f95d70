package draw

import (
	"io"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
)

// Printer shows one execution.
type Printer interface {
	// Event shows what happened: a pointer to one of the …Event types of
	// pkg/execution. Others, and repetitions, are ignored.
	Event(body any)

	// Note shows a remark of the command itself.
	Note(text string)

	// Finish shows the calls that no event told of, and the outcome.
	Finish(o execution.Outcome)

	// Close ends the moving parts and leaves the terminal as it should be.
	Close()
}

// Options configure [New].
type Options struct {
	// Width returns the width of the terminal. Nil means that there is none.
	Width func() int

	// Color allows colours on the terminal.
	Color bool

	// Flags are added to the commands that the printer names.
	Flags string

	// Now is the clock. Default [time.Now].
	Now func() time.Time
}

// New returns a printer that writes to w.
func New(w io.Writer, o Options) Printer {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Width == nil {
		return &plain{w: w, flags: o.Flags, seen: seen{}}
	}
	return newScreen(w, o)
}

// shown is what is told of one call: the same twice is told once.
type shown struct {
	seq, pass int
	state     execution.EntryState
	replayed  bool
}

// seen remembers what was told.
type seen map[shown]bool

// fresh reports whether this was not told before, and remembers it.
func (s seen) fresh(e *execution.CallEvent) bool {
	k := shown{e.Seq, e.Pass, e.State, e.Replayed}
	if s[k] {
		return false
	}
	s[k] = true
	return true
}

// missed reports whether the entry's state was told in no pass.
func (s seen) missed(e execution.Entry) bool {
	for k := range s {
		if k.seq == e.Seq && k.state == e.State {
			return false
		}
	}
	return true
}

// moving reports whether the call is under way: its line comes when it is over.
func moving(e *execution.CallEvent) bool { return e.State == execution.Executing }

// asked reports whether the call has just asked for a retry: it is to be executed
// again, and its error says why.
func asked(e *execution.CallEvent) bool { return moving(e) && e.Error != nil }
