package runner

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/reprise-run/reprise/pkg/engine"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// undoWait is how long a rollback waits for an executor that has the connectors of
// the calls to be undone. Then it goes on without them: those calls stay applied.
const undoWait = 3 * connectorRetry

// undo runs one pass of a rollback, and settles it.
func (r *Runner) undo(ctx, running context.Context, c *claimed, in engine.Pass) error {
	res, err := r.cfg.Engine.Rollback(running, in)
	s := c.state
	s.Write++
	switch {
	case errors.Is(err, journal.ErrCorrupt):
		// Nobody can tell what is to be undone, now or later.
		s = s.EndRollback(execution.Rollback{Error: err.Error()})
		res.Log = new(journal.Log)
	case err != nil:
		r.cfg.Logger.Warn("rollback ended without a settle", "runtime", c.key.Runtime, "execution", c.key.ID, "attempt", s.Attempt, "err", err)
		return leave(err)
	default:
		s = undone(s, res)
	}
	// crash here: what the last records hold is not undone twice; the last one may be
	// undone once more, with the same key.
	return leave(r.settleUndoing(ctx, c.message, s, c.rev, res, c.quiet))
}

// undone is the state that a pass of a rollback leaves.
func undone(s journal.State, res engine.Undoing) journal.State {
	s.Carry, s.LostPasses, s.Progress = res.Carry, 0, res.Log.Progress
	if res.Status == execution.RolledBack {
		return s.EndRollback(res.Report)
	}
	op := *s.Operation
	res.Report.As = op.As
	op.Rollback, s.Operation, s.Status = res.Report, &op, res.Status
	if res.Status == execution.Retrying {
		op.Again, s.Try = res.Again, res.Try
		at := time.Now().UTC().Add(res.Delay).Truncate(time.Millisecond)
		s.RetryAt, s.DelayMs = &at, res.Delay.Milliseconds()
	}
	return s
}

// settleUndoing writes the state, over the one at revision last, and then does with
// the message what that write says.
func (r *Runner) settleUndoing(ctx context.Context, m *message, s journal.State, last journal.Revision, res engine.Undoing, quiet func()) error {
	delay := time.Duration(s.DelayMs) * time.Millisecond
	hold := s.Status == execution.Queued || s.Undoing() && delay <= longWait
	s.Carrier = journal.Carrier{Seq: m.Seq, Spent: !hold}
	s.UpdatedAt = time.Now().UTC()
	written, err := r.journal.PutState(ctx, m.key, s, last)
	if err != nil {
		return fmt.Errorf("settle rollback: %w", err)
	}
	// crash here: the message comes again; as the spent carrier it redoes the promise,
	// as an unspent one it claims, or waits until it is due.
	quiet()
	r.announceUndoing(m.key, s, res)
	if hold {
		return r.nak(ctx, m.Delivery, delay)
	}
	if err := r.promise(ctx, m.key, s, written); err != nil {
		return err
	}
	// crash here: the message comes again and is spent.
	return r.ack(ctx, m.Delivery)
}

// announceUndoing tells how a pass of a rollback ended. No code ran, so there is no
// end of a pass to tell of; and where nothing was undone nothing has happened.
func (r *Runner) announceUndoing(key journal.Key, s journal.State, res engine.Undoing) {
	op := s.Operation
	r.cfg.Logger.Info("rollback settled", "runtime", key.Runtime, "execution", key.ID, "attempt", s.Attempt, "status", s.Status,
		"done", op.Done, "reverted", op.Reverted, "failed", len(op.Failed))
	switch {
	case s.Undoing() && s.Status == execution.Retrying:
		r.announce(key, execution.EventRetrying, execution.RetryingEvent{
			ExecutionID: key.ID, Attempt: s.Attempt, Failure: res.Failure, RetryAt: *s.RetryAt, DelayMs: s.DelayMs,
		})
	case op.Done && (s.Status == execution.RolledBack || s.Status == execution.Cancelled && op.Cancels):
		r.announce(key, string(s.Status), Outcome(key, s, res.Log, nil))
		r.dispose(key, s.Attempt, s.Status)
	}
}

// abandonUndoing ends a rollback whose passes are lost, one after the other, or whose
// journal cannot be read: what was undone by then is undone.
func (r *Runner) abandonUndoing(ctx context.Context, m *message, known *journal.Stored, s journal.State, why string) error {
	log, err := r.fold(ctx, m.key)
	switch {
	case errors.Is(err, journal.ErrCorrupt):
		log = new(journal.Log)
	case err != nil:
		return err
	}
	report := log.Undone(s.Operation.After)
	if report.Error != "" {
		why += "; " + report.Error
	}
	report.Error = "rollback: given up: " + why
	s = s.EndRollback(report)
	s.LostPasses, s.Progress = 0, log.Progress // what goes on now has lost none
	s.Nonce, s.Write, s.Executor = rand.Text(), 1, r.cfg.Name
	return r.settleUndoing(ctx, m, s, known.Revision, engine.Undoing{Log: log}, func() {})
}

func (r *Runner) fold(ctx context.Context, key journal.Key) (*journal.Log, error) {
	stored, _, records, err := r.cfg.Stream.View(ctx, key)
	if err != nil {
		return nil, fmt.Errorf("read what is undone: %w", err)
	}
	return journal.Fold(stored.State, records)
}

// lackingToUndo returns the connectors of calls to be undone that this executor does
// not have.
func (r *Runner) lackingToUndo(ctx context.Context, key journal.Key, known *journal.Stored) ([]string, error) {
	if len(r.lacking(known.State.Connectors)) == 0 {
		return nil, nil
	}
	log, err := r.fold(ctx, key)
	if err != nil {
		return nil, err
	}
	var names []string
	for i := range log.Entries {
		if e := &log.Entries[i]; e.Undoable() && !slices.Contains(names, e.Connector) {
			names = append(names, e.Connector)
		}
	}
	return r.lacking(names), nil
}
