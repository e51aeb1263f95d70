package control

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
)

// Restart lets an execution go on that has ended.
type Restart struct {
	ID   execution.ID `json:"id"`
	From *int         `json:"from,omitempty"` // forget the entries from this seq on; nil: go on from where it failed
	As   string       `json:"as,omitempty"`   // who restarts it
}

// Fork makes a new execution that begins with the first entries of another one.
type Fork struct {
	ID    execution.ID `json:"id"`
	From  int          `json:"from"`            // how many entries it keeps
	Code  string       `json:"code,omitempty"`  // empty: that of the source
	As    string       `json:"as,omitempty"`    // who forks it
	NewID execution.ID `json:"newId,omitempty"` // empty: a fresh one
}

// Restart restarts, and returns the record of the execution, which goes on: follow it
// with [Client.Wait]. It returns [ErrNotFound], [ErrGone], [ErrConflict] when its status,
// or an entry that it would keep, forbids that, and [ErrBadRequest] for a seq beyond the
// journal: nothing is changed then. After [ErrUnavailable] it may have been restarted: look
// with [Client.Get].
func (c *Client) Restart(ctx context.Context, r Restart) (execution.Record, error) {
	var rec execution.Record
	return rec, c.Call(ctx, "restart", r, &rec)
}

// Fork forks, and returns the record of the new execution: follow it with [Client.Wait].
// It has the errors of [Client.Restart]; the record has the new id even then. After
// [ErrUnavailable] the fork may be there, may still be under way, or have broken off: look
// with [Client.Get], or fork again with that id as NewID, which returns the fork that is
// there, makes it, or returns [ErrConflict].
func (c *Client) Fork(ctx context.Context, f Fork) (execution.Record, error) {
	if f.NewID == "" {
		f.NewID = execution.NewID(time.Now())
	}
	rec := execution.Record{ExecutionID: f.NewID}
	return rec, c.Call(ctx, "fork", f, &rec)
}

// DryFork runs the code of a fork against the entries that it would keep, without calling
// anything, and returns where it departs from them. It has the errors of [Client.Fork].
// Code may run for as long as a pass: where ctx has a deadline that is waited for, for two
// minutes at most, and not the client's own timeout.
func (c *Client) DryFork(ctx context.Context, f Fork) (Departure, error) {
	in := struct {
		Fork
		DryRun bool `json:"dryRun"`
	}{f, true}
	timeout := c.timeout
	if until, ok := ctx.Deadline(); ok {
		timeout = min(time.Until(until), forkTimeout)
	}
	var d Departure
	answer, err := c.ask(ctx, "fork", in, timeout)
	if err != nil {
		return d, err
	}
	if err := json.Unmarshal(answer, &d); err != nil {
		return d, fmt.Errorf("read the answer of a dry fork: %w", err)
	}
	return d, nil
}
