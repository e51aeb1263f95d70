package stream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/reprise-run/reprise/pkg/journal"
)

// The reasons of a wake.
const (
	WakeApproved = "approved"
	WakeResolved = "resolved"
	WakeSignal   = "signal"
	WakeRollback = "rollback"
	WakeCancel   = "cancel"
	WakeTimer    = "timer"
	WakeSweep    = "sweep"
	WakeRestart  = "restart"
)

// WakeBody is the JSON body of a wake.
type WakeBody struct {
	ID     string `json:"id"`
	Reason string `json:"reason"`

	// Revision is that of the state write that caused the wake; its handler does
	// not decide on an older state. 0: unknown, as in a wake sent by hand.
	Revision uint64 `json:"revision,omitempty"`
}

func (w WakeBody) encode() []byte {
	body, err := json.Marshal(w)
	if err != nil {
		panic(fmt.Sprintf("encode wake: %v", err)) // two strings and a number
	}
	return body
}

// Wake publishes that a waiting execution may go on. It is repeated until ctx ends;
// the queue keeps one wake per revision within two minutes. Without a revision,
// 0, every call publishes one.
func (s *Stream) Wake(ctx context.Context, key journal.Key, reason string, rev journal.Revision) error {
	_, err := s.WakeAt(ctx, key, reason, rev)
	return err
}

// WakeAt is [Stream.Wake], and returns where in the queue the wake is: with a revision,
// perhaps one that was published before.
func (s *Stream) WakeAt(ctx context.Context, key journal.Key, reason string, rev journal.Revision) (seq uint64, err error) {
	m := &nats.Msg{
		Subject: WakeSubject(key.Runtime),
		Data:    WakeBody{ID: string(key.ID), Reason: reason, Revision: uint64(rev)}.encode(),
	}
	if rev != 0 {
		m.Header = nats.Header{jetstream.MsgIDHeader: []string{WakeMsgID(key, rev)}}
	}
	for w := newBackoff(); ; {
		ack, err := publish(ctx, s.nc, m, w)
		if err == nil {
			return ack.Seq, nil
		}
		if errors.Is(err, ErrRefused) {
			return 0, fmt.Errorf("wake %s: %w", key, err)
		}
		if err := w.wait(ctx, err); err != nil {
			return 0, fmt.Errorf("wake %s: %w", key, err)
		}
	}
}
