package control

import (
	"context"
	"encoding/json"
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
// It has the errors of [Client.Restart]; the record has the new id even then: after
// [ErrUnavailable] look for that, or fork again with it as NewID.
func (c *Client) Fork(ctx context.Context, f Fork) (execution.Record, error) {
	if f.NewID == "" {
		f.NewID = execution.NewID(time.Now())
	}
	rec := execution.Record{ExecutionID: f.NewID}
	return rec, c.long(ctx, "fork", f, &rec)
}

// DryFork runs the code of a fork against the entries that it would keep, without calling
// anything, and returns where it departs from them. It has the errors of [Client.Fork].
func (c *Client) DryFork(ctx context.Context, f Fork) (Departure, error) {
	in := struct {
		Fork
		DryRun bool `json:"dryRun"`
	}{f, true}
	var d Departure
	return d, c.long(ctx, "fork", in, &d)
}

// long is [Client.Call] for an operation that may take its time; ctx bounds it, too.
func (c *Client) long(ctx context.Context, operation string, in, out any) error {
	answer, err := c.ask(ctx, operation, in, max(c.timeout, forkTimeout))
	if err != nil {
		return err
	}
	return json.Unmarshal(answer, out)
}
