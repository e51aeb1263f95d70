package stream

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
)

// Unborn lists the executions of a runtime that have a request and no state, the
// request being older than age: forks that broke off. An execution that is submitted
// has its state first. Whether there is still none only a write can tell.
func (s *Stream) Unborn(ctx context.Context, runtime string, age time.Duration) ([]execution.ID, error) {
	now, err := s.ServerTime(ctx)
	if err != nil {
		return nil, err
	}
	var all []execution.ID
	for i := range s.cfg.Shards {
		bucket := shardBucket(i)
		// In this order: whoever has a request in the first list has a state in the second.
		requests, err := s.subjectsOf(ctx, kvStream(bucket), kvSubject(bucket, runtime+".*.request"))
		if err != nil {
			return nil, err
		}
		states, err := s.subjectsOf(ctx, kvStream(bucket), kvSubject(bucket, runtime+".*.state"))
		if err != nil {
			return nil, err
		}
		for subject := range requests {
			if _, born := states[strings.TrimSuffix(subject, "request")+"state"]; born {
				continue
			}
			old, err := s.olderThan(ctx, kvStream(bucket), subject, now.Add(-age))
			if err != nil {
				return nil, err
			}
			if old {
				all = append(all, execution.ID(strings.Split(strings.TrimPrefix(subject, kvSubject(bucket, "")), ".")[1]))
			}
		}
	}
	slices.Sort(all)
	return all, nil
}

// olderThan reports whether a subject has a message, and the last one is older than
// the time at.
func (s *Stream) olderThan(ctx context.Context, stream, subject string, at time.Time) (bool, error) {
	m, err := s.leaderLast(ctx, stream, subject)
	if isNotFound(err) {
		return false, nil
	}
	return err == nil && m.Time.Before(at), err
}
