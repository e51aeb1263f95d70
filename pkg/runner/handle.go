package runner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
)

// act is what is to be done with a delivery. The table of R13 ends in one of them.
type act int

const (
	actAck    act = iota // drop the message
	actClaim             // claim and run
	actLost              // the same, and count the pass before as lost
	actRedo              // do again what the settle promised, then ack
	actWait              // hand back, to come again after verdict.delay
	actParked            // not due for long: leave it to a schedule, then ack
	actLeave             // touch nothing: it comes again by itself
)

// verdict is an act with what it needs.
type verdict struct {
	act   act
	delay time.Duration
	due   time.Time // claim: the time that has come
	why   string    // for the log
}

// handle does with one delivery what the state says.
func (r *Runner) handle(ctx context.Context, q *stream.Queue, d *stream.Delivery) {
	log := r.cfg.Logger.With("runtime", d.Runtime, "message", d.Seq)
	m, err := read(d)
	if err != nil {
		log.Warn("drop unreadable message", "err", err)
		if err := r.ack(ctx, d); err != nil {
			log.Warn("leave message", "err", err)
		}
		return
	}
	err = r.process(ctx, q, m)
	if errors.Is(err, journal.ErrCorrupt) {
		// A person has to look; the message would come round for ever.
		log.Error("drop message of an execution that cannot be read", "execution", m.key.ID, "err", err)
		err = r.ack(ctx, d)
	}
	if err != nil {
		// The message comes again after AckWait, to whoever is well then.
		log.Warn("leave message", "execution", m.key.ID, "err", err)
	}
}

func (r *Runner) process(ctx context.Context, q *stream.Queue, m *message) error {
	select {
	case <-r.handOver:
		return r.nak(ctx, m.Delivery, 0)
	default:
	}
	var known *journal.Stored
	if m.IsWake || m.Delivered > 1 {
		stored, err := r.read(ctx, m.key)
		if err != nil {
			return err
		}
		known = stored
	}
	// A claim that loses a race reads the state that won and decides again.
	for range 8 {
		v, err := r.decide(ctx, q, m, known)
		if err != nil {
			return err
		}
		err = r.carryOut(ctx, q, m, known, v)
		if !errors.Is(err, journal.ErrFenced) {
			return err
		}
		if known, err = r.read(ctx, m.key); err != nil {
			return err
		}
	}
	return r.nak(ctx, m.Delivery, time.Second)
}

