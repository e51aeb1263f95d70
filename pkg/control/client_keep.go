package control

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
)

// Expire ends every execution that has waited for a person, or was left running, for
// longer than age without a change, and returns their ids. The age may be 0. It
// returns [ErrBadRequest] for a negative one. It asks as often as it takes: with an
// error come the ids of those that had ended by then, and after [ErrUnavailable] more
// may have.
func (c *Client) Expire(ctx context.Context, age time.Duration) ([]execution.ID, error) {
	return c.keep(ctx, "expire", map[string]int64{"olderThanMs": age.Milliseconds()})
}

// Prune removes all executions that have ended but the newest, and returns the ids of
// those that are gone. It returns [ErrBadRequest] for a negative number, and asks as
// often as it takes, as [Client.Expire] does.
func (c *Client) Prune(ctx context.Context, newest int) ([]execution.ID, error) {
	return c.keep(ctx, "prune", map[string]int{"keep": newest})
}

// Delete removes an execution, whatever its status: a pass that runs is stopped, and
// what the execution did is not undone. Its id cannot be used again. It returns
// [ErrNotFound] or [ErrGone]. After [ErrUnavailable] it may be gone: ask again.
func (c *Client) Delete(ctx context.Context, id execution.ID) error {
	_, err := c.ask(ctx, "delete", map[string]execution.ID{"id": id}, max(c.timeout, keepWait))
	return err
}

// keepWait is the least time that such a request has: it looks at all executions.
const keepWait = keepTime + 5*time.Second

func (c *Client) keep(ctx context.Context, operation string, in any) ([]execution.ID, error) {
	all := []execution.ID{}
	for {
		answer, err := c.ask(ctx, operation, in, max(c.timeout, keepWait))
		if err != nil {
			return all, err
		}
		var step Kept
		if err := json.Unmarshal(answer, &step); err != nil {
			return all, fmt.Errorf("read the answer of %s: %w", operation, err)
		}
		all = append(all, step.Executions...)
		if !step.More {
			return all, nil
		}
	}
}
