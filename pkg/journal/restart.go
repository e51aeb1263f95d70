package journal

import (
	"slices"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
)

// Restart returns the state of an ended execution that goes on from where it failed,
// with a new retry budget: the call with whose error it ended is made again, and so is
// one whose result was refused. One that timed out is decided as an unknown one is. What
// asked for a retry runs again anyway. l is the log of s; by is who restarts it. Its
// console lines, and the count of its failures, stay. The status is Queued.
func (s State) Restart(l *Log, by string, at time.Time) State {
	var done []Completion
	for i := range l.Entries {
		done = s.takeBack(done, &l.Entries[i], by, at)
	}
	s.Carry = carryOf(l, append(slices.Clone(l.Carried), done...))
	return s.queued()
}

// RestartFrom returns the state of an ended execution that goes on as if it had never
// issued the entries from seq from on: see [State.Forget]. Of what stays, a call whose
// result was refused is made again: its code never saw it. The rest is as in [State.Restart].
func (s State) RestartFrom(l *Log, from int, by string, at time.Time) State {
	s.Failed = nil // a failure that stays is seen again
	done := l.Carried
	if from < len(l.Entries) {
		done = keepDone(done, from, true)
	}
	s = s.Forget(l, from)
	for i := range l.Entries[:from] {
		done = s.takeBack(done, &l.Entries[i], by, at)
	}
	s.Carry = carryOf(l, done)
	return s.queued()
}

// Anew returns the state with a clock that begins at the time at, where nothing is kept
// that the code has seen: no entry, and no completion. Otherwise it is s as it was: what is
// kept may have been issued by what the clock showed. records are those of the execution.
// It returns [ErrCorrupt].
func (s State) Anew(records []Record, at time.Time) (State, error) {
	l, err := Fold(s, records)
	if err == nil && len(l.Entries) == 0 && len(l.Order) == 0 {
		s.StartedAt = at.UTC().Truncate(time.Millisecond)
	}
	return s, err
}

// takeBack adds what takes back the outcome of an entry; nothing where it stays.
func (s State) takeBack(done []Completion, e *Entry, by string, at time.Time) []Completion {
	mark := s.again(e)
	if mark == "" {
		return done
	}
	c := s.NewDecision(e.Seq, mark, by, "", at)
	if c.Error = e.Error; mark == MarkUnknown {
		c.By = "" // nobody said how it ended
	}
	return append(done, c)
}

// again returns how a restart takes back the outcome of an entry; empty: it stays.
func (s State) again(e *Entry) Mark {
	failed := s.Failed != nil && *s.Failed == e.Seq && e.Mark == MarkFailed
	switch {
	case failed && s.Failure != nil && s.Failure.Kind == execution.KindTimeout:
		return MarkUnknown
	case failed, e.Mark == MarkRefused:
		return MarkRetry
	}
	return ""
}

func (s State) queued() State {
	s.Status = execution.Queued
	return s.renewed()
}
