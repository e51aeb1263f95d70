package journal

import (
	"slices"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
)

// Decide returns the state after decisions on calls that wait for a person (R14):
// they are carried until the first record of the next pass holds them, and the
// execution is queued with a new retry budget. l is the log of s.
func (s State) Decide(l *Log, decisions ...Completion) State {
	s = s.carry(l, decisions)
	s.Status, s.Decided = execution.Queued, s.Attempt
	return s.renewed()
}

// Reject returns the state of an execution that ends because a person, or nobody in
// time, said yes: its calls in decisions are never made.
func (s State) Reject(l *Log, text string, decisions ...Completion) State {
	s = s.carry(l, decisions)
	s.Status, s.Error, s.Failure = execution.Rejected, text, nil
	s.Pending, s.Waits, s.Signals, s.RetryAt, s.DelayMs = nil, nil, nil, nil, 0
	return s
}

// carry adds completions to what the next record must start with.
func (s State) carry(l *Log, more []Completion) State {
	s.Carry = carryOf(l, append(slices.Clone(l.Carried), more...))
	return s
}

// renewed returns the state with a new retry budget, waiting for nothing. What was
// said about the pass before is no longer so.
func (s State) renewed() State {
	s.Try, s.LostPasses, s.Progress = 1, 0, 0
	s.Pending, s.Waits, s.Signals = nil, nil, nil
	s.RetryAt, s.DelayMs = nil, 0
	s.Error, s.Failure, s.Failed, s.Result, s.Omitted = "", nil, nil, nil, false
	return s
}

// NewDecision returns a decision on a call: what it does to the entry, who made it,
// why and when. The attempt is that of the last pass: the code has not seen it.
func (s State) NewDecision(seq int, mark Mark, by, reason string, at time.Time) Completion {
	return Completion{Ref: Ref{N: seq}, Mark: mark, By: by, Reason: reason, At: at.UnixMilli(), Attempt: s.Attempt, Unseen: mark.Delivered()}
}
