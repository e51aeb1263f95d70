package journal

import (
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
)

// Restart returns the state of an ended execution that goes on from where it failed,
// with a new retry budget: the call with whose error it ended is made again, and so is
// one whose result was refused. One that timed out is decided as an unknown one is. What
// asked for a retry runs again anyway. l is the log of s; by is who restarts it. Its
// console lines, and the count of its failures, stay. The status is Queued.
func (s State) Restart(l *Log, by string, at time.Time) State {
	var again []Completion
	for i := range l.Entries {
		if mark := s.again(&l.Entries[i]); mark != "" {
			c := s.NewDecision(i, mark, by, "", at)
			if mark == MarkUnknown {
				c.By = "" // nobody said how it ended
			}
			c.Error = l.Entries[i].Error
			again = append(again, c)
		}
	}
	if len(again) > 0 {
		s = s.carry(l, again)
	}
	return s.queued()
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

// RestartFrom returns the state of an ended execution that goes on as if it had never
// issued the entries from seq from on: see [State.Forget]. The status is Queued, with a
// new retry budget.
func (s State) RestartFrom(l *Log, from int) State { return s.Forget(l, from).queued() }

func (s State) queued() State {
	s.Status = execution.Queued
	return s.renewed()
}
