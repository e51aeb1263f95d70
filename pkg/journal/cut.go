package journal

import "slices"

// cut returns what is left of the next record after the cuts that came later: see
// [Cut].
func (l *Log) cut(r Record) Record {
	from, ok := l.keepBelow(l.Next)
	if !ok {
		return r
	}
	if slices.ContainsFunc(l.cuts, func(c Cut) bool { return c.After == l.Next && c.From <= from }) {
		l.past = false // behind a cut: what it removed is issued anew
	}
	kept := Record{Attempt: r.Attempt, At: r.At, Done: keepDone(r.Done, from, l.past)}
	for _, in := range r.Issued {
		if in.Seq < from {
			kept.Issued = append(kept.Issued, in)
		} else {
			l.past = true
		}
	}
	above := func(seq int) bool { return seq >= from }
	kept.Started = slices.DeleteFunc(slices.Clone(r.Started), above)
	kept.Reverting = slices.DeleteFunc(slices.Clone(r.Reverting), above)
	return kept
}

// keepBelow returns the seq below which the entries of record n are kept; false: all are.
func (l *Log) keepBelow(n int) (from int, ok bool) {
	for _, c := range l.cuts {
		if n < c.After && (!ok || c.From < from) {
			from, ok = c.From, true
		}
	}
	return from, ok
}

// keepDone keeps the completions of entries below from and, unless past, those that
// are of no entry. Where they are past, the code that is to come has not seen them.
func keepDone(done []Completion, from int, past bool) []Completion {
	var kept []Completion
	for _, c := range done {
		entry := c.Kind == OpEntry || c.Kind == OpRevert
		if entry && c.N >= from || !entry && past {
			continue
		}
		c.Unseen = c.Unseen || past && c.Mark.Delivered()
		kept = append(kept, c)
	}
	return kept
}

// Forget returns the state of an execution that forgets the entries from seq from on,
// and whatever the code saw after it had issued that one. l is the log of s. Nothing
// is removed: older records are read through the cut. What is issued from then on has
// idempotency keys of its own. With nothing to forget it is s as it was.
func (s State) Forget(l *Log, from int) State {
	if from >= len(l.Entries) {
		return s
	}
	s.Cuts = append(slices.Clone(s.Cuts), Cut{After: l.Next, From: from})
	// The carry belongs to what is before the cut.
	s.Carry = carryOf(l, keepDone(l.Carried, from, true))
	return s
}

// carryOf returns what the record after l has to start with; nil for nothing.
func carryOf(l *Log, done []Completion) *Carry {
	if len(done) == 0 {
		return nil
	}
	return &Carry{After: l.Next, Done: done}
}
