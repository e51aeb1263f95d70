package stream

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// Listed is one execution of a listing.
type Listed struct {
	Key journal.Key
	journal.Stored
}

// StatesQuery selects what [Stream.States] and [Stream.Walk] go through. The zero
// value selects everything but tombstones.
type StatesQuery struct {
	Before   execution.ID       // only older ids than this one
	From     execution.ID       // only this id and newer ones
	Statuses []execution.Status // only states with one of these; the others are not decoded
	Limit    int                // how many are wanted, at most: it sizes the reads; 0: all
}

// errEnough ends a walk that has what it wants.
var errEnough = errors.New("enough")

// FirstID returns the smallest id of that time or later: the ids of executions that
// were created before t are smaller, all others are not.
func FirstID(t time.Time) execution.ID {
	const oldest, newest = "00000000000000000000000000", "7ZZZZZZZZZZZZZZZZZZZZZZZZZ"
	rounded := t.Truncate(time.Millisecond)
	if rounded.Before(t) {
		rounded = rounded.Add(time.Millisecond)
	}
	switch ms := rounded.UnixMilli(); {
	case ms <= 0:
		return oldest
	case ms >= 1<<48:
		return newest
	}
	stamp := execution.NewID(rounded)[:10] // ten characters of time, the rest is chance
	return stamp + execution.ID(oldest[10:])
}

// States returns states of a runtime, newest id first, without tombstones. They
// may be some milliseconds old.
func (s *Stream) States(ctx context.Context, runtime string, q StatesQuery) ([]Listed, error) {
	var all []Listed
	err := s.Walk(ctx, runtime, q, func(l Listed) error {
		if all = append(all, l); len(all) == q.Limit {
			return errEnough
		}
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return nil, err
	}
	return all, nil
}

// Walk calls fn with the states of a runtime that q selects, newest id first and
// each once, however they change meanwhile. It stops at fn's first error and returns
// it. Nothing is left out that has been there for a moment: on a cluster a replica
// that is behind may not know yet what was created last, and a state may be as old
// as that. Walk holds ids and two pages of states in memory, and reads on while fn
// works.
func (s *Stream) Walk(ctx context.Context, runtime string, q StatesQuery, fn func(Listed) error) error {
	w := stateWalk{s: s, runtime: runtime, from: q.From, size: firstRead, wants: func(st execution.Status) bool { return st != execution.Deleted }}
	if len(q.Statuses) > 0 {
		w.wants = func(st execution.Status) bool { return slices.Contains(q.Statuses, st) }
	}
	if q.Limit > 0 {
		w.size = min(w.size, q.Limit)
	}
	return w.run(ctx, q.Before, someWindows(s.cfg.Shards), fn)
}

// Scan calls fn with every state of a runtime, tombstones included. It is a
// [Stream.Walk] for those who need all of them: its list of ids is the leader's.
func (s *Stream) Scan(ctx context.Context, runtime string, fn func(Listed) error) error {
	w := stateWalk{s: s, runtime: runtime, size: mostRead, wants: func(execution.Status) bool { return true }}
	return w.run(ctx, "", allWindows(), fn)
}
