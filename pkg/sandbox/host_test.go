package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"
)

// errStuck is returned by a simHost when nothing can happen any more.
var errStuck = errors.New("nothing is outstanding")

// epoch is where the clock of the tests starts.
var epoch = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// simHost answers everything that a script issues, in a time of its own: calls
// take a millisecond, timers their delay. It keeps what it saw.
type simHost struct {
	answer   func(Op) Event      // of calls; default: the arguments come back
	steps    map[string]Event    // recorded steps, by name: their closures do not run
	signals  map[string]Event    // by name; none: it times out, if it does
	snippets map[string][]string // sources by name, one a run; the last for all others

	now    time.Time
	queue  []dueEvent
	ops    []Op
	events []Event
	lines  []string
}

type dueEvent struct {
	at time.Time
	Event
}

func (h *simHost) Print(line string) { h.lines = append(h.lines, line) }

func (h *simHost) Turn(ctx context.Context, issued []Op) (Event, error) {
	if err := ctx.Err(); err != nil {
		return Event{}, err
	}
	for _, op := range issued {
		h.ops = append(h.ops, op)
		h.take(op)
	}
	if len(h.queue) == 0 {
		return Event{}, errStuck
	}
	next := 0
	for i, e := range h.queue {
		if e.at.Before(h.queue[next].at) {
			next = i
		}
	}
	ev := h.queue[next]
	h.queue = slices.Delete(h.queue, next, next+1)
	if ev.at.After(h.now) {
		h.now = ev.at
	}
	ev.Now = h.now
	h.events = append(h.events, ev.Event)
	ev.Event.Now = h.now
	return ev.Event, nil
}

func (h *simHost) take(op Op) {
	if h.now.IsZero() {
		h.now = epoch
	}
	in := func(d time.Duration, e Event) { h.queue = append(h.queue, dueEvent{h.now.Add(d), e}) }
	switch op.Kind {
	case OpCall:
		ev := Event{Kind: EventResolve, Value: op.Args}
		if h.answer != nil {
			ev = h.answer(op)
		}
		ev.Op = op.ID
		in(time.Millisecond, ev)
	case OpStep:
		ev, ok := h.steps[op.Method]
		if !ok {
			ev.Kind = EventRunStep
		}
		ev.Op = op.ID
		in(0, ev)
	case OpStepDone:
		ev := Event{Op: op.Target, Kind: EventResolve, Value: op.Result}
		if t := op.Thrown; t != nil {
			ev = Event{Op: op.Target, Kind: EventReject, Name: t.Name, Text: t.Message}
		}
		in(0, ev)
	case OpSleep:
		in(op.Delay, Event{Op: op.ID, Kind: EventResolve})
	case OpSignal:
		h.signal(op, in)
	case OpSnippet:
		in(time.Millisecond, h.snippet(op))
	case OpTimer, OpStepTimer:
		in(op.Delay, Event{Op: op.ID, Kind: EventFire})
	case OpClear:
		h.queue = slices.DeleteFunc(h.queue, func(e dueEvent) bool { return e.Op == op.Target })
	}
}

func (h *simHost) signal(op Op, in func(time.Duration, Event)) {
	ev, ok := h.signals[op.Method]
	switch {
	case ok:
		ev.Op = op.ID
		in(time.Millisecond, ev)
	case op.Delay >= 0:
		in(op.Delay, Event{Op: op.ID, Kind: EventReject, Name: "TimeoutError", Text: "no signal " + op.Method})
	}
}

func (h *simHost) snippet(op Op) Event {
	versions := h.snippets[op.Method]
	if len(versions) == 0 {
		return Event{Op: op.ID, Kind: EventReject, Text: "no snippet " + op.Method}
	}
	if len(versions) > 1 {
		h.snippets[op.Method] = versions[1:]
	}
	return Event{Op: op.ID, Kind: EventRunSource, Text: versions[0]}
}

// callsOf returns the calls and steps that were issued, as text.
func (h *simHost) callsOf() []string {
	var calls []string
	for _, op := range h.ops {
		switch op.Kind {
		case OpCall:
			calls = append(calls, fmt.Sprintf("%s.%s(%s)", op.Connector, op.Method, op.Args))
		case OpStep:
			calls = append(calls, "step "+op.Method)
		}
	}
	return calls
}

// runPass runs a script against host with a connector items.
func runPass(t *testing.T, source string, host Host) (Result, error) {
	t.Helper()
	return NewInProcess(Config{}).Run(t.Context(), Script{
		Source:     source,
		Connectors: []string{"items"},
		Seed:       "01J0000000000000000000TEST",
		Now:        epoch,
	}, host)
}

// passValue returns the value of a script, as durable text.
func passValue(t *testing.T, source string, host Host) string {
	t.Helper()
	result, err := runPass(t, source, host)
	if err != nil {
		t.Fatalf("Run(%s): %v", source, err)
	}
	if result.Thrown != nil {
		t.Fatalf("Run(%s) threw %s", source, result.Thrown.Message)
	}
	if result.Invalid != nil {
		t.Fatalf("Run(%s): invalid: %s", source, result.Invalid.Problem)
	}
	return string(result.Value)
}

// passThrown returns what a script threw.
func passThrown(t *testing.T, source string, host Host) *Thrown {
	t.Helper()
	result, err := runPass(t, source, host)
	if err != nil {
		t.Fatalf("Run(%s): %v", source, err)
	}
	if result.Thrown == nil {
		t.Fatalf("Run(%s) = %s, want it to throw", source, result.Value)
	}
	return result.Thrown
}

func raw(s string) json.RawMessage { return json.RawMessage(s) }

// scripted is a host that answers operation 0 with these events, one a turn.
type scripted []Event

func (*scripted) Print(string) {}

func (h *scripted) Turn(context.Context, []Op) (Event, error) {
	if len(*h) == 0 {
		return Event{}, errStuck
	}
	ev := (*h)[0]
	*h = (*h)[1:]
	return ev, nil
}
