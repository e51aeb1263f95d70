package engine

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// errStop stops the sandbox of a replay that has found out what it is for.
var errStop = errors.New("the replay ends here")

// dry makes a pass a replay: what an ordinary pass would execute ends it. It is the
// observer of that pass.
type dry struct {
	*pass
	in    *Replay
	ended bool // the recorded code came to its end: whatever goes on departs

	followed   int
	departure  *Departure
	unrecorded string
	stopped    bool
	waits      []dryTimer
}

// dryTimer is a timer whose firing is not recorded.
type dryTimer struct {
	op  *op
	due int64
}

// now is the wall clock of a replay: that of the sandbox.
func (d *dry) now() time.Time { return time.UnixMilli(d.clock) }

// Call implements [Observer].
func (d *dry) Call(execution.Entry) {}

// Log implements [Observer].
func (d *dry) Log(line string, _ bool) {
	if d.in.Trace != nil {
		d.in.Trace.Log(line)
	}
}

func (d *dry) stop() error {
	d.stopped = true
	return errStop
}

func (d *dry) depart(message string) error {
	at := d.followed
	d.departure = &Departure{At: at, Message: message}
	if at < d.recorded {
		d.departure.Entry = &d.log.Entries[at]
	}
	if at < len(d.entries) {
		got := issued(d.entries[at])
		d.departure.Got = &got
	}
	return d.stop()
}

func issued(o *op) Issued {
	return Issued{Connector: o.Connector, Method: o.Method, Args: o.Args, Pos: o.Pos}
}

// follow takes a call that is as it is recorded. Without a recorded outcome its promise
// stays open.
func (d *dry) follow(o *op, e *journal.Entry) error {
	d.followed++
	if d.in.Trace != nil && !d.in.Trace.Issue(e, issued(o)) {
		return d.stop()
	}
	return nil
}

// beyond takes a call that is not recorded.
func (d *dry) beyond(o *op) error {
	if d.ended {
		return d.depart(fmt.Sprintf("divergence at seq %d: the recorded code had ended, but the code now calls %s", o.ref.N, o.name()))
	}
	return d.stop()
}

// startTimer takes a timer that never fired. Nobody waits for it: time is what the
// journal says.
func (d *dry) startTimer(o *op, wait time.Duration) {
	d.waits = append(d.waits, dryTimer{o, d.clock + max(wait, 0).Milliseconds()})
}

// quiet goes on when the journal has nothing more to give: a timer fires, if only that
// can lead to what is recorded.
func (d *dry) quiet() error {
	d.waits = slices.DeleteFunc(d.waits, func(w dryTimer) bool { return w.op.cleared })
	switch {
	case d.followed == d.recorded && d.ended:
		return d.depart("divergence: the recorded code ended here, but the code now waits")
	case d.followed == d.recorded:
		return d.stop()
	case len(d.waits) == 0:
		e := &d.log.Entries[d.followed]
		return d.depart(fmt.Sprintf("divergence at seq %d: recorded %s.%s, but the code waits for something that is not recorded", e.Seq, e.Connector, e.Method))
	}
	first := slices.MinFunc(d.waits, func(a, b dryTimer) int { return int(a.due - b.due) })
	d.waits = slices.DeleteFunc(d.waits, func(w dryTimer) bool { return w == first })
	d.clock = max(d.clock, first.due)
	d.flight.timers++
	d.flight.add(arrival{op: first.op})
	return nil
}

// lacks reports whether a completion has no recorded value: that of a call which runs
// again in every pass.
func (d *dry) lacks(c journal.Completion) bool {
	return c.Kind == journal.OpEntry && c.Mark == journal.MarkApplied && d.log.Entries[c.N].Ephemeral
}

func (d *dry) unknown(c journal.Completion) error {
	e := &d.log.Entries[c.N]
	d.unrecorded = fmt.Sprintf("seq %d, %s.%s, runs again in every pass: its result is not recorded, and what comes after it cannot be told", e.Seq, e.Connector, e.Method)
	return d.stop()
}

// replayed makes the answer out of how the pass ended.
func (d *dry) replayed(res Result) Replayed {
	if f := res.Failure; !d.stopped && f != nil {
		switch short := d.followed < d.recorded; {
		case d.in.From < 0 && d.in.State.Failure != nil && d.in.State.Failure.Reason == f.Reason:
			// So it ended then.
		case f.Reason == execution.ReasonDivergence, f.Reason == execution.ReasonSyntax, short:
			_ = d.depart(f.Message) // the pass has ended already
		}
	}
	out := Replayed{Followed: d.followed, Departure: d.departure, Unrecorded: d.unrecorded, Log: d.log}
	if !d.stopped {
		out.Result = res
	}
	return out
}
