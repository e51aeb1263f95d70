package stream

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// floor runs executions one after another until none is left. Its messages are not
// encoded: what is measured is the broker and the way to it.
func floor(b *testing.B, s *Stream, js jetstream.JetStream, q *Queue, payload []byte, left *atomic.Int64) error {
	for left.Add(-1) >= 0 {
		id := execution.NewID(time.Now())
		if _, err := Submit(b.Context(), js, "default", id, payload); err != nil {
			return err
		}
		d, err := q.Next(b.Context())
		if err != nil {
			return err
		}
		if err := writes(b, s, journal.Key{Runtime: "default", ID: execution.ID(d.MsgID)}, payload); err != nil {
			return err
		}
		if err := d.Ack(b.Context()); err != nil {
			return err
		}
	}
	return nil
}

// writes is claim, request, ten records and settle: 13 writes.
func writes(b *testing.B, s *Stream, key journal.Key, payload []byte) error {
	j := s.Journal()
	bucket := j.bucket(key)
	state := kvSubject(bucket, StateKey(key))
	put := func(last uint64) (uint64, error) {
		m := &nats.Msg{Subject: state, Data: payload, Header: expect(last, "")}
		ack, err := publish(b.Context(), s.nc, m, newBackoff())
		return ack.Seq, err
	}
	claim, err := put(0)
	if err != nil {
		return err
	}
	if err := j.fenced(b.Context(), key, journal.Revision(claim), RequestKey(key), payload); err != nil {
		return err
	}
	for n := range 10 {
		if err := j.fenced(b.Context(), key, journal.Revision(claim), LogKey(key, n), payload); err != nil {
			return err
		}
	}
	_, err = put(claim)
	return err
}
