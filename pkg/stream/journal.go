package stream

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// Journal is the [journal.Store] in JetStream.
type Journal struct {
	s       *Stream
	objects jetstream.ObjectStore
	sizes   journal.Sizes
}

var _ journal.Store = (*Journal)(nil)

// bucket names the bucket that holds the journal of key.
func (j *Journal) bucket(key journal.Key) string { return shardBucket(shardOf(key.ID, j.s.cfg.Shards)) }

func kvStream(bucket string) string        { return "KV_" + bucket }
func kvSubject(bucket, name string) string { return "$KV." + bucket + "." + name }

// expect returns the headers by which the server refuses a write unless seq is the
// last one of the subject; without a subject, of the message's own.
func expect(seq uint64, subject string) nats.Header {
	values := [...]string{strconv.FormatUint(seq, 10), subject}
	h := nats.Header{jetstream.ExpectedLastSubjSeqHeader: values[:1:1]}
	if subject != "" {
		h[jetstream.ExpectedLastSubjSeqSubjHeader] = values[1:]
	}
	return h
}

// State implements [journal.Store]: it asks the leader.
func (j *Journal) State(ctx context.Context, key journal.Key) (journal.Stored, error) {
	bucket := j.bucket(key)
	m, err := j.s.leaderLast(ctx, kvStream(bucket), kvSubject(bucket, StateKey(key)))
	switch {
	case isNotFound(err), err == nil && isMarker(m.Header):
		return journal.Stored{}, fmt.Errorf("state of %s: %w", key, journal.ErrNotFound)
	case err != nil:
		return journal.Stored{}, fmt.Errorf("read state of %s: %w", key, err)
	}
	return decodeState(key, m)
}

func decodeState(key journal.Key, m storedMsg) (journal.Stored, error) {
	st := journal.Stored{Revision: journal.Revision(m.Seq), At: m.Time}
	if err := json.Unmarshal(m.Data, &st.State); err != nil {
		return journal.Stored{}, fmt.Errorf("state of %s: %w: %w", key, journal.ErrCorrupt, err)
	}
	return st, nil
}

// isMarker reports whether the headers are those of a deleted key.
func isMarker(header []byte) bool {
	return bytes.Contains(header, []byte("KV-Operation:")) || bytes.Contains(header, []byte("Nats-Marker-Reason:"))
}

// PutState implements [journal.Store]: a compare-and-set on the state's own key.
func (j *Journal) PutState(ctx context.Context, key journal.Key, st journal.State, last journal.Revision) (journal.Revision, error) {
	return j.putState(ctx, key, st, last, 0)
}

// putState writes a state that vanishes after the time keep; 0: never.
func (j *Journal) putState(ctx context.Context, key journal.Key, st journal.State, last journal.Revision, keep time.Duration) (journal.Revision, error) {
	data, err := st.Encode(j.sizes, j.offload(ctx, key))
	if err != nil {
		return 0, fmt.Errorf("write state of %s: %w", key, err)
	}
	m := &nats.Msg{
		Subject: j.s.kv + kvSubject(j.bucket(key), StateKey(key)), Data: data, Header: expect(uint64(last), ""),
	}
	if keep > 0 {
		m.Header[jetstream.MsgTTLHeader] = []string{strconv.FormatInt(int64(max(keep, time.Second)/time.Second), 10)}
	}
	for w := newBackoff(); ; {
		ack, err := publish(ctx, j.s.nc, m, w)
		switch {
		case err == nil:
			return journal.Revision(ack.Seq), nil
		case hasCode(err, codeWrongLast):
			return j.landed(ctx, key, st)
		case errors.Is(err, ErrTooLarge):
			return 0, fmt.Errorf("write state of %s: %w", key, err)
		}
		if err := w.wait(ctx, err); err != nil {
			return 0, fmt.Errorf("write state of %s: %w", key, err)
		}
	}
}

