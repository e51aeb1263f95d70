package retention

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// RemoveBrokenForks removes what forks of a runtime have left that broke off before
// there was an execution. It lists the names of all requests and states once.
func (k *Keeper) RemoveBrokenForks(ctx context.Context, runtime string) error {
	ids, err := k.s.Unborn(ctx, runtime, k.cfg.StrayAge)
	if err != nil {
		return fmt.Errorf("list forks that broke off: %w", err)
	}
	_, _, err = k.each(ctx, ids, time.Time{}, func(ctx context.Context, id execution.ID) (bool, error) {
		return k.removeFork(ctx, journal.Key{Runtime: runtime, ID: id})
	})
	return err
}

// removeFork takes the id before it removes anything: a fork that still writes, however
// slow, writes while there is no state, and is refused from here on. It returns false
// when there is a state after all.
func (k *Keeper) removeFork(ctx context.Context, key journal.Key) (bool, error) {
	now := time.Now().UTC()
	st := journal.State{
		Status: execution.Deleted, Burying: true, Nonce: rand.Text(), Write: 1,
		Carrier: journal.Carrier{Spent: true}, CreatedAt: now, UpdatedAt: now,
	}
	rev, err := k.s.Journal().PutState(ctx, key, st, 0)
	if err == nil {
		// crash here: the next sweep finds a tombstone with something below.
		err = k.bury(ctx, key, journal.Stored{State: st, Revision: rev, At: now})
	}
	switch {
	case errors.Is(err, journal.ErrFenced):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("remove broken fork %s: %w", key.ID, err)
	}
	k.cfg.Logger.Info("removed a fork that broke off", "runtime", key.Runtime, "execution", key.ID)
	return true, nil
}
