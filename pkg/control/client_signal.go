package control

import (
	"context"
	"encoding/json"

	"github.com/reprise-run/reprise/pkg/execution"
)

// Signal sends a signal to an execution: value is plain JSON, nil for no value. It
// returns true when the code waits for it, and false when it is kept until the code
// does. Of two signals the second of which is sent when Signal has returned, the first
// is received first. It returns [ErrNotFound], also for an execution that nobody has
// claimed yet, [ErrConflict] for one that has ended, [ErrGone] or [ErrBadRequest]:
// nothing is kept then. After [ErrUnavailable] it may have been kept.
func (c *Client) Signal(ctx context.Context, id execution.ID, name string, value json.RawMessage) (delivered bool, err error) {
	var d Delivery
	in := struct {
		ID    execution.ID    `json:"id"`
		Name  string          `json:"name"`
		Value json.RawMessage `json:"value,omitempty"`
	}{id, name, value}
	err = c.Call(ctx, "signal", in, &d)
	return d.Delivered, err
}