// landed decides on a state write that the fence refused: it may have landed in an
// earlier try whose answer was lost. Then the state is that write.
func (j *Journal) landed(ctx context.Context, key journal.Key, st journal.State) (journal.Revision, error) {
	now, err := j.State(ctx, key)
	switch {
	case err != nil && !errors.Is(err, journal.ErrNotFound):
		return 0, fmt.Errorf("write state: %w", err)
	case err == nil && st.Nonce != "" && now.State.Nonce == st.Nonce && now.State.Write == st.Write:
		return now.Revision, nil
	}
	return 0, fmt.Errorf("write state of %s: %w", key, journal.ErrFenced)
}

// Request implements [journal.Store].
func (j *Journal) Request(ctx context.Context, key journal.Key) (execution.Request, error) {
	var r execution.Request
	v, err := j.RequestValue(ctx, key)
	if err != nil {
		return r, err
	}
	text, err := j.Resolve(ctx, key, v)
	if err != nil {
		return r, fmt.Errorf("read request of %s: %w", key, err)
	}
	if err := json.Unmarshal(text, &r); err != nil {
		return r, fmt.Errorf("request of %s: %w: %w", key, journal.ErrCorrupt, err)
	}
	return r, nil
}

// RequestValue reads the request as it is stored: its JSON, or the pointer to that. It
// returns [journal.ErrNotFound].
func (j *Journal) RequestValue(ctx context.Context, key journal.Key) (journal.Value, error) {
	bucket := j.bucket(key)
	m, err := j.s.leaderLast(ctx, kvStream(bucket), kvSubject(bucket, RequestKey(key)))
	switch {
	case isNotFound(err), err == nil && isMarker(m.Header):
		return journal.Value{}, fmt.Errorf("request of %s: %w", key, journal.ErrNotFound)
	case err != nil:
		return journal.Value{}, fmt.Errorf("read request of %s: %w", key, err)
	}
	// A large request is a pointer; a request itself has no such field.
	var v journal.Value
	if err := json.Unmarshal(m.Data, &v); err == nil && v.Offloaded() {
		return v, nil
	}
	return journal.Value{JSON: m.Data}, nil
}

// PutRequest implements [journal.Store].
func (j *Journal) PutRequest(ctx context.Context, key journal.Key, claim journal.Revision, r execution.Request) error {
	data, err := json.Marshal(r)
	if err == nil && len(data) > j.sizes.Value {
		data, err = j.offloadText(ctx, key, data)
	}
	if err == nil {
		err = j.fenced(ctx, key, claim, RequestKey(key), data)
	}
	if err != nil {
		return fmt.Errorf("write request of %s: %w", key, err)
	}
	return nil
}

// Append implements [journal.Store].
func (j *Journal) Append(ctx context.Context, key journal.Key, claim journal.Revision, n int, r journal.Record) (int, error) {
	parts, err := r.Encode(j.sizes, j.offload(ctx, key))
	if err != nil {
		return n, fmt.Errorf("append record %d of %s: %w", n, key, err)
	}
	// crash here: between two parts the journal ends with completions whose
	// following calls were never issued; they are issued again.
	for _, part := range parts {
		if err := j.fenced(ctx, key, claim, LogKey(key, n), part); err != nil {
			return n, fmt.Errorf("append record %d of %s: %w", n, key, err)
		}
		n++
	}
	return n, nil
}

// fenced writes one key while the claim is the last write of the state. It is
// repeated blindly: the same write twice is one.
func (j *Journal) fenced(ctx context.Context, key journal.Key, claim journal.Revision, name string, data []byte) error {
	bucket := j.bucket(key)
	m := &nats.Msg{
		Subject: j.s.kv + kvSubject(bucket, name), Data: data, Header: expect(uint64(claim), kvSubject(bucket, StateKey(key))),
	}
	for w := newBackoff(); ; {
		_, err := publish(ctx, j.s.nc, m, w)
		switch {
		case err == nil:
			return nil
		case hasCode(err, codeWrongLast):
			return journal.ErrFenced
		case errors.Is(err, ErrTooLarge):
			return err
		}
		if err := w.wait(ctx, err); err != nil {
			return err
		}
	}
}
