package stream

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/reprise-run/reprise/pkg/journal"
)

// Schedule arranges a wake with reason [WakeTimer] at or after the time at, and
// replaces an earlier schedule of the execution. It is repeated until ctx ends.
// rev is the revision of the state write that promised it: when the state has moved
// on, Schedule returns [journal.ErrFenced] and leaves the newer schedule alone.
func (s *Stream) Schedule(ctx context.Context, key journal.Key, at time.Time, rev journal.Revision) error {
	for w := newBackoff(); ; {
		err := s.trySchedule(ctx, key, at, rev, w)
		if err == nil {
			return nil
		}
		if errors.Is(err, journal.ErrFenced) || errors.Is(err, ErrRefused) {
			return fmt.Errorf("schedule %s: %w", key, err)
		}
		if err := w.wait(ctx, err); err != nil {
			return fmt.Errorf("schedule %s: %w", key, err)
		}
	}
}

// trySchedule reads in this order: the schedule, then the state. Whoever claims
// and schedules after the second read changes what the first one saw, and the
// publish is refused.
func (s *Stream) trySchedule(ctx context.Context, key journal.Key, at time.Time, rev journal.Revision, w *backoff) error {
	subject := ScheduleSubject(key)
	last, err := s.leaderLast(ctx, StreamName, subject)
	if err != nil && !isNotFound(err) {
		return err
	}
	st, err := s.journal.State(ctx, key)
	switch {
	case errors.Is(err, journal.ErrNotFound), err == nil && st.Revision != rev:
		return journal.ErrFenced
	case err != nil:
		return err
	}
	_, err = publish(ctx, s.nc, &nats.Msg{
		Subject: subject,
		Data:    WakeBody{ID: string(key.ID), Reason: WakeTimer, Revision: uint64(rev)}.encode(),
		Header: nats.Header{
			jetstream.ScheduleHeader:            []string{"@at " + due(at).UTC().Format(time.RFC3339)},
			jetstream.ScheduleTargetHeader:      []string{WakeSubject(key.Runtime)},
			jetstream.ExpectedLastSubjSeqHeader: []string{strconv.FormatUint(last.Seq, 10)},
		},
	}, w)
	return err
}

// due returns the second to ask for: the server cuts the fraction and comes early.
func due(at time.Time) time.Time {
	second := at.Truncate(time.Second)
	if second.Before(at) {
		second = second.Add(time.Second)
	}
	return second.Add(time.Second)
}

// Unschedule removes the schedule of an execution; none is no error.
func (s *Stream) Unschedule(ctx context.Context, key journal.Key) error {
	if err := s.purge(ctx, StreamName, ScheduleSubject(key)); err != nil {
		return fmt.Errorf("remove the schedule of %s: %w", key, err)
	}
	return nil
}

// Scheduled reports whether the execution has a schedule that did not fire yet. It
// asks the leader.
func (s *Stream) Scheduled(ctx context.Context, key journal.Key) (bool, error) {
	_, err := s.leaderLast(ctx, StreamName, ScheduleSubject(key))
	switch {
	case err == nil:
		return true, nil
	case isNotFound(err):
		return false, nil
	}
	return false, fmt.Errorf("look up the schedule of %s: %w", key, err)
}
