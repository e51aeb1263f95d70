package journal

import (
	"fmt"
	"slices"

	"github.com/reprise-run/reprise/pkg/execution"
)

// Log is the folded journal: what is known of every call, and the order in which
// the code saw the completions.
type Log struct {
	// Entries are the calls and steps by seq.
	Entries []Entry

	// Order are the completions that a replay delivers, in this order.
	Order []Completion

	// Next is the number of the next record.
	Next int

	// Carried are completions that the next record must start with; they are
	// folded in already.
	Carried []Completion

	// Progress counts the completions ever heard.
	Progress int
}

// Entry is the folded story of one call or step.
type Entry struct {
	Intent

	// Mark is that of the last completion; empty while none is known.
	Mark    Mark
	Result  *Value
	Error   *execution.CallError
	DoneAt  int64 // milliseconds; 0: no completion
	DoneBy  int   // the attempt that heard the completion
	StartAt int64 // milliseconds; 0: never executed
	StartBy int   // the attempt that executed it last; 0: none
}

// Fold folds the records, and what the state carries, into a log. It returns
// [ErrCorrupt] when seqs have a gap or a completion names an unknown entry.
func Fold(s State, records []Record) (*Log, error) {
	issued, done := 0, 0
	for i := range records {
		issued, done = issued+len(records[i].Issued), done+len(records[i].Done)
	}
	l := &Log{Entries: slices.Grow([]Entry(nil), issued), Order: slices.Grow([]Completion(nil), done)}
	for _, r := range records {
		if err := l.Apply(r); err != nil {
			return nil, fmt.Errorf("record %d: %w", l.Next, err)
		}
	}
	if s.Carry != nil && s.Carry.After == l.Next {
		for _, c := range s.Carry.Done {
			if err := l.complete(c); err != nil {
				return nil, fmt.Errorf("carried by the state: %w", err)
			}
		}
		l.Carried = slices.Clone(s.Carry.Done)
	}
	return l, nil
}

// Apply folds one more record. The completions in Carried, with which the record
// starts, are not folded twice.
func (l *Log) Apply(r Record) error {
	for _, in := range r.Issued {
		if in.Seq != len(l.Entries) {
			return fmt.Errorf("%w: seq %d follows %d entries", ErrCorrupt, in.Seq, len(l.Entries))
		}
		e := Entry{Intent: in}
		if in.Pending == "" {
			e.StartAt, e.StartBy = r.At, r.Attempt
		}
		l.Entries = append(l.Entries, e)
	}
	for _, seq := range r.Started {
		if seq < 0 || seq >= len(l.Entries) {
			return fmt.Errorf("%w: seq %d is started but was never issued", ErrCorrupt, seq)
		}
		e := &l.Entries[seq]
		e.StartAt, e.StartBy, e.Pending = r.At, r.Attempt, ""
	}
	done := r.Done[min(len(l.Carried), len(r.Done)):]
	l.Carried = nil
	for _, c := range done {
		if err := l.complete(c); err != nil {
			return err
		}
	}
	l.Next++
	return nil
}

// Hear folds a completion that no record holds yet. It joins Carried, with which
// the next record must start.
func (l *Log) Hear(c Completion) error {
	if err := l.complete(c); err != nil {
		return err
	}
	l.Carried = append(l.Carried, c)
	return nil
}

func (l *Log) complete(c Completion) error {
	if c.Kind != OpEntry {
		l.Order = append(l.Order, c)
		l.Progress++
		return nil
	}
	if c.N < 0 || c.N >= len(l.Entries) {
		return fmt.Errorf("%w: seq %d completed but was never issued", ErrCorrupt, c.N)
	}
	e := &l.Entries[c.N]
	if e.Mark.Delivered() {
		// The outcome is taken back, or replaced: the code will see the new one, later.
		l.Order = slices.DeleteFunc(l.Order, func(o Completion) bool { return o.Ref == c.Ref })
	}
	e.Mark, e.Result, e.Error, e.DoneAt, e.DoneBy = c.Mark, c.Result, c.Error, c.At, c.Attempt
	if c.Mark.Delivered() {
		l.Order = append(l.Order, c)
		l.Progress++
	}
	return nil
}

// Again reports whether the next pass executes the entry without asking: its last
// execution ended with the wish for another one.
func (e *Entry) Again() bool { return e.Mark == MarkRetry && e.StartBy <= e.DoneBy }

// State returns what people see of the entry. running is the attempt of the pass
// that runs now, 0 for none; failed says that the execution ended `error`.
func (e *Entry) State(running int, failed bool) execution.EntryState {
	switch {
	case e.Mark == MarkApplied:
		return execution.Applied
	case e.Mark == MarkFailed:
		return execution.Failed
	case e.Mark == MarkRefused:
		return execution.Refused
	case e.Pending != "":
		return execution.Pending
	case running != 0 && e.StartBy == running:
		return execution.Executing
	case e.Again() && failed:
		return execution.Failed
	case e.Again():
		return execution.Executing
	}
	return execution.Unknown
}
