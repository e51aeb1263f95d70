package stream

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
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

// The object store keeps a value as chunks, under a number that is new for each try to
// store it, and an entry that names the number, which is written last. The chunks
// of a try that broke off have no entry, and nobody finds them by a name.

// RemoveOrphans removes the chunks of values, of whatever runtime, that were never
// stored as a whole, or not deleted as a whole, and are older than age. It returns how
// many values those were. The server cannot be asked for them: all entries are read
// from the leader, one after another.
func (s *Stream) RemoveOrphans(ctx context.Context, age time.Duration) (int, error) {
	now, err := s.ServerTime(ctx)
	if err != nil {
		return 0, err
	}
	// In this order: an entry that is written meanwhile is read.
	chunks, err := s.subjectsOf(ctx, objectStream, chunkSubject("*"))
	if err != nil || len(chunks) == 0 {
		return 0, err
	}
	if err := s.eachEntry(ctx, func(info jetstream.ObjectInfo) {
		if !info.Deleted {
			delete(chunks, chunkSubject(info.NUID))
		}
	}); err != nil {
		return 0, fmt.Errorf("read the entries of large values: %w", err)
	}
	removed := 0
	for subject := range chunks {
		old, err := s.olderThan(ctx, objectStream, subject, now.Add(-age))
		if err == nil && old {
			err = s.purge(ctx, objectStream, subject)
		}
		switch {
		case err != nil:
			return removed, err
		case old:
			removed++
		}
	}
	return removed, nil
}

// eachEntry hands on what the leader has of every value. One that is written anew
// meanwhile comes again.
func (s *Stream) eachEntry(ctx context.Context, fn func(jetstream.ObjectInfo)) error {
	for seq := uint64(1); ; {
		m, err := s.leaderGet(ctx, objectStream, map[string]any{"seq": seq, "next_by_subj": objectSubject("*")})
		if isNotFound(err) {
			return nil
		}
		if err != nil {
			return err
		}
		var info jetstream.ObjectInfo
		if err := json.Unmarshal(m.Data, &info); err != nil {
			return fmt.Errorf("%w: %s: %w", journal.ErrCorrupt, m.Subject, err)
		}
		fn(info)
		seq = m.Seq + 1
	}
}

// objectStream is the stream of the object store.
const objectStream = "OBJ_" + Bucket

// chunkSubject is the subject of the chunks of one try to store a value.
func chunkSubject(number string) string { return "$O." + Bucket + ".C." + number }
