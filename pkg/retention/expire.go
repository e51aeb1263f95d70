package retention

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// The errors of executions that expired.
const (
	awaiting = "Expired awaiting approval"
	running  = "Expired while running"
)

// older reports whether more milliseconds than age lie between then and now: what
// changed in the current one is not older than 0.
func older(then, now time.Time, age time.Duration) bool {
	return now.UnixMilli()-then.UnixMilli() > age.Milliseconds()
}

// expires reports whether executions in this state can expire at all.
func expires(s journal.State) bool {
	return s.Status == execution.Paused || s.Status == execution.Running && !s.Undoing()
}

// expire ends an execution that has not changed for longer than age. It returns false,
// and changes nothing, when it has, or goes on meanwhile.
func (k *Keeper) expire(ctx context.Context, key journal.Key, now time.Time, age time.Duration) (bool, error) {
	stored, _, records, err := k.s.View(ctx, key)
	switch {
	case errors.Is(err, journal.ErrNotFound):
		return false, nil
	case errors.Is(err, journal.ErrCorrupt):
		k.unreadable(key, err)
		return false, nil
	case err != nil:
		return false, fmt.Errorf("expire execution %s: %w", key.ID, err)
	}
	st := stored.State
	changed := stored.At
	if n := len(records); n > 0 && st.Status == execution.Running {
		// A pass that writes is a change of the execution, though not of its state.
		if at := time.UnixMilli(records[n-1].At); at.After(changed) {
			changed = at
		}
	}
	if !expires(st) || !older(changed, now, age) {
		return false, nil
	}
	log, err := journal.Fold(st, records)
	if err != nil {
		k.unreadable(key, err)
		return false, nil
	}
	next := expired(st, log)
	// crash here: nothing was decided.
	_, err = k.s.Journal().PutState(ctx, key, next, stored.Revision)
	switch {
	case errors.Is(err, journal.ErrFenced):
		return false, nil // somebody else decided
	case err != nil:
		return false, fmt.Errorf("expire execution %s: %w", key.ID, err)
	}
	// crash here: it has ended; nobody is told but who asks.
	if st.Status == execution.Running {
		k.stop(key, next.Status)
	}
	k.cfg.Ended(ctx, End{Key: key, State: next, Log: log, Dispose: execution.Rejected})
	return true, nil
}

// unreadable leaves an execution to be looked at, or deleted, by a person: the others
// must not wait for that.
func (k *Keeper) unreadable(key journal.Key, err error) {
	k.cfg.Logger.Error("an execution that cannot be read does not expire", "runtime", key.Runtime, "execution", key.ID, "err", err)
}

// expired returns the state that follows st. A word that nobody said has no name:
// that is how the calls that waited for one show that they expired.
func expired(st journal.State, log *journal.Log) journal.State {
	now := time.Now().UTC()
	next := st
	if st.Status == execution.Paused {
		words := make([]journal.Completion, 0, len(st.Waits))
		for _, w := range st.Waits {
			words = append(words, st.NewDecision(w.Seq, journal.MarkRejected, "", "", now))
		}
		next = st.Reject(log, awaiting, words...)
	} else {
		next.Status, next.Error, next.Failures = execution.Error, running, st.Failures+1
		next.Failure = &execution.Failure{Kind: execution.KindError, Reason: execution.ReasonExpired, Message: running}
		next.Pending, next.Waits, next.Signals, next.RetryAt, next.DelayMs = nil, nil, nil, nil, 0
	}
	next.Nonce, next.Write, next.UpdatedAt = rand.Text(), 1, now
	next.Carrier.Spent = true
	return next
}
