package stream

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// Leftover is what lies beside the journal of an execution.
type Leftover struct {
	Objects []string // hashes of large values
	Signals int
}

// Leftovers lists what lies beside the journals of a runtime, those of living
// executions included. The object store cannot be asked for the values of one
// execution: the names of all are listed, which is one request for 100,000 of them.
func (s *Stream) Leftovers(ctx context.Context, runtime string) (map[execution.ID]Leftover, error) {
	all := map[execution.ID]Leftover{}
	objects, err := s.subjectsOf(ctx, objectStream, objectSubject("*"))
	if err != nil {
		return nil, err
	}
	for subject := range objects {
		name, err := base64.URLEncoding.DecodeString(strings.TrimPrefix(subject, objectSubject("")))
		if err != nil {
			continue // not one of ours
		}
		parts := strings.Split(string(name), ".")
		if len(parts) != 3 || parts[0] != runtime {
			continue
		}
		id := execution.ID(parts[1])
		l := all[id]
		l.Objects = append(l.Objects, parts[2])
		all[id] = l
	}
	for i := range s.cfg.Shards {
		bucket := shardBucket(i)
		signals, err := s.subjectsOf(ctx, kvStream(bucket), kvSubject(bucket, runtime+".*.signal.*"))
		if err != nil {
			return nil, err
		}
		for subject, n := range signals {
			id := execution.ID(strings.Split(strings.TrimPrefix(subject, kvSubject(bucket, "")), ".")[1])
			l := all[id]
			l.Signals += int(n)
			all[id] = l
		}
	}
	return all, nil
}

// RemoveLeftover removes what lies beside a journal that is gone. Values that are
// younger than age stay: what is to point to them may not be written yet.
func (s *Stream) RemoveLeftover(ctx context.Context, key journal.Key, l Leftover, age time.Duration) error {
	for _, hash := range l.Objects {
		if age > 0 {
			info, err := s.journal.objects.GetInfo(ctx, objectName(key, hash), jetstream.GetObjectInfoShowDeleted())
			switch {
			case errors.Is(err, jetstream.ErrObjectNotFound):
				continue
			case err != nil:
				return fmt.Errorf("look up value %s of %s: %w", hash, key, err)
			case time.Since(info.ModTime) < age:
				continue
			}
		}
		if err := s.deleteObject(ctx, key, hash); err != nil {
			return fmt.Errorf("remove what is left of %s: %w", key, err)
		}
	}
	if l.Signals == 0 {
		return nil
	}
	bucket := s.journal.bucket(key)
	return s.purge(ctx, kvStream(bucket), kvSubject(bucket, key.String()+".signal.>"))
}

// objectSubject is the subject of the entry of a value in the object store; name is
// in base64.
func objectSubject(name string) string { return "$O." + Bucket + ".M." + name }
