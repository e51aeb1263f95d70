package stream

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// Bury deletes an execution for good (R10): its state becomes a tombstone that
// answers late deliveries for the time keep, and everything else is removed. st is
// the state that was read at revision last, with a Nonce and Write number of the
// caller's own. Bury returns [journal.ErrFenced] when the state has moved on. What a
// crash left behind is removed by burying the tombstone again.
func (s *Stream) Bury(ctx context.Context, key journal.Key, st journal.State, last journal.Revision, keep time.Duration) error {
	hashes, err := s.objectsOf(ctx, key, st, last)
	if err == nil {
		_, err = s.journal.putState(ctx, key, tombstone(st), last, keep)
	}
	if err != nil {
		return fmt.Errorf("bury %s: %w", key, err)
	}
	// crash here: the tombstone and the records still name the objects.
	for _, hash := range hashes {
		if err := s.deleteObject(ctx, key, hash); err != nil {
			return fmt.Errorf("bury %s: %w", key, err)
		}
	}
	bucket := s.journal.bucket(key)
	for _, name := range []string{".log.>", ".request", ".signal.>"} {
		if err := s.purge(ctx, kvStream(bucket), kvSubject(bucket, key.String()+name)); err != nil {
			return fmt.Errorf("bury %s: %w", key, err)
		}
	}
	if err := s.Unschedule(ctx, key); err != nil {
		return fmt.Errorf("bury %s: %w", key, err)
	}
	return nil
}

// tombstone keeps of a state what finds its objects again.
func tombstone(st journal.State) journal.State {
	st.Status = execution.Deleted
	for _, v := range st.Values() {
		if v.Offloaded() {
			return st
		}
	}
	st.Result, st.Logs, st.Carry, st.Pending, st.Waits, st.Failure, st.Error = nil, nil, nil, nil, nil, nil, ""
	return st
}

// objectsOf lists the hashes of everything that was moved out of an execution.
func (s *Stream) objectsOf(ctx context.Context, key journal.Key, st journal.State, last journal.Revision) ([]string, error) {
	records, err := s.journal.Load(ctx, key, last)
	if err != nil {
		return nil, err
	}
	values := st.Values()
	for i := range records {
		values = append(values, records[i].Values()...)
	}
	inbox, err := s.journal.Inbox(ctx, key, 0)
	if err != nil {
		return nil, err
	}
	for i := range inbox {
		values = append(values, inbox[i].Value)
	}
	bucket := s.journal.bucket(key)
	request, err := s.leaderLast(ctx, kvStream(bucket), kvSubject(bucket, RequestKey(key)))
	if err != nil && !isNotFound(err) {
		return nil, err
	}
	var pointer journal.Value
	if json.Unmarshal(request.Data, &pointer) == nil {
		values = append(values, &pointer)
	}
	var hashes []string
	for _, v := range values {
		if v.Offloaded() {
			hashes = append(hashes, v.Object)
		}
	}
	return hashes, nil
}

// deleteObject removes a value, and the marker that the object store leaves.
func (s *Stream) deleteObject(ctx context.Context, key journal.Key, hash string) error {
	name := objectName(key, hash)
	err := s.journal.repeat(ctx, func(try context.Context) error {
		err := s.journal.objects.Delete(try, name)
		if errors.Is(err, jetstream.ErrObjectNotFound) {
			return nil
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("delete value %s: %w", hash, err)
	}
	return s.purge(ctx, "OBJ_"+Bucket, "$O."+Bucket+".M."+base64.URLEncoding.EncodeToString([]byte(name)))
}

// purge removes all messages of a subject.
func (s *Stream) purge(ctx context.Context, stream, filter string) error {
	var out struct{}
	if err := s.call(ctx, "STREAM.PURGE."+stream, map[string]any{"filter": filter}, &out); err != nil {
		return fmt.Errorf("purge %s: %w", filter, err)
	}
	return nil
}
