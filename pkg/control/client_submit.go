package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/stream"
)

// Receipt says that a submission is stored: it will run.
type Receipt struct {
	ID execution.ID

	// Existing is true when the queue knew a submission of that id already.
	Existing bool
}

// Submit stores a submission and returns at once. It needs no executor. Without an
// id it gets one. With one it may be repeated: it never runs twice, and
// [ErrConflict] or [ErrGone] say that the id is taken, if an executor is there to
// compare. [ErrUnavailable] leaves open whether it was stored; the receipt has
// the id even then.
func (c *Client) Submit(ctx context.Context, r execution.Request) (Receipt, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	if r.ID == "" {
		return c.publish(ctx, withID(r))
	}
	// An executor can tell whether the id is taken. Without one, or without the
	// right to ask, the queue drops a repetition of the last minutes.
	_, err := c.ask(ctx, "submit", r, c.timeout/2)
	switch {
	case err == nil:
		return Receipt{ID: r.ID}, nil
	case errors.Is(err, ErrConflict), errors.Is(err, ErrGone), errors.Is(err, ErrBadRequest):
		return Receipt{ID: r.ID}, err
	}
	return c.publish(ctx, r)
}

func withID(r execution.Request) execution.Request {
	r.ID = execution.NewID(time.Now())
	return r
}

// publish hands the submission to the queue.
func (c *Client) publish(ctx context.Context, r execution.Request) (Receipt, error) {
	body, err := json.Marshal(r)
	if err != nil {
		return Receipt{ID: r.ID}, fmt.Errorf("encode submission: %w", err)
	}
	receipt, err := stream.Submit(ctx, c.js, c.runtime, r.ID, body)
	switch {
	case err == nil:
		return Receipt{ID: r.ID, Existing: receipt.Duplicate}, nil
	case errors.Is(err, stream.ErrTooLarge):
		return Receipt{ID: r.ID}, fmt.Errorf("submit %d bytes: %w (%d)", len(body), ErrTooLarge, c.nc.MaxPayload())
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, nats.ErrTimeout):
		return Receipt{ID: r.ID}, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return Receipt{ID: r.ID}, err
}
