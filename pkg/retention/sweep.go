package retention

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
)

// Bounds say what is kept, and for how long. A nil field is no bound.
type Bounds struct {
	ExpireAfter *time.Duration // without a change, what is paused or running ends
	RetainFor   *time.Duration // after its last change, what has ended is removed
	Retain      *int           // so many that have ended stay, the newest
}

// Swept is what one step has done.
type Swept struct {
	Expired []execution.ID
	Removed []execution.ID

	// More says that the time was over, or the step large enough, before all was done.
	More bool
}

const (
	// step bounds how many executions one call ends or removes: their ids must fit
	// into an answer.
	step = 5000

	// atOnce is how many are worked on side by side: each costs some round trips.
	atOnce = 8
)

// Sweep looks at every state of a runtime once, ends what has expired and removes
// what is beyond the bounds, the oldest first. It begins nothing after the time until,
// but makes some progress always; the zero time is no limit.
func (k *Keeper) Sweep(ctx context.Context, runtime string, b Bounds, until time.Time) (Swept, error) {
	now, err := k.s.ServerTime(ctx)
	if err != nil {
		return Swept{}, err
	}
	found, err := k.survey(ctx, runtime, b, now)
	if err != nil {
		return Swept{}, fmt.Errorf("scan states: %w", err)
	}
	// A crash has left them half removed: nobody is told again.
	_, _, err = k.each(ctx, found.unburied, until, func(ctx context.Context, id execution.ID) (bool, error) {
		return k.remove(ctx, journal.Key{Runtime: runtime, ID: id}, func(st journal.State) bool { return st.Burying })
	})
	if err != nil {
		return Swept{}, err
	}
	var out Swept
	out.Expired, out.More, err = k.each(ctx, found.expired, until, func(ctx context.Context, id execution.ID) (bool, error) {
		return k.expire(ctx, journal.Key{Runtime: runtime, ID: id}, now, *b.ExpireAfter)
	})
	if err != nil || out.More {
		return out, err
	}
	out.Removed, out.More, err = k.each(ctx, found.removed, until, func(ctx context.Context, id execution.ID) (bool, error) {
		return k.remove(ctx, journal.Key{Runtime: runtime, ID: id}, func(st journal.State) bool {
			return st.Status.Terminal() && st.Status != execution.Deleted
		})
	})
	k.removeStraysOf(ctx, runtime, out.Removed)
	return out, err
}

// survey is what one look at all states has found, the oldest first.
type survey struct {
	expired  []execution.ID // perhaps
	removed  []execution.ID
	unburied []execution.ID // tombstones with something below
}

func (k *Keeper) survey(ctx context.Context, runtime string, b Bounds, now time.Time) (survey, error) {
	var found survey
	ended := 0
	err := k.s.Scan(ctx, runtime, func(l stream.Listed) error {
		st := l.State
		switch {
		case st.Status == execution.Deleted:
			if st.Burying {
				found.unburied = append(found.unburied, l.Key.ID)
			}
		case st.Status.Terminal():
			ended++
			if b.Retain != nil && ended > *b.Retain || b.RetainFor != nil && older(l.At, now, *b.RetainFor) {
				found.removed = append(found.removed, l.Key.ID)
			}
		case b.ExpireAfter != nil && expires(st) && older(l.At, now, *b.ExpireAfter):
			found.expired = append(found.expired, l.Key.ID)
		}
		return nil
	})
	slices.Reverse(found.expired)
	slices.Reverse(found.removed)
	return found, err
}

// remove removes an execution if it still fits on its leader's word. It returns false
// when it does not.
func (k *Keeper) remove(ctx context.Context, key journal.Key, fits func(journal.State) bool) (bool, error) {
	stored, err := k.s.Journal().State(ctx, key)
	switch {
	case errors.Is(err, journal.ErrNotFound), err == nil && !fits(stored.State):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("remove execution %s: %w", key.ID, err)
	}
	err = k.bury(ctx, key, stored)
	switch {
	case errors.Is(err, journal.ErrFenced):
		return false, nil // an operator goes on with it
	case err != nil:
		return false, fmt.Errorf("remove execution %s: %w", key.ID, err)
	}
	return true, nil
}

// each applies fn to the ids, several side by side, and returns those for which it was
// true, in the order of ids. It begins no more after the time until, or a full step;
// more says so. Trouble is an error only when nothing was done.
func (k *Keeper) each(ctx context.Context, ids []execution.ID, until time.Time, fn func(context.Context, execution.ID) (bool, error)) (done []execution.ID, more bool, err error) {
	if len(ids) > step {
		ids, more = ids[:step], true
	}
	var mu sync.Mutex // guards done
	work, within := errgroup.WithContext(ctx)
	work.SetLimit(atOnce)
	for i, id := range ids {
		if i > 0 && !until.IsZero() && time.Now().After(until) || within.Err() != nil {
			more = true
			break
		}
		work.Go(func() error {
			ok, err := fn(within, id)
			if ok {
				mu.Lock()
				defer mu.Unlock()
				done = append(done, id)
			}
			return err
		})
	}
	err = work.Wait()
	if err != nil && len(done) > 0 && ctx.Err() == nil {
		k.cfg.Logger.Warn("retention was interrupted", "err", err)
		more, err = true, nil
	}
	slices.Sort(done) // by their time
	return done, more, err
}
