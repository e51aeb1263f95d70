package stream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/nats-io/nats.go"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// PutSignal implements [journal.Store]: one key, written once. It is repeated until
// ctx ends.
func (j *Journal) PutSignal(ctx context.Context, key journal.Key, s journal.Signal) error {
	if s.Value.Size() > j.sizes.Value {
		moved, err := j.putObject(ctx, key, s.Value.JSON)
		if err != nil {
			return fmt.Errorf("write signal of %s: %w", key, err)
		}
		s.Value = moved
	}
	// crash here: an object that nothing names. It stays.
	data, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("encode signal of %s: %w", key, err)
	}
	bucket := j.bucket(key)
	m := &nats.Msg{Subject: j.s.kv + kvSubject(bucket, SignalKey(key, s.ID)), Data: data, Header: expect(0, "")}
	for w := newBackoff(); ; {
		_, err := publish(ctx, j.s.nc, m, w)
		switch {
		case err == nil, hasCode(err, codeWrongLast): // an earlier try landed, and its answer was lost
			return nil
		case errors.Is(err, ErrTooLarge):
			return fmt.Errorf("write signal of %s: %w", key, err)
		}
		if err := w.wait(ctx, err); err != nil {
			return fmt.Errorf("write signal of %s: %w", key, err)
		}
	}
}

// DropSignal removes a signal that came for an execution that was deleted meanwhile. Its
// value, if it was moved out, is removed too.
func (s *Stream) DropSignal(ctx context.Context, key journal.Key, id execution.ID) error {
	bucket := s.journal.bucket(key)
	subject := kvSubject(bucket, SignalKey(key, id))
	m, err := s.leaderLast(ctx, kvStream(bucket), subject)
	switch {
	case isNotFound(err):
		return nil
	case err != nil:
		return fmt.Errorf("drop signal of %s: %w", key, err)
	}
	if sig, ok := s.signal(key, m); ok && sig.Value.Offloaded() {
		if err := s.deleteObject(ctx, key, sig.Value.Object); err != nil {
			return fmt.Errorf("drop signal of %s: %w", key, err)
		}
	}
	return s.purge(ctx, kvStream(bucket), subject)
}

// fewSignals is from how many on an inbox is read in batches, of signalBatch.
const fewSignals, signalBatch = 4, 256

// Inbox implements [journal.Store]: it asks the leader, for one signal at a time, until
// there is none. Where there are many, any replica is asked for a batch before that: it
// may have fewer, but none out of turn. The position of a signal is its sequence in the
// bucket.
func (j *Journal) Inbox(ctx context.Context, key journal.Key, behind journal.Revision) ([]journal.Signal, error) {
	bucket := j.bucket(key)
	filter := kvSubject(bucket, SignalKey(key, "*"))
	var all []journal.Signal
	keep := func(m storedMsg) {
		if s, ok := j.s.signal(key, m); ok {
			all = append(all, s)
		}
	}
	for at := uint64(behind) + 1; ; {
		if len(all) >= fewSignals {
			at = j.inboxBatch(ctx, kvStream(bucket), filter, at, keep)
		}
		m, err := j.s.leaderGet(ctx, kvStream(bucket), map[string]any{"seq": at, "next_by_subj": filter})
		switch {
		case isNotFound(err):
			return all, nil
		case err != nil:
			return nil, fmt.Errorf("read inbox of %s: %w", key, err)
		}
		at = m.Seq + 1
		keep(m)
	}
}

// inboxBatch reads signals from a position on, as many as a replica gives, and returns
// where to go on. What it does not bring, for whatever reason, is there all the same.
func (j *Journal) inboxBatch(ctx context.Context, stream, filter string, at uint64, keep func(storedMsg)) uint64 {
	body, err := json.Marshal(map[string]any{"seq": at, "next_by_subj": filter, "batch": signalBatch, "max_bytes": maxReadBytes})
	if err != nil {
		return at
	}
	_, err = j.s.lastMsgs(ctx, stream, body, signalBatch, func(m *nats.Msg) error {
		stored, err := directMsg(m)
		if err == nil && stored.Seq >= at {
			at = stored.Seq + 1
			keep(stored)
		}
		return err
	})
	if err != nil {
		j.s.log.Debug("read a batch of signals", "error", err)
	}
	return at
}

// signal reads a signal. One that nobody can read, or that was deleted by hand, is none:
// it must not keep the others away.
func (s *Stream) signal(key journal.Key, m storedMsg) (journal.Signal, bool) {
	if isMarker(m.Header) {
		return journal.Signal{}, false
	}
	id, err := execution.ParseID(m.Subject[strings.LastIndexByte(m.Subject, '.')+1:])
	sig := journal.Signal{ID: id, Position: journal.Revision(m.Seq)}
	if err == nil {
		err = json.Unmarshal(m.Data, &sig)
	}
	if err != nil {
		s.log.Error("a signal cannot be read", "execution", key.ID, "runtime", key.Runtime, "subject", m.Subject, "error", err)
	}
	return sig, err == nil
}

// Inboxes returns the executions of a runtime that ever got a signal.
func (s *Stream) Inboxes(ctx context.Context, runtime string) (map[execution.ID]bool, error) {
	all := map[execution.ID]bool{}
	for i := range s.cfg.Shards {
		bucket := shardBucket(i)
		subjects, err := s.subjectsOf(ctx, kvStream(bucket), kvSubject(bucket, runtime+".*.signal.*"))
		if err != nil {
			return nil, fmt.Errorf("list inboxes: %w", err)
		}
		for subject := range subjects {
			if parts := strings.Split(subject, "."); len(parts) == 6 {
				all[execution.ID(parts[3])] = true
			}
		}
	}
	return all, nil
}
