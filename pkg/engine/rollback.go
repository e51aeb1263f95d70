package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/retry"
	"github.com/reprise-run/reprise/pkg/value"
)

// Undoing is how a pass of a rollback ended: what its settle writes.
type Undoing struct {
	// Status is [execution.RolledBack] when all that can be is undone, which may be
	// nothing; Retrying, or Queued when the pass was drained.
	Status execution.Status

	Report  execution.Rollback // so far
	Again   *int               // retrying: the seq whose undoing asked for it
	Try     int                // retrying: which try of it that was
	Delay   time.Duration      // retrying: until the next pass
	Failure *execution.Failure // retrying: why

	Carry *journal.Carry // completions that no record carries
	Log   *journal.Log   // everything known at the end
}

// Rollback runs a pass of a state that is [journal.State.Undoing]: it undoes the
// applied calls, the last one first, one after the other. The code does not run. Each
// undoing is journaled before it begins (R2), and how it ended with the next one: what
// has ended is not repeated by a later pass, what was under way is, with the same
// idempotency key. One that cannot be undone leaves the others to be.
//
// It blocks until the undoing under way has ended or been cancelled; the contexts of
// all of them end when it returns. Its errors are those of [Engine.Run].
func (e *Engine) Rollback(ctx context.Context, in Pass) (Undoing, error) {
	p := newPass(e, in)
	if err := p.load(ctx); err != nil {
		if errors.Is(context.Cause(ctx), ErrDrain) {
			return Undoing{Status: execution.Queued, Carry: in.State.Carry, Log: &journal.Log{Progress: in.State.Progress}, Report: in.State.Operation.Rollback}, nil
		}
		return Undoing{}, p.outside(ctx, err)
	}
	calls, end := context.WithCancel(ctx)
	defer end()
	defer p.openStore(ctx)()
	u := &undoing{pass: p, op: *in.State.Operation, calls: calls, cannot: make(map[[2]string]bool)}
	err := u.all(ctx)
	drained := errors.Is(context.Cause(ctx), ErrDrain)
	switch {
	case err == nil:
		return u.close(u.ended), nil
	case errors.Is(err, journal.ErrFenced):
		return Undoing{}, journal.ErrFenced
	case drained:
		// A record whose write was cut off may have landed: then it holds what the
		// settle carries, and the carry does not count.
		return u.close(Undoing{Status: execution.Queued}), nil
	}
	return Undoing{}, p.outside(ctx, err)
}

// undoing is the state of one pass of a rollback.
type undoing struct {
	*pass
	op    journal.Operation
	calls context.Context // of the undoings: it ends once, with the pass
	ended Undoing

	// cannot has the methods whose calls cannot be undone: to ask for an unknown one may
	// take long, and there may be many calls of it.
	cannot map[[2]string]bool
}

// all undoes what is left. It returns an error when the pass must leave.
func (u *undoing) all(ctx context.Context) error {
	for seq := len(u.log.Entries) - 1; seq >= 0; seq-- {
		e := &u.log.Entries[seq]
		method := [2]string{e.Connector, e.Method}
		if !e.Undoable() || u.hasFailed(e) || u.cannot[method] {
			continue
		}
		can, err := u.cfg.Connectors.Reverts(e.Connector, e.Method)
		switch {
		case err == nil && !can, errors.Is(err, connector.ErrNoConnector), errors.Is(err, connector.ErrNoMethod):
			u.cannot[method] = true
			continue
		case err == nil:
			err = u.undo(ctx, e)
		}
		var outside *leaving
		switch {
		case errors.As(err, &outside):
			return outside.error
		case err != nil:
			again, err := u.failed(ctx, e, err)
			if again || err != nil {
				return err
			}
		default:
			if err := u.heard(e, journal.MarkApplied, nil); err != nil {
				return err
			}
		}
	}
	u.ended = Undoing{Status: execution.RolledBack}
	return nil
}

// leaving wraps an error that is not the undoing's own: the pass cannot go on.
type leaving struct{ error }

// hasFailed reports whether a pass of this rollback has found that the call cannot be
// undone. An earlier rollback's failure does not count.
func (u *undoing) hasFailed(e *journal.Entry) bool {
	return e.RevertError != nil && e.RevertBy > u.op.After
}

// undo journals that the call is about to be undone, and undoes it.
func (u *undoing) undo(ctx context.Context, e *journal.Entry) error {
	args := e.Args
	if e.ApprovedArgs != nil {
		args = e.ApprovedArgs
	}
	plain, err := u.plain(args)
	if err != nil {
		return err
	}
	result, err := u.plain(e.Result)
	if err != nil {
		return err
	}
	// crash here: nothing has happened to this one; what the record would have carried
	// is repeated with its key.
	if err := u.intend(e.Seq); err != nil {
		return &leaving{err}
	}
	if ctx.Err() != nil {
		return &leaving{context.Cause(ctx)} // nothing starts after the end
	}
	// crash here: perhaps undone; the next pass repeats it with the same key.
	return u.revert(ctx, e, plain, result)
}

