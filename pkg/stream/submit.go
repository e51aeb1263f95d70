package stream

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/reprise-run/reprise/pkg/execution"
)

// Receipt is the queue's promise to keep a submission.
type Receipt struct {
	ID  execution.ID // as given
	Seq uint64       // of the message in the queue

	// Duplicate says that the queue has, or had within its window of two
	// minutes, a submission of this id; Seq is then that of the first one.
	Duplicate bool
}

// Submit publishes a submission and waits for the queue's acknowledgement. With an
// id it is repeated until ctx ends, which is safe: the queue drops duplicates. Without
// one a lost answer is an error that wraps [nats.ErrTimeout] or the cause of ctx.
// It returns [ErrRefused] when the server refuses the message for good.
func Submit(ctx context.Context, js jetstream.JetStream, runtime string, id execution.ID, body []byte) (Receipt, error) {
	if err := execution.CheckRuntime(runtime); err != nil {
		return Receipt{}, fmt.Errorf("submit: %w", err)
	}
	m := &nats.Msg{Subject: SubmitSubject(runtime), Data: body}
	if id != "" {
		m.Header = nats.Header{jetstream.MsgIDHeader: []string{SubmitMsgID(runtime, id)}}
	}
	w := newBackoff()
	if id == "" {
		w.try = longestTry // the only one
	}
	for {
		ack, err := publish(ctx, js.Conn(), m, w)
		switch {
		case err == nil:
			return Receipt{ID: id, Seq: ack.Seq, Duplicate: ack.Duplicate}, nil
		case errors.Is(err, ErrRefused), id == "" && uncertain(err):
			return Receipt{}, fmt.Errorf("submit to runtime %s: %w", runtime, err)
		}
		if werr := w.wait(ctx, err); werr != nil {
			return Receipt{}, fmt.Errorf("submit to runtime %s: %w", runtime, werr)
		}
	}
}
