package retention

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
)

// RemoveOrphans removes what is left of large values, of all runtimes, that were stored
// in part. It asks the server once for every value that there is.
func (k *Keeper) RemoveOrphans(ctx context.Context) error {
	n, err := k.s.RemoveOrphans(ctx, k.cfg.OrphanAge)
	if n > 0 {
		k.cfg.Logger.Info("removed values that were stored in part", "values", n)
	}
	if err != nil {
		return fmt.Errorf("remove values that were stored in part: %w", err)
	}
	return nil
}

// RemoveStrays removes the values and signals of a runtime that belong to executions
// which are removed, or are not there. A pass that was superseded can have written
// them after the removal, and what a state pointed to is not known to later ones. It
// lists the names of all large values once.
func (k *Keeper) RemoveStrays(ctx context.Context, runtime string) error {
	// In this order: whatever is listed belongs to an execution that the scan sees.
	left, err := k.s.Leftovers(ctx, runtime)
	if err != nil || len(left) == 0 {
		return err
	}
	err = k.s.Scan(ctx, runtime, func(l stream.Listed) error {
		if l.State.Status != execution.Deleted {
			delete(left, l.Key.ID)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("scan states: %w", err)
	}
	for id, what := range left {
		if err := k.removeLeft(ctx, journal.Key{Runtime: runtime, ID: id}, what); err != nil {
			return err
		}
	}
	return nil
}

// removeStrays is RemoveStrays for removed executions that are known.
func (k *Keeper) removeStrays(ctx context.Context, runtime string, of func(execution.ID) bool) error {
	left, err := k.s.Leftovers(ctx, runtime)
	if err != nil {
		return err
	}
	for id, what := range left {
		if !of(id) {
			continue
		}
		if err := k.removeLeft(ctx, journal.Key{Runtime: runtime, ID: id}, what); err != nil {
			return err
		}
	}
	return nil
}

// removeStraysOf is the same for executions that a sweep has removed. What it cannot
// remove, the next RemoveStrays does.
func (k *Keeper) removeStraysOf(ctx context.Context, runtime string, removed []execution.ID) {
	if len(removed) == 0 {
		return
	}
	gone := make(map[execution.ID]bool, len(removed))
	for _, id := range removed {
		gone[id] = true
	}
	if err := k.removeStrays(ctx, runtime, func(id execution.ID) bool { return gone[id] }); err != nil {
		k.cfg.Logger.Warn("remove what is left of removed executions", "runtime", runtime, "err", err)
	}
}

// removeLeft removes what is left of an execution, on its leader's word that it is
// gone.
func (k *Keeper) removeLeft(ctx context.Context, key journal.Key, what stream.Leftover) error {
	stored, err := k.s.Journal().State(ctx, key)
	var age time.Duration
	switch {
	case errors.Is(err, journal.ErrNotFound):
		age = k.cfg.StrayAge
	case err != nil:
		return fmt.Errorf("remove what is left of %s: %w", key, err)
	case stored.State.Status != execution.Deleted:
		return nil
	}
	return k.s.RemoveLeftover(ctx, key, what, age)
}
