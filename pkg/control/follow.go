package control

import (
	"context"
	"errors"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/reprise-run/reprise/pkg/execution"
)

const (
	firstLook = 250 * time.Millisecond
	lastLook  = 5 * time.Second
)

// follower waits for the next outcome of an execution. It listens, and because
// events may be lost it also looks: at once, and then less and less often.
type follower struct {
	events <-chan Event
	look   func(context.Context) (execution.Record, error)

	// after is the attempt of the last pass that is of no interest: the event of its
	// pause, or with ended of its end, may still be on its way.
	after int
	ended bool

	onEvent   func(Event) // may be nil
	onTrouble func(error) // may be nil; called when the trouble changes, with nil when it is over
}

// looked is what one look gave.
type looked struct {
	record execution.Record
	err    error
}

// run returns the outcome once the execution has ended or waits for a person. It
// returns the cause of ctx, or an error of the look that repeating cannot change.
func (f follower) run(ctx context.Context) (execution.Outcome, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	looks := make(chan looked, 1) // a look never blocks on a reader that has left
	delay, timer := firstLook, time.NewTimer(0)
	defer timer.Stop()
	var trouble error
	looking, soon := false, false // soon: look again as soon as that one is over
	for {
		select {
		case <-ctx.Done():
			return execution.Outcome{}, context.Cause(ctx)
		case e := <-f.events:
			if f.onEvent != nil {
				f.onEvent(e)
			}
			o, ok := e.outcome()
			switch {
			case ok && !f.late(o):
				return o, nil
			case ok || !e.ends():
			case looking:
				soon = true
			default:
				timer.Reset(0) // it has ended, and the outcome is too large for an event
			}
		case <-timer.C:
			looking = true
			go func() {
				r, err := f.look(ctx)
				looks <- looked{r, err}
			}()
		case l := <-looks:
			if o, ok, err := l.verdict(); ok || err != nil {
				if ok {
					f.catchUp(ctx)
				}
				return o, err
			}
			trouble = f.report(trouble, l.err)
			if looking = false; soon {
				soon = false
				timer.Reset(0)
				continue
			}
			timer.Reset(delay)
			delay = min(delay*2, lastLook)
		}
	}
}

// late reports whether an event may tell of what was before. The next look tells
// whether it does.
func (f follower) late(o execution.Outcome) bool {
	return o.Attempt <= f.after && (f.ended || o.Status == execution.Paused)
}

// catchUp hands on the events up to the end that a look has seen already: they are on
// their way, if they are not lost.
func (f follower) catchUp(ctx context.Context) {
	if f.onEvent == nil {
		return
	}
	timer := time.NewTimer(firstLook)
	defer timer.Stop()
	for {
		select {
		case e := <-f.events:
			f.onEvent(e)
			if _, ok := e.outcome(); ok {
				return
			}
		case <-timer.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

// verdict returns the outcome, if there is one, or the error that ends the waiting.
func (l looked) verdict() (execution.Outcome, bool, error) {
	switch {
	case l.err == nil:
		return l.record.Outcome(), settled(l.record.Status), nil
	case errors.Is(l.err, ErrGone), errors.Is(l.err, ErrBadRequest), errors.Is(l.err, nats.ErrConnectionClosed):
		return execution.Outcome{}, false, l.err
	}
	return execution.Outcome{}, false, nil
}

// report tells of trouble when it begins, changes or is over. An execution that
// nobody has claimed yet is none.
func (f follower) report(before, now error) error {
	if errors.Is(now, ErrNotFound) {
		now = nil
	}
	same := before == nil && now == nil || before != nil && now != nil && before.Error() == now.Error()
	if !same && f.onTrouble != nil {
		f.onTrouble(now)
	}
	return now
}

// settled reports whether somebody who waits is told.
func settled(s execution.Status) bool { return s.Terminal() || s == execution.Paused }
