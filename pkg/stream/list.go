package stream

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// Listed is one execution of a listing.
type Listed struct {
	Key journal.Key
	journal.Stored
}

// StatesQuery selects what [Stream.States] returns.
type StatesQuery struct {
	Before execution.ID // only older ids than this one; empty: from the newest
	Limit  int          // at most so many; 0: all
}

// errEnough ends a scan that has what it wants.
var errEnough = errors.New("enough")

// States returns states of a runtime, newest id first, without tombstones. They
// may be some milliseconds old.
func (s *Stream) States(ctx context.Context, runtime string, q StatesQuery) ([]Listed, error) {
	var all []Listed
	err := s.scan(ctx, runtime, q, func(l Listed) error {
		if l.State.Status != execution.Deleted {
			all = append(all, l)
		}
		if q.Limit > 0 && len(all) == q.Limit {
			return errEnough
		}
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return nil, err
	}
	return all, nil
}

// Scan calls fn with every state of a runtime, tombstones included, newest id
// first, and stops at fn's first error, which it returns. It holds the ids and
// one page of states in memory. States may be some milliseconds old.
func (s *Stream) Scan(ctx context.Context, runtime string, fn func(Listed) error) error {
	return s.scan(ctx, runtime, StatesQuery{}, fn)
}

func (s *Stream) scan(ctx context.Context, runtime string, q StatesQuery, fn func(Listed) error) error {
	if err := execution.CheckRuntime(runtime); err != nil {
		return err
	}
	ids, err := s.ids(ctx, runtime, q.Before)
	if err != nil {
		return err
	}
	size := fullPage
	if q.Limit > 0 {
		size = min(size, q.Limit)
	}
	for page := range slices.Chunk(ids, size) {
		states, err := s.statesOf(ctx, runtime, page)
		if err != nil {
			return err
		}
		for _, l := range states {
			if err := fn(l); err != nil {
				return err
			}
		}
	}
	return nil
}

// ids returns the ids of a runtime, newest first: ids sort by time.
func (s *Stream) ids(ctx context.Context, runtime string, before execution.ID) ([]execution.ID, error) {
	var ids []execution.ID
	for i := range s.cfg.Shards {
		bucket := shardBucket(i)
		subjects, err := s.subjectsOf(ctx, kvStream(bucket), kvSubject(bucket, runtime+".*.state"))
		if err != nil {
			return nil, err
		}
		for subject := range subjects {
			key, ok := parseStateSubject(subject)
			if ok && (before == "" || key.ID < before) {
				ids = append(ids, key.ID)
			}
		}
	}
	slices.SortFunc(ids, func(a, b execution.ID) int { return strings.Compare(string(b), string(a)) })
	return ids, nil
}

// statesOf reads one page of states, in the order of the ids. Those that are gone
// by now are left out.
func (s *Stream) statesOf(ctx context.Context, runtime string, ids []execution.ID) ([]Listed, error) {
	byBucket := map[string][]string{}
	for _, id := range ids {
		key := journal.Key{Runtime: runtime, ID: id}
		bucket := s.journal.bucket(key)
		byBucket[bucket] = append(byBucket[bucket], kvSubject(bucket, StateKey(key)))
	}
	found := make(map[execution.ID]Listed, len(ids))
	for bucket, subjects := range byBucket {
		if err := s.readStates(ctx, kvStream(bucket), subjects, found); err != nil {
			return nil, err
		}
	}
	var all []Listed
	for _, id := range ids {
		if l, ok := found[id]; ok {
			all = append(all, l)
		}
	}
	return all, nil
}

// readStates reads the states at subjects into found, and repeats until all
// answers were complete or ctx ends.
func (s *Stream) readStates(ctx context.Context, stream string, subjects []string, found map[execution.ID]Listed) error {
	for w := newBackoff(); ; {
		got := map[string]bool{}
		complete, err := s.lastOf(ctx, stream, subjects, func(m storedMsg) {
			got[m.Subject] = true
			key, ok := parseStateSubject(m.Subject)
			if !ok || isMarker(m.Header) {
				return
			}
			st, err := decodeState(key, m)
			if err != nil {
				// One that nobody can read must not hide the others.
				s.log.Error("a state cannot be read", "execution", key.ID, "runtime", key.Runtime, "error", err)
				return
			}
			found[key.ID] = Listed{Key: key, Stored: st}
		})
		switch {
		case err == nil && complete:
			return nil
		case err == nil && len(got) > 0:
			subjects = slices.DeleteFunc(slices.Clone(subjects), func(s string) bool { return got[s] })
			continue
		case err == nil:
			err = errCut
		}
		if err := w.wait(ctx, err); err != nil {
			return err
		}
	}
}
