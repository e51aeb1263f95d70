package control

import (
	"context"
	"errors"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/reprise-run/reprise/pkg/execution"
)

// Rollback has the applied calls of an execution undone, the last one first, by those
// connectors that can. It returns the record once that is accepted, with a report that
// is not done; wait for the end with [Client.AwaitRollback]. Where nothing can be
// undone, nothing changes: the record has no report then, or that of an earlier
// rollback. It returns [ErrNotFound], and [ErrGone] for a deleted one. After
// [ErrUnavailable] it may have been accepted: look with [Client.Get].
func (c *Client) Rollback(ctx context.Context, id execution.ID, as string) (execution.Record, error) {
	var r execution.Record
	in := struct {
		ID execution.ID `json:"id"`
		As string       `json:"as,omitempty"`
	}{id, as}
	return r, c.Call(ctx, "rollback", in, &r)
}

// Cancel ends an execution at once, also in the middle of a call, whose outcome is
// unknown then. With rollback, what it did is undone as by [Client.Rollback]; where
// that is something the execution ends `rolled_back`. It returns the record, and
// [ErrConflict] when the execution has ended already, but for a cancelled one; else
// the errors of [Client.Rollback].
func (c *Client) Cancel(ctx context.Context, id execution.ID, rollback bool, as string) (execution.Record, error) {
	var r execution.Record
	in := struct {
		ID       execution.ID `json:"id"`
		Rollback bool         `json:"rollback"`
		As       string       `json:"as,omitempty"`
	}{id, rollback, as}
	return r, c.Call(ctx, "cancel", in, &r)
}

// AwaitRollback returns the record once no rollback is under way. It listens, and
// because events may be lost it also looks. It returns the cause of ctx when that ends
// first, and the errors of [Client.Get] that asking again does not change.
func (c *Client) AwaitRollback(ctx context.Context, id execution.ID) (execution.Record, error) {
	w, err := c.Watch(id)
	if err != nil {
		return execution.Record{}, err
	}
	defer w.Close()
	delay := firstLook / 8
	for timer := time.NewTimer(0); ; timer.Reset(delay) {
		for wait := true; wait; {
			select {
			case <-ctx.Done():
				return execution.Record{}, context.Cause(ctx)
			case <-timer.C:
				wait = false
			case e := <-w.events:
				wait = e.Name != execution.EventDispose
			}
		}
		done := func(r execution.Record) bool { return r.Rollback == nil || r.Rollback.Done }
		r, err := c.glance(ctx, id)
		if err == nil && done(r) {
			r, err = c.Get(ctx, id)
		}
		switch {
		case err == nil && done(r):
			return r, nil
		case errors.Is(err, ErrNotFound), errors.Is(err, ErrGone), errors.Is(err, ErrBadRequest), errors.Is(err, nats.ErrConnectionClosed):
			return execution.Record{}, err
		}
		delay = min(2*delay, lastLook)
	}
}
