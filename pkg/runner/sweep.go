package runner

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
)

// sweepLoop looks from time to time for executions that lost their message.
func (r *Runner) sweepLoop(ctx context.Context) {
	tick := time.NewTicker(r.cfg.SweepInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		within, cancel := context.WithTimeout(ctx, r.cfg.SweepInterval)
		r.sweepOnce(within)
		cancel()
	}
}

// sweepOnce sweeps every runtime that no other executor is sweeping.
func (r *Runner) sweepOnce(ctx context.Context) {
	for _, runtime := range r.cfg.Runtimes {
		mine, err := r.cfg.Stream.Lease(ctx, "sweep."+runtime, r.cfg.Name, r.cfg.SweepInterval*9/10)
		if err == nil && !mine {
			continue
		}
		var woken int
		if err == nil {
			woken, err = r.Sweep(ctx, runtime)
		}
		switch {
		case err != nil && !errors.Is(ctx.Err(), context.Canceled):
			r.cfg.Logger.Warn("sweep", "runtime", runtime, "err", err)
		case woken > 0:
			r.cfg.Logger.Warn("woke executions that had lost their message", "runtime", runtime, "executions", woken)
		}
	}
	r.nameBacklogs(ctx)
}

// nameBacklogs logs the runtimes that have submissions and no executor. What keeps it from
// knowing them is a warning once for each reason, until it knows them again: a right that
// the server does not give is missing every minute.
func (r *Runner) nameBacklogs(ctx context.Context) {
	backlogs, err := r.cfg.Stream.Backlogs(ctx)
	switch {
	case err == nil:
		clear(r.unnamed)
	case errors.Is(ctx.Err(), context.Canceled): // the executor ends
	default:
		level := slog.LevelWarn
		if r.unnamed[err.Error()] {
			level = slog.LevelDebug
		}
		r.unnamed[err.Error()] = true
		r.cfg.Logger.Log(ctx, level, "look for runtimes without an executor", "err", err)
	}
	for _, b := range backlogs {
		r.cfg.Logger.Warn("no executor serves this runtime", "runtime", b.Runtime, "submissions", b.Messages)
	}
}

// unfinished are the statuses that a sweep is about.
var unfinished = slices.DeleteFunc(execution.Statuses(), execution.Status.Terminal)

// Sweep wakes every execution of a runtime that should go on, is overdue, and has
// no message or schedule any more (R11). It returns how many it woke.
func (r *Runner) Sweep(ctx context.Context, runtime string) (int, error) {
	now, err := r.cfg.Stream.ServerTime(ctx)
	if err != nil {
		return 0, err
	}
	woken := 0
	inboxes := sync.OnceValues(func() (map[execution.ID]bool, error) { return r.cfg.Stream.Inboxes(ctx, runtime) })
	err = r.cfg.Stream.Walk(ctx, runtime, stream.StatesQuery{Statuses: unfinished}, func(l stream.Listed) error {
		may, err := r.mayBeLost(l, now, inboxes)
		if err != nil || !may {
			return err
		}
		// The listing may be stale: what is done is decided on the leader's word.
		stored, err := r.journal.State(ctx, l.Key)
		if err != nil {
			return nil //nolint:nilerr // it is gone, or comes next time
		}
		lost, err := r.lost(ctx, l.Key, stored, now)
		if err != nil || !lost {
			return err
		}
		awake, err := r.wakes.wake(ctx, r.cfg.Stream, l.Key, stored.Revision)
		if awake {
			woken++
		}
		return err
	})
	r.wakes.next(runtime)
	if err != nil {
		return woken, fmt.Errorf("scan states: %w", err)
	}
	return woken, nil
}

// mayBeLost reports whether an execution is worth a look, by what is listed.
func (r *Runner) mayBeLost(l stream.Listed, now time.Time, inboxes func() (map[execution.ID]bool, error)) (bool, error) {
	if r.overdue(l.Stored, now) {
		return true, nil
	}
	if len(l.State.Signals) == 0 || now.Sub(l.At) < r.cfg.Overdue {
		return false, nil
	}
	some, err := inboxes() // most of those that wait have none
	return some[l.Key.ID], err
}

// lost reports whether an execution should have gone on some time ago, and nothing is
// left that would let it.
func (r *Runner) lost(ctx context.Context, key journal.Key, stored journal.Stored, now time.Time) (bool, error) {
	if r.overdue(stored, now) {
		return r.lostItsMessage(ctx, key, stored.State)
	}
	if len(stored.State.Signals) == 0 || now.Sub(stored.At) < r.cfg.Overdue {
		return false, nil
	}
	behind, err := r.journal.Inbox(ctx, key, stored.State.Heard)
	if err != nil {
		return false, fmt.Errorf("read inbox: %w", err)
	}
	// The wake of a young one may be on its way.
	behind = slices.DeleteFunc(behind, func(s journal.Signal) bool { return now.Sub(s.At) < r.cfg.Overdue })
	return stored.State.News(behind), nil
}

// overdue reports whether an execution should have gone on some time ago.
func (r *Runner) overdue(s journal.Stored, now time.Time) bool {
	if now.Sub(s.At) < r.cfg.Overdue {
		return false
	}
	switch s.State.Status {
	case execution.Queued, execution.Running:
		return true
	case execution.Retrying, execution.Sleeping, execution.Waiting, execution.Paused:
		return s.State.RetryAt != nil && now.Sub(*s.State.RetryAt) >= r.cfg.Overdue
	}
	return false
}

// lostItsMessage reports whether neither the carrier nor a schedule is left.
func (r *Runner) lostItsMessage(ctx context.Context, key journal.Key, s journal.State) (bool, error) {
	if !s.Carrier.Spent {
		there, err := r.cfg.Stream.InQueue(ctx, s.Carrier.Seq)
		if err != nil || there {
			return false, err
		}
	}
	scheduled, err := r.cfg.Stream.Scheduled(ctx, key)
	return !scheduled, err
}
