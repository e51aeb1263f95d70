package journal

import (
	"cmp"
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

	cuts []Cut
	past bool // what follows came after the code had issued what is cut
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

	IssuedAt int64 // milliseconds

	// Approved says that a person has said yes; ApprovedArgs are what the call is
	// made with then, nil: Args. Rejected says that the call is never made.
	Approved     bool
	ApprovedArgs *Value
	Rejected     bool
	Decision     *execution.Decision

	RevertBy    int                  // the attempt that undid it last, or tried to; 0: none
	Reverted    bool                 // it was undone
	RevertError *execution.CallError // why it could not be undone
}

// Fold folds the records, and what the state carries, into a log. It returns
// [ErrCorrupt] when seqs have a gap or a completion names an unknown entry.
func Fold(s State, records []Record) (*Log, error) {
	records = s.own(records)
	issued, done := 0, 0
	for i := range records {
		issued, done = issued+len(records[i].Issued), done+len(records[i].Done)
	}
	l := &Log{cuts: s.Cuts, Entries: slices.Grow([]Entry(nil), issued), Order: slices.Grow([]Completion(nil), done)}
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

// own cuts off the records of a fork that broke off under the same id: only a fork has
// any that say what came before it. They follow the execution's own, which take their
// places one by one.
func (s State) own(records []Record) []Record {
	if s.ForkedFrom != nil {
		return records
	}
	if i := slices.IndexFunc(records, func(r Record) bool { return r.Attempt == Before }); i >= 0 {
		return records[:i]
	}
	return records
}

// Apply folds one more record. The completions in Carried, with which the record
// starts, are not folded twice.
func (l *Log) Apply(r Record) error {
	if len(l.cuts) > 0 {
		r = l.cut(r)
	}
	for _, in := range r.Issued {
		if in.Seq != len(l.Entries) {
			return fmt.Errorf("%w: seq %d follows %d entries", ErrCorrupt, in.Seq, len(l.Entries))
		}
		e := Entry{Intent: in, IssuedAt: cmp.Or(in.At, r.At)}
		if in.Pending == "" {
			e.StartAt, e.StartBy = e.IssuedAt, r.Attempt
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
	for _, seq := range r.Reverting {
		if seq < 0 || seq >= len(l.Entries) {
			return fmt.Errorf("%w: seq %d is undone but was never issued", ErrCorrupt, seq)
		}
		e := &l.Entries[seq]
		e.RevertBy, e.RevertError = r.Attempt, nil
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
	if c.Kind != OpEntry && c.Kind != OpRevert {
		l.Order = append(l.Order, c)
		l.Progress++
		return nil
	}
	if c.N < 0 || c.N >= len(l.Entries) {
		return fmt.Errorf("%w: seq %d completed but was never issued", ErrCorrupt, c.N)
	}
	e := &l.Entries[c.N]
	if c.Kind == OpRevert {
		e.Reverted, e.RevertBy, e.RevertError = c.Mark == MarkApplied, c.Attempt, c.Error
		l.Progress++
		return nil
	}
	if e.decide(c) {
		return nil
	}
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

// decide takes a person's word on the entry. It reports whether c is no more than that.
func (e *Entry) decide(c Completion) bool {
	verdict := execution.Resolved
	switch {
	case c.Mark == MarkApproved:
		verdict = execution.Approved
		e.Approved, e.ApprovedArgs, e.Pending = true, c.Args, ""
	case c.Mark == MarkRejected:
		verdict = execution.RejectedBy
		if c.By == "" {
			verdict = execution.ExpiredWait
		}
		e.Rejected = true
	case c.By == "":
		return false
	case c.Mark == MarkRetry:
		verdict = execution.RunAgain
	}
	e.Decision = &execution.Decision{Verdict: verdict, As: c.By, Reason: c.Reason, At: moment(c.At)}
	return c.Mark == MarkApproved || c.Mark == MarkRejected
}

// Again reports whether the next pass executes the entry without asking: its last
// execution ended with the wish for another one.
func (e *Entry) Again() bool { return e.Mark == MarkRetry && e.StartBy <= e.DoneBy }

// unmade reports whether the call was approved and no pass has come to making it.
func (e *Entry) unmade() bool { return e.Approved && e.StartBy == 0 }

// State returns what people see of the entry. running is the attempt of the pass
// that runs now, 0 for none; failed says that the execution ended `error`.
func (e *Entry) State(running int, failed bool) execution.EntryState {
	switch {
	case e.Reverted, e.Rejected:
		return execution.Reverted
	case e.Mark == MarkApplied:
		return execution.Applied
	case e.Mark == MarkFailed:
		return execution.Failed
	case e.Mark == MarkRefused:
		return execution.Refused
	case e.Pending != "", e.unmade() && failed:
		return execution.Pending
	case e.unmade():
		return execution.Executing
	case running != 0 && e.StartBy == running:
		return execution.Executing
	case e.Again() && failed:
		return execution.Failed
	case e.Again():
		return execution.Executing
	}
	return execution.Unknown
}