// read reads the state from the leader; nil stands for none.
func (r *Runner) read(ctx context.Context, key journal.Key) (*journal.Stored, error) {
	stored, err := r.journal.State(ctx, key)
	switch {
	case errors.Is(err, journal.ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read state: %w", err)
	}
	return &stored, nil
}

// decide is the table of R13: what a delivery means in the light of the state.
func (r *Runner) decide(ctx context.Context, q *stream.Queue, m *message, known *journal.Stored) (verdict, error) {
	if known == nil {
		if m.IsWake {
			return verdict{act: actAck, why: "wake of an unknown execution"}, nil
		}
		return verdict{act: actClaim}, nil
	}
	s := known.State
	switch {
	case s.Status == execution.Cancelled && !m.IsWake && s.Carrier.Seq == m.Seq && s.Digest == m.digest:
		return verdict{act: actRedo, why: "the message may have the request alone"}, nil
	case s.Status.Terminal():
		return verdict{act: actAck, why: "the execution has ended"}, nil
	case !m.IsWake && s.Digest != m.digest:
		return verdict{act: actAck, why: "the id is in use by another submission"}, nil
	case s.Carrier.Seq == m.Seq && s.Carrier.Spent:
		return verdict{act: actRedo}, nil
	case s.Status == execution.Running:
		return r.decideRunning(ctx, q, m, known)
	case s.Status == execution.Queued:
		return verdict{act: actClaim}, nil
	}
	if m.IsWake {
		if news, err := r.signalled(ctx, m.key, s); err != nil || news {
			return verdict{act: actClaim}, err
		}
	}
	if s.RetryAt != nil {
		return r.decideDue(ctx, m, known)
	}
	return verdict{act: actAck, why: "the execution waits for something else"}, nil
}

// decideRunning decides about a message whose execution is being run, or was when
// its executor died.
func (r *Runner) decideRunning(ctx context.Context, q *stream.Queue, m *message, known *journal.Stored) (verdict, error) {
	// Its message may have come again for want of a sign of life, but it is well.
	here := r.live.has(known.State)
	well := verdict{act: actWait, delay: q.AckWait() / 2, why: "its pass runs here"}
	if known.State.Carrier.Seq != m.Seq {
		there, err := r.cfg.Stream.InQueue(ctx, known.State.Carrier.Seq)
		switch {
		case err != nil:
			return verdict{}, err
		case there:
			return verdict{act: actAck, why: "another message carries the execution"}, nil
		case here:
			return well, nil
		}
		return verdict{act: actLost}, nil
	}
	if here {
		return well, nil
	}
	now, err := r.cfg.Stream.ServerTime(ctx)
	if err != nil {
		return verdict{}, err
	}
	rest := q.AckWait() - now.Sub(known.At)
	if rest > 0 && r.early.allow(m.key, known.Revision) {
		return verdict{act: actWait, delay: rest, why: "the claim is young"}, nil
	}
	return verdict{act: actLost}, nil
}

// decideDue decides about a message whose execution waits for a time. Clocks
// differ: nobody waits longer than the delay that was asked for.
func (r *Runner) decideDue(ctx context.Context, m *message, known *journal.Stored) (verdict, error) {
	now, err := r.cfg.Stream.ServerTime(ctx)
	if err != nil {
		return verdict{}, err
	}
	asked := time.Duration(known.State.DelayMs) * time.Millisecond
	rest := min(known.State.RetryAt.Sub(now), asked-now.Sub(known.At))
	switch {
	case rest <= 0:
		return verdict{act: actClaim, due: *known.State.RetryAt}, nil
	case m.Seq != known.State.Carrier.Seq && !known.State.Carrier.Spent:
		return verdict{act: actAck, why: "another message carries the execution"}, nil
	case m.Seq != known.State.Carrier.Seq && m.wake.Reason != stream.WakeTimer && waitsForSomebody(known.State.Status):
		return verdict{act: actAck, why: "the execution waits for something else, and its schedule stands"}, nil
	case rest <= longWait:
		return verdict{act: actWait, delay: rest, why: "not due"}, nil
	}
	return verdict{act: actParked, delay: rest}, nil
}

// waitsForSomebody reports whether time is only one of the things that let an execution
// go on.
func waitsForSomebody(s execution.Status) bool {
	return s == execution.Waiting || s == execution.Paused
}

// carryOut does what was decided. It returns [journal.ErrFenced] when another
// writer came first, and the decision is to be made again.
func (r *Runner) carryOut(ctx context.Context, q *stream.Queue, m *message, known *journal.Stored, v verdict) error {
	switch v.act {
	case actAck:
		r.cfg.Logger.Debug("drop message", "execution", m.key.ID, "why", v.why)
		return r.ack(ctx, m.Delivery)
	case actWait:
		return r.nak(ctx, m.Delivery, v.delay)
	case actRedo:
		if !m.IsWake { // a person may have come before the first pass did
			if _, err := r.request(ctx, m, known.Revision, false); err != nil {
				return fmt.Errorf("request: %w", err)
			}
		}
		if err := r.promise(ctx, m.key, known.State, known.Revision); err != nil {
			return err
		}
		return r.ack(ctx, m.Delivery)
	case actParked:
		return r.park(ctx, m, known)
	case actClaim, actLost:
		m.due = v.due
		return r.claimAndRun(ctx, q, m, known, v.act == actLost)
	}
	return nil
}

// promise does what a settle that acks has promised: the execution must not
// depend on the message any more.
func (r *Runner) promise(ctx context.Context, key journal.Key, s journal.State, rev journal.Revision) error {
	switch {
	case s.Status.Terminal():
	case s.RetryAt != nil:
		if err := r.cfg.Stream.Schedule(ctx, key, *s.RetryAt, rev); err != nil {
			return fmt.Errorf("schedule: %w", err)
		}
		// crash here: the schedule stands; the message comes again and is spent.
	case s.Status == execution.Queued:
		if err := r.cfg.Stream.Wake(ctx, key, stream.WakeSweep, rev); err != nil {
			return fmt.Errorf("wake: %w", err)
		}
	}
	return r.lookAgain(ctx, key, s)
}

// lacking returns the connectors of names that this executor does not have.
func (r *Runner) lacking(names []string) []string {
	have := r.cfg.Connectors()
	var missing []string
	for _, name := range names {
		if !slices.Contains(have, name) {
			missing = append(missing, name)
		}
	}
	return missing
}

func (r *Runner) ack(ctx context.Context, d *stream.Delivery) error {
	if err := d.Ack(ctx); err != nil {
		return fmt.Errorf("ack: %w", err)
	}
	return nil
}

func (r *Runner) nak(ctx context.Context, d *stream.Delivery, delay time.Duration) error {
	if err := d.Nak(ctx, delay); err != nil {
		return fmt.Errorf("hand back: %w", err)
	}
	return nil
}
