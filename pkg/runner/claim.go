package runner

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
)

// claimAndRun claims the execution for m, runs a pass and settles it. It returns
// [journal.ErrFenced] when the claim lost a race; after the claim it never does.
func (r *Runner) claimAndRun(ctx context.Context, q *stream.Queue, m *message, known *journal.Stored, lost bool) error {
	if known == nil {
		if end := r.refuseFresh(m); end != nil {
			return r.end(ctx, m, nil, r.firstState(m), end)
		}
		if wait := m.request.StartAt; wait != nil && time.Until(*wait) > 0 {
			return r.postpone(ctx, m)
		}
		err := r.run(ctx, q, m, r.firstState(m), nil)
		if errors.Is(err, stream.ErrTooLarge) || errors.Is(err, stream.ErrRefused) {
			// What comes with every state write does not fit: nor would it next time.
			m.bad = &execution.Failure{Kind: execution.KindError, Reason: execution.ReasonSize, Message: clip(err.Error(), shownText)}
			return r.end(ctx, m, nil, r.firstState(m), m.bad)
		}
		return err
	}
	if handed, err := r.handOn(ctx, m, known); handed || err != nil {
		return err
	}
	next := known.State
	if lost {
		err := r.countLost(ctx, m.key, &next)
		if errors.Is(err, journal.ErrCorrupt) && next.Undoing() {
			return r.abandonUndoing(ctx, m, known, next, err.Error())
		}
		if errors.Is(err, journal.ErrCorrupt) {
			return r.end(ctx, m, known, next, corrupt(err).Failure)
		}
		if err != nil {
			return err
		}
		if next.LostPasses >= r.cfg.MaxLostPasses {
			why := fmt.Sprintf("%d passes in a row were lost: their executors died or were cut off", next.LostPasses)
			if next.Undoing() {
				return r.abandonUndoing(ctx, m, known, next, why)
			}
			return r.end(ctx, m, known, next, &execution.Failure{Kind: execution.KindError, Reason: execution.ReasonLostPasses, Message: why})
		}
	}
	switch next.Status {
	case execution.Retrying:
		next.Try++
	case execution.Sleeping, execution.Waiting, execution.Paused:
		next.Try = 1 // what follows a wait has a retry budget of its own
	}
	if next.Attempt == 0 && next.ForkedFrom == nil { // a fork began with its source
		next.StartedAt = now() // it was postponed, and starts here
	}
	return r.run(ctx, q, m, next, known)
}

// now is the time as states have it: to the millisecond, as scripts see it.
func now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

// firstState is the state of an execution that starts with m.
func (r *Runner) firstState(m *message) journal.State {
	s := journal.State{
		Try: 1, CreatedAt: m.Time.UTC(), StartedAt: now(), Labels: m.request.Labels,
		Seed: string(m.key.ID), Engine: r.cfg.Version, Digest: m.digest,
	}
	if m.bad != nil {
		s.Labels = nil // perhaps what is bad
		return s
	}
	if s.Connectors = m.request.Connectors; s.Connectors == nil {
		s.Connectors = r.cfg.Connectors()
	}
	return s
}

// refuseFresh returns why a new submission cannot run anywhere.
func (r *Runner) refuseFresh(m *message) *execution.Failure {
	if m.bad != nil {
		return m.bad
	}
	if missing := r.lacking(m.request.Connectors); len(missing) > 0 {
		return &execution.Failure{Kind: execution.KindError, Reason: execution.ReasonConnectors, Message: fmt.Sprintf(
			"connectors: %s not configured on this executor; configured are %s",
			strings.Join(missing, ", "), strings.Join(r.cfg.Connectors(), ", "))}
	}
	return nil
}

// countLost counts the pass that the state says is running as lost. One that
// journaled a completion that the lost one before it did not have starts anew.
func (r *Runner) countLost(ctx context.Context, key journal.Key, s *journal.State) error {
	_, _, records, err := r.cfg.Stream.View(ctx, key)
	if err != nil {
		return fmt.Errorf("read journal of a lost pass: %w", err)
	}
	log, err := journal.Fold(*s, records)
	if err != nil {
		return err
	}
	if log.Progress > s.Progress {
		s.LostPasses = 0
	}
	s.LostPasses, s.Progress = s.LostPasses+1, log.Progress
	return nil
}

