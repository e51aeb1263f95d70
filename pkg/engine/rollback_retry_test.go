package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/retry"
)

// undoRetry is how undoings that fail are retried.
type undoRetry struct {
	policy *execution.Retry
	undo   func(ctx context.Context, call connector.Call, nth int) error
	order  string
	delays string
	failed string
}

func undoRetries() map[string]undoRetry {
	busy := func(after time.Duration) error { return &retry.Error{After: after, Err: errors.New("busy")} }
	return map[string]undoRetry{
		"each has a budget of its own": {
			undo: func(_ context.Context, _ connector.Call, nth int) error {
				return map[bool]error{true: busy(0)}[nth < 3]
			},
			order:  "1 1 1 0 0 0",
			delays: "[500ms 1s 500ms 1s]",
		},
		"the budget is used up": {
			policy: &execution.Retry{MaxAttempts: 2, InitialDelayMs: -1, MaxDelayMs: -1},
			undo:   func(_ context.Context, call connector.Call, _ int) error { return map[int]error{1: busy(-1)}[call.Seq] },
			order:  "1 1 0", delays: "[0s]", failed: "x.do: busy",
		},
		"no retries": {
			policy: &execution.Retry{Off: true},
			undo:   func(_ context.Context, call connector.Call, _ int) error { return map[int]error{1: busy(0)}[call.Seq] },
			order:  "1 0", delays: "[]", failed: "x.do: busy",
		},
		"the policy says no": {
			policy: &execution.Retry{MaxAttempts: 3, ShouldRetry: `(c) => c.failure.message != "busy"`},
			undo:   func(_ context.Context, call connector.Call, _ int) error { return map[int]error{1: busy(0)}[call.Seq] },
			order:  "1 0", delays: "[]", failed: "x.do: busy",
		},
		"one that does not answer": {
			policy: &execution.Retry{MaxAttempts: 2, InitialDelayMs: 7, MaxDelayMs: 7},
			undo: func(ctx context.Context, call connector.Call, nth int) error {
				if call.Seq == 1 && nth == 1 {
					<-ctx.Done()
					return ctx.Err()
				}
				return nil
			},
			order: "1 1 0", delays: "[7ms]",
		},
	}
}

func TestRetriesOfUndoings(t *testing.T) {
	t.Parallel()
	for name, c := range undoRetries() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				u := newUndoer(c.undo)
				r := newRig(t, nil, u.named())
				r.run(`async () => { await x.do(0); await x.do(1) }`)
				r.askRollback()
				report := r.rollBack(execution.Request{Retry: c.policy})
				if got := u.order(); got != c.order {
					t.Errorf("undone %s, want %s", got, c.order)
				}
				if got := fmt.Sprint(r.delays); got != c.delays {
					t.Errorf("delays %s, want %s", got, c.delays)
				}
				if got := strings.TrimPrefix(report.Error, "rollback: 1 reverted, 1 failed: "); got != c.failed {
					t.Errorf("failed %q, want %q", got, c.failed)
				}
			})
		})
	}
}
