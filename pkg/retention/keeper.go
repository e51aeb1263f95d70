package retention

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
)

// DefaultTombstone is how long the id of a removed execution is remembered.
const DefaultTombstone = 30 * 24 * time.Hour

// Config configures a [Keeper]. The zero value of a field means its default.
type Config struct {
	// Stream is where the executions are. Required.
	Stream *stream.Stream

	// Tombstone is how long the id of a removed execution is remembered: so long a
	// late delivery runs nothing and a submission of the id is refused. Default
	// [DefaultTombstone].
	Tombstone time.Duration

	// StrayAge is how old something must be that belongs to no execution before it is
	// removed: values, and the records of a fork, are written before what points to
	// them. A fork takes minutes at most. Default 1h.
	StrayAge time.Duration

	// OrphanAge is the same for chunks that no value has. A try to store a value takes
	// half a minute at most, but a client that was cut off may send the rest later.
	// Default 24h.
	OrphanAge time.Duration

	// Ended is told of every execution that ended, or was removed before it had
	// ended, after the write that says so. It is called from several goroutines.
	// Default: nobody is.
	Ended func(context.Context, End)

	// Logger receives what cannot be returned. Default: discard.
	Logger *slog.Logger
}

// End is the end of an execution that no pass led to.
type End struct {
	Key   journal.Key
	State journal.State // as written

	// Log are its entries; nil: it was deleted, and nothing is left to show.
	Log *journal.Log

	// Dispose is what those are told who keep something for the execution: they are
	// told `rejected`, whatever the status.
	Dispose execution.Status
}

// Keeper expires and removes executions.
type Keeper struct {
	cfg Config
	s   *stream.Stream
}

// New returns a keeper. It needs no closing.
func New(c Config) *Keeper {
	c.Tombstone = cmp.Or(c.Tombstone, DefaultTombstone)
	c.StrayAge = cmp.Or(c.StrayAge, time.Hour)
	c.OrphanAge = cmp.Or(c.OrphanAge, 24*time.Hour)
	if c.Ended == nil {
		c.Ended = func(context.Context, End) {}
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return &Keeper{cfg: c, s: c.Stream}
}

// Delete removes an execution of any status. It returns [journal.ErrNotFound] for an
// unknown one, and [ErrGone] for one that was removed already; what a crash has left
// of that is removed then.
func (k *Keeper) Delete(ctx context.Context, key journal.Key) error {
	for {
		stored, err := k.s.Journal().State(ctx, key)
		if err != nil {
			return fmt.Errorf("delete execution %s: %w", key.ID, err)
		}
		gone := stored.State.Status == execution.Deleted
		if !gone || stored.State.Burying {
			err = k.bury(ctx, key, stored)
		}
		switch {
		case errors.Is(err, journal.ErrFenced):
			continue // it went on meanwhile: what it is now is deleted
		case err == nil:
			err = k.removeStrays(ctx, key.Runtime, func(id execution.ID) bool { return id == key.ID })
		}
		if err == nil && gone {
			err = ErrGone
		}
		if err != nil {
			return fmt.Errorf("delete execution %s: %w", key.ID, err)
		}
		return nil
	}
}

// ErrGone is returned when the execution was removed before.
var ErrGone = errors.New("was deleted")

// bury removes an execution as it was read, and tells of the end of one that had not
// ended. It returns [journal.ErrFenced] when the state has moved on.
func (k *Keeper) bury(ctx context.Context, key journal.Key, stored journal.Stored) error {
	st := stored.State
	ended, running := st.Status.Terminal(), st.Status == execution.Running
	st.Nonce, st.Write, st.UpdatedAt = rand.Text(), 1, time.Now().UTC()
	buried := func() {
		st.Status = execution.Deleted
		if running {
			k.stop(key, execution.Deleted)
		}
		if !ended {
			k.cfg.Ended(ctx, End{Key: key, State: st, Dispose: execution.Rejected})
		}
	}
	return k.s.Bury(ctx, key, st, stored.Revision, k.cfg.Tombstone, buried)
}

// stop tells the executor of a pass that it is superseded. It would notice with its
// next write, or its next heartbeat.
func (k *Keeper) stop(key journal.Key, status execution.Status) {
	body := fmt.Appendf(nil, `{"executionId":%q,"status":%q}`, key.ID, status)
	if err := stream.Event(k.s.Conn(), key, execution.EventStop, body); err != nil {
		k.cfg.Logger.Debug("publish event", "execution", key.ID, "err", err)
	}
}
