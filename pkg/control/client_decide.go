package control

import (
	"context"
	"encoding/json"

	"github.com/reprise-run/reprise/pkg/execution"
)

// Approval lets calls be made that wait for a person's yes.
type Approval struct {
	ID     execution.ID
	Seq    *int            // which call; nil: all that wait for an approval
	Args   json.RawMessage // plain JSON in the place of the call's arguments; nil: as issued
	As     string          // who approves
	Reason string
}

// Resolution supplies the outcome of a call that waits for one: exactly one of Result,
// Error and Run.
type Resolution struct {
	ID     execution.ID
	Seq    int
	Result json.RawMessage      // plain JSON: this is what it gave
	Error  *execution.CallError // it failed
	Run    bool                 // it did not happen: make the call
	As     string
	Reason string
}

// decision is both on the wire.
type decision struct {
	ID     execution.ID         `json:"id"`
	Seq    *int                 `json:"seq,omitempty"`
	Args   json.RawMessage      `json:"args,omitempty"`
	Result json.RawMessage      `json:"result,omitempty"`
	Error  *execution.CallError `json:"error,omitempty"`
	Run    bool                 `json:"run,omitempty"`
	As     string               `json:"as,omitempty"`
	Reason string               `json:"reason,omitempty"`
	Wait   bool                 `json:"wait"`
}

// Pending returns one page of what waits for a person.
func (c *Client) Pending(ctx context.Context, q PendingQuery) (PendingCalls, error) {
	var p PendingCalls
	return p, c.Call(ctx, "pending", q, &p)
}

// Approve approves, and returns the next outcome once there is one; see [Client.Wait].
// It returns [ErrNotFound], [ErrConflict] when nothing waits for it (any more), and
// [ErrBadRequest] for arguments that the method does not take: nothing is changed then.
// After [ErrUnavailable] the decision may have been made: look with [Client.Get].
func (c *Client) Approve(ctx context.Context, a Approval, f Follow) (execution.Outcome, error) {
	return c.decide(ctx, "approve", decision{ID: a.ID, Seq: a.Seq, Args: a.Args, As: a.As, Reason: a.Reason}, f)
}

// Resolve resolves, and returns the next outcome, with the errors of [Client.Approve].
func (c *Client) Resolve(ctx context.Context, r Resolution, f Follow) (execution.Outcome, error) {
	return c.decide(ctx, "resolve", decision{
		ID: r.ID, Seq: &r.Seq, Result: r.Result, Error: r.Error, Run: r.Run, As: r.As, Reason: r.Reason,
	}, f)
}

// decide makes a decision and follows the execution from there.
func (c *Client) decide(ctx context.Context, operation string, d decision, f Follow) (execution.Outcome, error) {
	w, err := c.Watch(d.ID)
	if err != nil {
		return execution.Outcome{}, err
	}
	defer w.Close()
	var done Decided
	if err := c.Call(ctx, operation, d, &done); err != nil {
		return execution.Outcome{}, err
	}
	if f.OnReceipt != nil {
		f.OnReceipt(Receipt{ID: d.ID, Existing: true})
	}
	return c.follow(ctx, w, d.ID, follower{after: done.Attempt}, f)
}

// Reject says no to a call that waits, or with a nil seq to all of them: the execution
// ends `rejected`. It returns false when nothing waits for it: nothing is changed then.
func (c *Client) Reject(ctx context.Context, id execution.ID, seq *int, reason, as string) (bool, error) {
	var r Rejection
	in := struct {
		ID     execution.ID `json:"id"`
		Seq    *int         `json:"seq,omitempty"`
		Reason string       `json:"reason,omitempty"`
		As     string       `json:"as,omitempty"`
	}{id, seq, reason, as}
	err := c.Call(ctx, "reject", in, &r)
	return r.Rejected, err
}
