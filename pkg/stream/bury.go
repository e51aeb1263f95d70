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
// caller's own; the next Write number is used too. Bury returns [journal.ErrFenced]
// when the state has moved on. buried is called once the tombstone stands; nil is
// allowed. What a crash left behind is removed by burying the tombstone again: it is
// marked as long as something is left.
func (s *Stream) Bury(ctx context.Context, key journal.Key, st journal.State, last journal.Revision, keep time.Duration, buried func()) error {
	hashes, err := s.objectsOf(ctx, key, st, last)
	if err == nil {
		last, err = s.journal.putState(ctx, key, tombstone(st), last, keep)
	}
	if err != nil {
		return fmt.Errorf("bury %s: %w", key, err)
	}
	if buried != nil {
		buried()
	}
	// crash here: the tombstone and the records still name the objects.
	if err := s.removeAll(ctx, key, hashes); err != nil {
		return fmt.Errorf("bury %s: %w", key, err)
	}
	// crash here: nothing is left; the mark is, and it is looked for once more.
	_, err = s.journal.putState(ctx, key, inscription(st), last, keep)
	if err != nil && !errors.Is(err, journal.ErrFenced) { // fenced: another one buries it too
		return fmt.Errorf("bury %s: %w", key, err)
	}
	return nil
}

// removeAll removes what there is of an execution besides its state.
func (s *Stream) removeAll(ctx context.Context, key journal.Key, hashes []string) error {
	for _, hash := range hashes {
		if err := s.deleteObject(ctx, key, hash); err != nil {
			return err
		}
	}
	bucket := s.journal.bucket(key)
	for _, name := range []string{".log.>", ".request", ".signal.>"} {
		if err := s.purge(ctx, kvStream(bucket), kvSubject(bucket, key.String()+name)); err != nil {
			return err
		}
	}
	return s.Unschedule(ctx, key)
}

// tombstone keeps of a state what finds its objects again.
func tombstone(st journal.State) journal.State {
	t := inscription(st)
	t.Burying, t.Write = true, st.Write
	for _, v := range st.Values() {
		if v.Offloaded() {
			t.Result, t.Logs, t.Carry, t.Waits = st.Result, st.Logs, st.Carry, st.Waits
		}
	}
	return t
}

// inscription is what the tombstone says in the end: nothing that the execution did.
func inscription(st journal.State) journal.State {
	return journal.State{
		Status: execution.Deleted, Attempt: st.Attempt, Nonce: st.Nonce, Write: st.Write + 1, Carrier: st.Carrier,
		CreatedAt: st.CreatedAt, UpdatedAt: st.UpdatedAt, Digest: st.Digest,
	}
}

// objectsOf lists the hashes of everything that was moved out of an execution. What the
// records of a broken journal point to is not known: it is left over, and found as that.
func (s *Stream) objectsOf(ctx context.Context, key journal.Key, st journal.State, last journal.Revision) ([]string, error) {
	records, err := s.journal.Load(ctx, key, last)
	if err != nil && !errors.Is(err, journal.ErrCorrupt) {
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
	return s.purge(ctx, objectStream, objectSubject(base64.URLEncoding.EncodeToString([]byte(name))))
}

// purge removes all messages of a subject.
func (s *Stream) purge(ctx context.Context, stream, filter string) error {
	var out struct{}
	if err := s.call(ctx, "STREAM.PURGE."+stream, map[string]any{"filter": filter}, &out); err != nil {
		return fmt.Errorf("purge %s: %w", filter, err)
	}
	return nil
}
