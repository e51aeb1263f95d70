package journal

import (
	"cmp"
	"fmt"

	"github.com/reprise-run/reprise/pkg/execution"
)

// Fork returns the records with which another execution begins as the one of this id
// did: the entries below from, and what the code had seen when it issued that one. s and
// records are of the execution id. First comes all that was issued, then the completions
// in the order in which the code saw them. A copied call keeps its idempotency key; what
// waits for a person still waits, what is unknown stays unknown. The values are
// those of the records. It returns [ErrCorrupt].
func (s State) Fork(id execution.ID, records []Record, from int) ([]Record, error) {
	records = s.own(records)
	whole, err := Fold(s, records)
	if err != nil {
		return nil, err
	}
	s = s.Forget(whole, from)
	kept, done, err := s.kept(records)
	if err != nil {
		return nil, err
	}
	first := Record{Attempt: Before, At: s.UpdatedAt.UnixMilli()}
	then := first
	for i := range kept.Entries {
		first.Issued = append(first.Issued, kept.Entries[i].copied(id))
	}
	for _, c := range done {
		if c.Kind == OpRevert {
			continue
		}
		c.Attempt = Before
		then.Done = append(then.Done, c)
	}
	for i := range kept.Entries {
		e := &kept.Entries[i]
		c := Completion{Ref: Ref{N: i}, Error: e.Error, At: e.DoneAt, Attempt: Before}
		switch {
		case e.Mark == MarkRefused: // the code never saw that
			c.Mark = MarkRetry
		case e.Mark == MarkRetry && !e.Again(): // the outcome of the execution it asked for was never heard
			c.Mark = MarkUnknown
		default:
			continue
		}
		then.Done = append(then.Done, c)
	}
	all := []Record{first, then}
	if then.Empty() {
		all = all[:1]
	}
	if first.Empty() {
		all = all[1:]
	}
	return all, nil
}

// kept folds what the cuts leave of the records, and lists its completions.
func (s State) kept(records []Record) (*Log, []Completion, error) {
	trimmed, log := &Log{cuts: s.Cuts}, new(Log)
	var done []Completion
	for _, r := range records {
		r = trimmed.cut(r)
		trimmed.Next++
		done = append(done, r.Done...)
		if err := log.Apply(r); err != nil {
			return nil, nil, fmt.Errorf("record %d: %w", log.Next, err)
		}
	}
	if s.Carry != nil && s.Carry.After == log.Next {
		done = append(done, s.Carry.Done...)
		for _, c := range s.Carry.Done {
			if err := log.Hear(c); err != nil {
				return nil, nil, fmt.Errorf("carried by the state: %w", err)
			}
		}
	}
	return log, done, nil
}

// copied returns the intent with which a fork has the entry.
func (e *Entry) copied(id execution.ID) Intent {
	in := e.Intent
	in.Key, in.At = e.IdempotencyKey(id), cmp.Or(e.StartAt, e.IssuedAt)
	in.Pending = ""
	if e.StartBy == 0 { // an approval that it has is among the completions
		in.Pending = cmp.Or(e.Pending, execution.PendingApproval)
	}
	return in
}
