package sandboxtest

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/reprise-run/reprise/pkg/sandbox"
)

// host fires timers in the order of their time and gives calls back their argument.
type host struct {
	lines []string
	now   time.Duration
	queue []due
}

type due struct {
	at time.Duration
	op sandbox.Op
}

var _ sandbox.Host = (*host)(nil)

var errStuck = errors.New("the script waits for nothing")

// Print implements [sandbox.Host].
func (h *host) Print(line string) { h.lines = append(h.lines, line) }

// Turn implements [sandbox.Host].
func (h *host) Turn(_ context.Context, issued []sandbox.Op) (sandbox.Event, error) {
	for _, op := range issued {
		if op.Kind == sandbox.OpClear {
			h.queue = slices.DeleteFunc(h.queue, func(d due) bool { return d.op.ID == op.Target })
			continue
		}
		if op.Kind == sandbox.OpStepDone {
			h.queue = append(h.queue, due{h.now, op})
			continue
		}
		h.queue = append(h.queue, due{h.now + op.Delay, op})
	}
	slices.SortStableFunc(h.queue, func(a, b due) int { return int(a.at - b.at) })
	if len(h.queue) == 0 {
		return sandbox.Event{}, errStuck
	}
	next := h.queue[0]
	h.queue = h.queue[1:]
	h.now = next.at
	ev := sandbox.Event{Op: next.op.ID, Now: start.Add(h.now)}
	switch op := next.op; op.Kind {
	case sandbox.OpCall:
		ev.Kind, ev.Value = sandbox.EventResolve, op.Args
	case sandbox.OpStep:
		ev.Kind = sandbox.EventRunStep
	case sandbox.OpStepDone:
		ev.Op, ev.Kind, ev.Value = op.Target, sandbox.EventResolve, op.Result
	default:
		ev.Kind = sandbox.EventFire
	}
	return ev, nil
}
