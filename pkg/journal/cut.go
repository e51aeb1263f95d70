package journal

import "slices"

// cut returns what is left of the next record after the cuts that came later: see
// [Cut].
func (l *Log) cut(r Record) Record {
	from, ok := l.keepBelow(l.Next)
	if !ok {
		return r
	}
	if l.Next > 0 {
		if before, _ := l.keepBelow(l.Next - 1); before < from {
			l.past = false // behind a cut: what it removed is issued anew
		}
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
// are of no entry.
func keepDone(done []Completion, from int, past bool) []Completion {
	return slices.DeleteFunc(slices.Clone(done), func(c Completion) bool {
		if c.Kind == OpEntry || c.Kind == OpRevert {
			return c.N >= from
		}
		return past
	})
}

// Forget returns the state of an execution that forgets the entries from seq from on,
// and whatever the code saw after it had issued that one. l is the log of s. Nothing
// is removed: older records are read through the cut.
func (s State) Forget(l *Log, from int) State {
	s.Cuts = append(slices.Clone(s.Cuts), Cut{After: l.Next, From: from})
	if s.Carry != nil {
		// The carry belongs to what is before the cut.
		s.Carry = &Carry{After: l.Next, Done: keepDone(s.Carry.Done, from, len(l.Entries) > from)}
	}
	return s
}
