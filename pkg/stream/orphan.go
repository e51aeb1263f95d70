package stream

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/reprise-run/reprise/pkg/journal"
)

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
	unread, err := s.subjectsOf(ctx, objectStream, objectSubject("*"))
	if err != nil {
		return 0, err
	}
	if err := s.eachEntry(ctx, func(subject string, info jetstream.ObjectInfo) {
		delete(unread, subject)
		if !info.Deleted {
			delete(chunks, chunkSubject(info.NUID))
		}
	}); err != nil {
		return 0, fmt.Errorf("read the entries of large values: %w", err)
	}
	if len(unread) > 0 { // nothing else would keep what they point to from being removed
		return 0, fmt.Errorf("read the entries of large values: %d were listed and not found", len(unread))
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
func (s *Stream) eachEntry(ctx context.Context, fn func(subject string, info jetstream.ObjectInfo)) error {
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
		fn(m.Subject, info)
		seq = m.Seq + 1
	}
}

// objectStream is the stream of the object store.
const objectStream = "OBJ_" + Bucket

// chunkSubject is the subject of the chunks of one try to store a value.
func chunkSubject(number string) string { return "$O." + Bucket + ".C." + number }
