package runner

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/reprise-run/reprise/pkg/engine"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
)

// errGone is the cause with which a pass ends whose claim was superseded.
var errGone = fmt.Errorf("heartbeat: %w", journal.ErrFenced)

// claimed is a message whose execution this executor has claimed.
type claimed struct {
	*message
	state journal.State
	rev   journal.Revision
	quiet func() // ends the heartbeat and waits for the last one
}

// run claims and runs one pass, and settles it. It returns [journal.ErrFenced]
// only when the claim itself lost.
func (r *Runner) run(ctx context.Context, q *stream.Queue, m *message, s journal.State, known *journal.Stored) error {
	s.Nonce = rand.Text()
	live, gone := r.live.add(m.key, s.Nonce)
	defer gone()
	bell, remove := r.bells.hang(m.key)
	defer remove()
	// crash here: nothing is written; the message comes again.
	s, rev, err := r.claim(ctx, m, s, known)
	if err != nil {
		return err
	}
	// crash here: `running` without a request; the next delivery counts a lost
	// pass and writes the request from its own body.
	log := r.cfg.Logger.With("runtime", m.key.Runtime, "execution", m.key.ID, "attempt", s.Attempt)
	running, end := context.WithCancelCause(ctx)
	defer end(nil)
	c := &claimed{message: m, state: s, rev: rev, quiet: r.startHeartbeat(running, end, m, rev, q.AckWait()/3, live.look)}
	defer c.quiet()

	// crash here: a schedule may be left; the next claim removes it.
	r.forgetSchedule(ctx, m, known)
	request, err := r.request(ctx, m, rev, known == nil)
	if errors.Is(err, journal.ErrNotFound) && s.Undoing() {
		err = nil // the policy of those who name none will do
	}
	if errors.Is(err, journal.ErrNotFound) {
		// A wake whose request was never written, or was removed by hand.
		return r.settle(ctx, c, engine.Result{
			Status: execution.Error, Error: "the request is gone", Log: new(journal.Log),
			Failure: &execution.Failure{Kind: execution.KindError, Reason: execution.ReasonRequest, Message: "the request is gone"},
		})
	}
	if err != nil {
		return leave(fmt.Errorf("request: %w", err))
	}
	in := engine.Pass{
		Key: m.key, Claim: rev, State: s, Request: request, Fresh: known == nil, Recheck: q.AckWait() / 2,
		Due: m.due, Bell: bell,
		Observe: &announcer{Runner: r, key: m.key, attempt: s.Attempt},
	}
	if s.Undoing() {
		return r.undo(ctx, running, c, in)
	}
	r.announceStart(m.key, s)
	res, err := r.cfg.Engine.Run(running, in)
	if errors.Is(err, journal.ErrCorrupt) {
		res, err = corrupt(err), nil
	}
	if err != nil {
		log.Warn("pass ended without a settle", "err", err)
		return leave(err)
	}
	// crash here: what the last records hold is kept; the rest is unknown.
	return r.settle(ctx, c, res)
}

// corrupt ends an execution whose journal cannot be read: trying again for ever
// would not mend it.
func corrupt(err error) engine.Result {
	return engine.Result{
		Status: execution.Error, Error: err.Error(), Log: new(journal.Log),
		Failure: &execution.Failure{Kind: execution.KindError, Reason: execution.ReasonDivergence, Message: err.Error()},
	}
}

// startHeartbeat starts the heartbeat of a pass. The function that it returns stops
// it, and must be called before the message is acknowledged or handed back: a beat
// after that would undo the delay.
func (r *Runner) startHeartbeat(ctx context.Context, end context.CancelCauseFunc, m *message, rev journal.Revision, every time.Duration, look <-chan struct{}) (quiet func()) {
	ctx, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-r.handOver:
				end(engine.ErrDrain)
				return
			case <-tick.C:
			case <-look:
			}
			if err := r.beat(ctx, m, rev, every); err != nil {
				end(err)
				return
			}
		}
	}()
	return func() {
		stop()
		<-done
	}
}

// beat keeps the message from being delivered again, if the claim is still the
// newest write of the state; else it returns errGone (R4).
func (r *Runner) beat(ctx context.Context, m *message, rev journal.Revision, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	stored, err := r.journal.State(ctx, m.key)
	switch {
	case errors.Is(err, journal.ErrNotFound), err == nil && stored.Revision != rev:
		return errGone
	case err == nil:
		err = m.Progress(ctx)
	}
	if err != nil && ctx.Err() == nil {
		r.cfg.Logger.Warn("heartbeat", "execution", m.key.ID, "err", err)
	}
	return nil
}
