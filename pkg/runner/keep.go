package runner

import (
	"context"
	"errors"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/retention"
	"github.com/reprise-run/reprise/pkg/stream"
)

const (
	// firstKeep is how soon after the start the first look comes, where the interval is
	// longer: an executor that is started anew every few minutes still does its part.
	firstKeep = time.Minute

	// keepLease is how long the lease of an executor that died keeps the others away.
	// They look every third of it, so that one goes on within a minute.
	keepLease = 45 * time.Second

	// orphanInterval is the time between two looks for values that were stored in part:
	// each asks the server once for every large value.
	orphanInterval = 6 * time.Hour

	// forkInterval is the same for forks that broke off: each look lists all names. They
	// are an hour old before they are removed.
	forkInterval = time.Hour
)

// keepLoop expires and removes executions of a runtime from time to time. Each time
// costs one listing of the states, and the names of requests and large values.
func (r *Runner) keepLoop(ctx context.Context, runtime string) {
	for wait := min(firstKeep, r.cfg.KeepInterval); ; wait = min(r.keepLease/3, r.cfg.KeepInterval) {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		r.keepAlone(ctx, runtime)
	}
}

// keepAlone does it as long as this executor has the lease, and returns at once when
// another one has it. Two at a time do no harm: every act is decided by one write.
func (r *Runner) keepAlone(ctx context.Context, runtime string) {
	_, err := r.cfg.Stream.Hold(ctx, "keep."+runtime, r.cfg.Name, r.keepLease, func(ctx context.Context) error {
		for {
			r.keepOnce(ctx, runtime)
			select {
			case <-ctx.Done():
				return context.Cause(ctx)
			case <-time.After(r.cfg.KeepInterval):
			}
		}
	})
	switch {
	case ctx.Err() != nil:
	case errors.Is(err, stream.ErrLeaseLost):
		r.cfg.Logger.Debug("another executor may expire and remove executions", "runtime", runtime, "err", err)
	case err != nil:
		r.cfg.Logger.Warn("expire and remove executions", "runtime", runtime, "err", err)
	}
}

// keepOnce does it once, one runtime after another.
func (r *Runner) keepOnce(ctx context.Context, runtime string) {
	r.keeping.Lock()
	defer r.keeping.Unlock()
	within, cancel := context.WithTimeout(ctx, r.cfg.KeepInterval)
	defer cancel()
	if err := r.Keep(within, runtime); err != nil && ctx.Err() == nil {
		r.cfg.Logger.Warn("expire and remove executions", "runtime", runtime, "err", err)
	}
}

// Keep expires and removes executions of a runtime as the configuration says, and
// what removed ones have left behind.
func (r *Runner) Keep(ctx context.Context, runtime string) error {
	for more := true; more; {
		swept, err := r.keeper.Sweep(ctx, runtime, r.bounds(), time.Time{})
		if n := len(swept.Expired) + len(swept.Removed); n > 0 {
			r.cfg.Logger.Info("retention", "runtime", runtime, "expired", len(swept.Expired), "removed", len(swept.Removed))
		}
		if err != nil {
			return err
		}
		more = swept.More
	}
	if err := r.removeBrokenForks(ctx, runtime); err != nil {
		return err
	}
	if err := r.keeper.RemoveStrays(ctx, runtime); err != nil {
		return err
	}
	return r.removeOrphans(ctx)
}

// removeBrokenForks does so unless somebody has in the last hour. This lease is the
// interval, too.
func (r *Runner) removeBrokenForks(ctx context.Context, runtime string) error {
	mine, err := r.cfg.Stream.Lease(ctx, "forks."+runtime, r.cfg.Name, forkInterval)
	if err != nil || !mine {
		return err
	}
	return r.keeper.RemoveBrokenForks(ctx, runtime)
}

// removeOrphans looks for values that were stored in part, of all runtimes, unless
// somebody has done so in the last hours. This lease is the interval, too.
func (r *Runner) removeOrphans(ctx context.Context) error {
	mine, err := r.cfg.Stream.Lease(ctx, "orphans", r.cfg.Name, orphanInterval)
	if err != nil || !mine {
		return err
	}
	return r.keeper.RemoveOrphans(ctx)
}

func (r *Runner) bounds() retention.Bounds {
	var b retention.Bounds
	if r.cfg.ExpireAfter > 0 {
		b.ExpireAfter = &r.cfg.ExpireAfter
	}
	if r.cfg.RetainFor > 0 {
		b.RetainFor = &r.cfg.RetainFor
	}
	if r.cfg.Retain > 0 {
		b.Retain = &r.cfg.Retain
	}
	return b
}

// announceKept tells of the end of an execution that expired. No pass has ended.
func (r *Runner) announceKept(_ context.Context, e retention.End) {
	if name, ok := execution.EndEvent(e.State.Status); ok && e.Log != nil {
		r.cfg.Logger.Info("execution expired", "runtime", e.Key.Runtime, "execution", e.Key.ID, "status", e.State.Status)
		r.announce(e.Key, name, Outcome(e.Key, e.State, e.Log, nil))
	}
	r.dispose(e.Key, e.State.Attempt, e.Dispose)
}
