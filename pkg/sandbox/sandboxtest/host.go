package sandboxtest

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/reprise-run/reprise/pkg/sandbox"
)

// host fires timers in the order of their time, gives calls back their argument and
// signals their name.
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
		h.queue = append(h.queue, due{h.now + max(op.Delay, 0), op})
	}
	slices.SortStableFunc(h.queue, func(a, b due) int { return int(a.at - b.at) })
	if len(h.queue) == 0 {
		return sandbox.Event{}, errStuck
	}
	next := h.queue[0]
	h.queue = h.queue[1:]
	h.now = next.at
	ev := answer(next.op)
	ev.Now = start.Add(h.now)
	return ev, nil
}

// answer is what comes of an operation that is due.
func answer(op sandbox.Op) sandbox.Event {
	ev := sandbox.Event{Op: op.ID, Kind: sandbox.EventResolve}
	switch op.Kind {
	case sandbox.OpCall:
		ev.Value = op.Args
	case sandbox.OpSleep:
	case sandbox.OpSignal:
		ev.Value = json.RawMessage(`"` + op.Method + `"`)
		if op.Delay >= 0 {
			return sandbox.Event{Op: op.ID, Kind: sandbox.EventReject, Name: "TimeoutError", Text: "no signal came"}
		}
	case sandbox.OpSnippet:
		ev.Kind, ev.Text = sandbox.EventRunSource, snippetSources()[op.Method]
	case sandbox.OpStep:
		ev.Kind = sandbox.EventRunStep
	case sandbox.OpStepDone:
		ev.Op, ev.Value = op.Target, op.Result
		if t := op.Thrown; t != nil {
			ev.Kind, ev.Value, ev.Name, ev.Text = sandbox.EventReject, nil, t.Name, t.Message
		}
	default:
		ev.Kind = sandbox.EventFire
	}
	return ev
}