// plain returns a value as the connector gets it.
func (u *undoing) plain(v *journal.Value) (json.RawMessage, error) {
	if v == nil {
		return nil, nil
	}
	text, err := u.cfg.Store.Resolve(u.store, u.Key, *v)
	if err != nil {
		return nil, &leaving{fmt.Errorf("resolve value: %w", err)}
	}
	return value.Plain(text), nil
}

// intend writes the record that names the undoing, with what was heard before it.
func (u *undoing) intend(seq int) error {
	r := journal.Record{Attempt: u.State.Attempt, At: u.cfg.Now().UnixMilli(), Reverting: []int{seq}, Done: u.log.Carried}
	next, err := u.cfg.Store.Append(u.store, u.Key, u.Claim, u.log.Next, r)
	if err != nil {
		return fmt.Errorf("append record: %w", err)
	}
	if err := u.log.Apply(r); err != nil {
		return err
	}
	u.log.Next = next
	return nil
}

// revert has the connector undo the call, for at most the time of a pass. It does not
// wait for a connector that goes on when the pass has ended.
func (u *undoing) revert(ctx context.Context, e *journal.Entry, args, result json.RawMessage) error {
	within, stop := context.WithCancelCause(u.calls)
	limit := time.AfterFunc(u.timeout(), func() { stop(errTimeout) })
	defer limit.Stop()
	done := make(chan error, 1)
	go func() {
		_, err := u.cfg.Connectors.Revert(within, e.Connector, connector.Call{
			Runtime: u.Key.Runtime, ExecutionID: u.Key.ID, Seq: e.Seq, Attempt: u.State.Attempt, Method: e.Method,
			Args: args, IdempotencyKey: u.keyOf(e.Seq) + ":revert",
		}, result)
		done <- err
	}()
	var err error
	select {
	case err = <-done:
	case <-within.Done():
		select {
		case err = <-done: // it came at the last moment
		default:
			err = context.Cause(within)
		}
	}
	if err == nil || within.Err() == nil {
		return err
	}
	// It ended because the pass, or its own time, did.
	if ctx.Err() != nil {
		return &leaving{context.Cause(ctx)}
	}
	return connector.Timeout(fmt.Errorf("no answer within %v", u.timeout()))
}

// failed decides what follows an undoing that failed. One that asked for a retry, or
// whose outcome is open, is repeated as the submission's policy says: again is true,
// and the pass ends. Any other is journaled as failed, and the rest goes on.
func (u *undoing) failed(ctx context.Context, e *journal.Entry, why error) (again bool, err error) {
	asked, ok := retry.As(why)
	if ok || connector.IsTimeout(why) {
		f := failed{kind: execution.KindRetryable, reason: execution.ReasonRetries, message: clip([]byte(why.Error()), maxErrorBytes)}
		if ok && asked.After != 0 {
			d := max(asked.After, 0)
			f.delay = &d
		}
		u.State.Try = u.try(e.Seq)
		again, delay, err := u.consult(ctx, f)
		switch {
		case err != nil && (errors.Is(err, ErrStorage) || ctx.Err() != nil):
			return false, err
		case err != nil:
			why = err // the policy failed: nobody repeats it
		case again:
			u.ended = Undoing{Status: execution.Retrying, Again: &e.Seq, Try: u.State.Try, Delay: delay, Failure: f.failure()}
			return true, nil
		}
	}
	return false, u.heard(e, journal.MarkFailed, callError(why))
}

// try returns the number of this try to undo an entry. Each has a budget of its own.
func (u *undoing) try(seq int) int {
	if u.op.Again != nil && *u.op.Again == seq {
		return max(u.State.Try, 1)
	}
	return 1
}

// heard journals, in memory, how an undoing ended; the next record carries it.
func (u *undoing) heard(e *journal.Entry, mark journal.Mark, why *execution.CallError) error {
	if err := u.hear(journal.Completion{Ref: journal.Ref{Kind: journal.OpRevert, N: e.Seq}, Mark: mark, Error: why}); err != nil {
		return err
	}
	if mark == journal.MarkApplied {
		u.observe(e.Seq)
	}
	return nil
}

// close completes how the pass ended with what every settle writes.
func (u *undoing) close(res Undoing) Undoing {
	if len(u.log.Carried) > 0 {
		res.Carry = &journal.Carry{After: u.log.Next, Done: u.log.Carried}
	}
	res.Report, res.Log = u.log.Undone(u.op.After), u.log
	return res
}