// claim writes the state that starts a pass of s, under the nonce in s. It returns
// the state as written.
func (r *Runner) claim(ctx context.Context, m *message, s journal.State, known *journal.Stored) (journal.State, journal.Revision, error) {
	s.Status = execution.Running
	s.Attempt++
	s.Executor = r.cfg.Name
	s.Write = 1
	s.Carrier = journal.Carrier{Seq: m.Seq}
	s.RetryAt, s.DelayMs = nil, 0
	if !s.Undoing() { // where nothing is undone it waits for the same again
		s.Pending, s.Waits, s.Signals = nil, nil, nil
	}
	s.UpdatedAt = time.Now().UTC()
	rev, err := r.journal.PutState(ctx, m.key, s, revisionOf(known))
	return s, rev, err
}

func revisionOf(known *journal.Stored) journal.Revision {
	if known == nil {
		return 0
	}
	return known.Revision
}

// request returns the request to run: for a first pass that of the message, which
// it writes; else the stored one. A claim without a request is that of an executor
// that died between the two writes: the message still has it.
func (r *Runner) request(ctx context.Context, m *message, rev journal.Revision, fresh bool) (execution.Request, error) {
	if !fresh {
		stored, err := r.journal.Request(ctx, m.key)
		if err == nil || !errors.Is(err, journal.ErrNotFound) || m.IsWake {
			return stored, err
		}
	}
	return m.request, r.journal.PutRequest(ctx, m.key, rev, m.request)
}

// handOn hands an execution on that needs connectors which are not here.
func (r *Runner) handOn(ctx context.Context, m *message, known *journal.Stored) (handed bool, err error) {
	if !known.State.Undoing() {
		if missing := r.lacking(known.State.Connectors); len(missing) > 0 {
			return true, r.wrongExecutor(ctx, m, known, missing)
		}
		return false, nil
	}
	missing, err := r.lackingToUndo(ctx, m.key, known)
	if err != nil || len(missing) == 0 {
		return false, err
	}
	if r.waited(m, known) < undoWait {
		r.cfg.Logger.Warn("hand on rollback", "execution", m.key.ID, "missing", missing)
		return true, r.nak(ctx, m.Delivery, connectorRetry)
	}
	r.cfg.Logger.Warn("roll back without connectors that no executor has", "execution", m.key.ID, "missing", missing)
	return false, nil
}

// wrongExecutor hands an execution on that needs a connector which is not here;
// when nobody took it for long, a person is asked.
func (r *Runner) wrongExecutor(ctx context.Context, m *message, known *journal.Stored, missing []string) error {
	why := fmt.Sprintf("requires connector(s) %q, which no executor that looked at it has", strings.Join(missing, `", "`))
	if r.waited(m, known) < connectorWait {
		r.cfg.Logger.Warn("hand on execution", "execution", m.key.ID, "missing", missing)
		return r.nak(ctx, m.Delivery, connectorRetry)
	}
	s := known.State
	s.Status, s.Error = execution.Paused, why
	s.Failure = &execution.Failure{Kind: execution.KindError, Reason: execution.ReasonConnectors, Message: why}
	return r.settleWithoutPass(ctx, m, known, s)
}

// waited returns for how long an execution could have gone on.
func (r *Runner) waited(m *message, known *journal.Stored) time.Duration {
	since := known.State.UpdatedAt
	if at := known.State.RetryAt; at != nil && at.After(since) {
		since = *at
	}
	if m.Time.After(since) {
		since = m.Time
	}
	return time.Since(since)
}

// end ends an execution that no pass can help.
func (r *Runner) end(ctx context.Context, m *message, known *journal.Stored, s journal.State, f *execution.Failure) error {
	s.Status, s.Error, s.Failure = execution.Error, f.Message, f
	return r.settleWithoutPass(ctx, m, known, s)
}

// postpone parks a submission that names a time to start at.
func (r *Runner) postpone(ctx context.Context, m *message) error {
	s := r.firstState(m)
	s.Status = execution.Sleeping
	at := m.request.StartAt.UTC()
	s.RetryAt, s.DelayMs = &at, time.Until(at).Milliseconds()
	s.Nonce, s.Write, s.UpdatedAt = rand.Text(), 1, time.Now().UTC()
	s.Carrier = journal.Carrier{Seq: m.Seq}
	rev, err := r.journal.PutState(ctx, m.key, s, 0)
	if err != nil {
		return err
	}
	// crash here: the message comes again, is the carrier, and is not due: row 8.
	known := &journal.Stored{State: s, Revision: rev, At: time.Now()}
	rest := time.Until(at)
	if rest > longWait {
		return leave(r.park(ctx, m, known))
	}
	if err := r.keepRequest(ctx, m, rev, true); err != nil { // a person may let it go on before its message does
		return err
	}
	return r.nak(ctx, m.Delivery, rest)
}

