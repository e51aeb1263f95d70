package runner

import (
	"context"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/retention"
)

// firstKeep is how soon after the start the first look comes, where the interval is
// longer: an executor that is started anew every few minutes still does its part.
const firstKeep = time.Minute

// keepLoop expires and removes executions from time to time. Each time costs one
// listing of the states and one of the names of large values.
func (r *Runner) keepLoop(ctx context.Context) {
	for wait := min(firstKeep, r.cfg.KeepInterval); ; wait = r.cfg.KeepInterval {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		within, cancel := context.WithTimeout(ctx, r.cfg.KeepInterval)
		for _, runtime := range r.cfg.Runtimes {
			r.keepOnce(within, runtime)
		}
		cancel()
	}
}

// keepOnce does it for a runtime, unless another executor has within the interval.
func (r *Runner) keepOnce(ctx context.Context, runtime string) {
	mine, err := r.cfg.Stream.Lease(ctx, "keep."+runtime, r.cfg.Name, r.cfg.KeepInterval*9/10)
	if err == nil && !mine {
		return
	}
	if err == nil {
		err = r.Keep(ctx, runtime)
	}
	if err != nil && ctx.Err() == nil {
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
	return r.keeper.RemoveStrays(ctx, runtime)
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