// park lets an execution wait on a schedule of the server, and drops the message.
// What only the message has, the request, is written first.
func (r *Runner) park(ctx context.Context, m *message, known *journal.Stored) error {
	s, rev := known.State, known.Revision
	if s.Carrier.Seq == m.Seq && !s.Carrier.Spent {
		if _, err := r.request(ctx, m, rev, false); err != nil {
			return fmt.Errorf("request: %w", err)
		}
		// crash here: not due, and its message still there: the same again.
		s.Nonce, s.Write, s.UpdatedAt, s.Carrier.Spent = rand.Text(), 1, time.Now().UTC(), true
		var err error
		if rev, err = r.journal.PutState(ctx, m.key, s, rev); err != nil {
			return fmt.Errorf("mark carrier: %w", err)
		}
	}
	// crash here: the message comes again, is spent, and the promise is redone.
	if err := r.promise(ctx, m.key, s, rev); err != nil {
		return err
	}
	return r.ack(ctx, m.Delivery)
}

// forgetSchedule removes the schedule of an execution that goes on for another reason
// than its time, or whose lost pass may not have come to that. The claim is ours: nobody
// else has scheduled anything since. One that is left over wakes nobody, so trouble is
// only noted.
func (r *Runner) forgetSchedule(ctx context.Context, m *message, known *journal.Stored) {
	if known == nil {
		return
	}
	early := known.State.RetryAt != nil && known.State.Carrier.Spent && m.wake.Reason != stream.WakeTimer
	if !early && known.State.Status != execution.Running {
		return
	}
	if err := r.cfg.Stream.Unschedule(ctx, m.key); err != nil {
		r.cfg.Logger.Warn("remove schedule", "execution", m.key.ID, "err", err)
	}
}

// settleWithoutPass writes a state that no pass leads to, and acks.
func (r *Runner) settleWithoutPass(ctx context.Context, m *message, known *journal.Stored, s journal.State) error {
	s.Nonce, s.Write, s.UpdatedAt = rand.Text(), 1, time.Now().UTC()
	s.Executor = r.cfg.Name
	s.Carrier = journal.Carrier{Seq: m.Seq, Spent: true}
	s.RetryAt, s.DelayMs = nil, 0
	rev, err := r.journal.PutState(ctx, m.key, s, revisionOf(known))
	if err != nil {
		return err
	}
	// crash here: the message comes again; where the execution has ended it is dropped, and a
	// restart is refused.
	if err := r.keepRequest(ctx, m, rev, known == nil); err != nil {
		return leave(err)
	}
	r.announceEnd(m.key, s, r.foldForEvent(ctx, m.key, known), nil)
	return r.ack(ctx, m.Delivery)
}

// keepRequest writes the request that only the message has: the message is to be dropped,
// or may not be what lets the execution go on. What is too large is stored nowhere.
func (r *Runner) keepRequest(ctx context.Context, m *message, rev journal.Revision, fresh bool) error {
	if m.IsWake || m.request.Code == "" || len(m.request.Code) > execution.MaxSourceBytes {
		return nil
	}
	if _, err := r.request(ctx, m, rev, fresh); err != nil {
		return fmt.Errorf("request: %w", err)
	}
	return nil
}

// foldForEvent reads what the outcome of an execution that ends without a pass
// shows; an event is only a hint, so nothing is fine too.
func (r *Runner) foldForEvent(ctx context.Context, key journal.Key, known *journal.Stored) *journal.Log {
	if known == nil {
		return new(journal.Log)
	}
	stored, _, records, err := r.cfg.Stream.View(ctx, key)
	if err != nil {
		return new(journal.Log)
	}
	log, err := journal.Fold(stored.State, records)
	if err != nil {
		return new(journal.Log)
	}
	return log
}

// leave wraps an error after which the message must not be touched: it hides
// [journal.ErrFenced], which before the claim means "decide again".
func leave(err error) error {
	if errors.Is(err, journal.ErrFenced) {
		return errSuperseded
	}
	return err
}

// errSuperseded says that another claim came after ours.
var errSuperseded = errors.New("superseded by a newer claim")
