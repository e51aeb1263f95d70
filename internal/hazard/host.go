package hazard

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/sandbox"
	"github.com/reprise-run/reprise/pkg/value"
)

// Connectors are the global names that cases use.
func Connectors() []string { return []string{"items"} }

var (
	errTimeout = errors.New("execution timed out")
	errQuiet   = errors.New("nothing is outstanding")
)

// Run runs a case by a sandbox alone, without engine and server, and returns the
// label that it got and the text of its error.
func Run(ctx context.Context, s sandbox.Sandbox, c Case) (Label, string) {
	ctx, cancel := context.WithTimeoutCause(ctx, c.Timeout, errTimeout)
	defer cancel()
	script := sandbox.Script{
		Source: c.Source, Connectors: Connectors(), Seed: "hazard", Now: time.UnixMilli(1_700_000_000_000), MaxValueBytes: 16 << 20,
		MaxPending: 10_000,
	}
	if l := c.Limits; l != nil {
		script.MaxStack, script.MaxMemory, script.MaxCPU = int(l.Stack), l.MemoryMB<<20, time.Duration(l.CPUMs)*time.Millisecond
		if l.PendingCalls > 0 {
			script.MaxPending = int(l.PendingCalls)
		}
	}
	result, err := s.Run(ctx, script, &host{now: script.Now})
	return label(result, err)
}

func label(r sandbox.Result, err error) (Label, string) {
	failed := func(reason execution.Reason, text string) (Label, string) {
		return Label{Status: execution.Error, Reason: reason}, text
	}
	var syntax *sandbox.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return failed(execution.ReasonSyntax, err.Error())
	case errors.Is(err, errTimeout):
		return failed(execution.ReasonTimeout, err.Error())
	case errors.Is(err, errQuiet):
		return failed(execution.ReasonStuck, err.Error())
	case errors.Is(err, sandbox.ErrStack):
		return failed(execution.ReasonStack, err.Error())
	case errors.Is(err, sandbox.ErrPending):
		return failed(execution.ReasonPending, err.Error())
	case errors.Is(err, sandbox.ErrMemory):
		return failed(execution.ReasonMemory, err.Error())
	case errors.Is(err, sandbox.ErrCPU):
		return failed(execution.ReasonCPU, err.Error())
	case err != nil:
		return failed(execution.ReasonCrash, err.Error())
	case r.Thrown != nil:
		return failed(execution.ReasonCode, r.Thrown.Message)
	}
	return Label{Status: execution.Completed, Result: plainResult(r)}, ""
}

// plainResult is the result as the engine's outcome shows it.
func plainResult(r sandbox.Result) string {
	if r.Invalid != nil {
		text, _ := json.Marshal("result omitted from the audit trail: " + r.Invalid.Problem)
		return string(text)
	}
	if r.Value == nil {
		return "null"
	}
	return string(value.Plain(r.Value))
}

// host answers everything that a script issues, in a time of its own: calls give
// their argument back, timers fire in the order in which they are due.
type host struct {
	now time.Time
	due []dueEvent
}

type dueEvent struct {
	at time.Time
	sandbox.Event
}

// Print implements [sandbox.Host].
func (h *host) Print(string) {}

// Turn implements [sandbox.Host].
func (h *host) Turn(ctx context.Context, issued []sandbox.Op) (sandbox.Event, error) {
	if ctx.Err() != nil {
		return sandbox.Event{}, context.Cause(ctx)
	}
	for i := range issued {
		h.take(&issued[i])
	}
	if len(h.due) == 0 {
		return sandbox.Event{}, errQuiet
	}
	next := 0
	for i := range h.due {
		if h.due[i].at.Before(h.due[next].at) {
			next = i
		}
	}
	e := h.due[next]
	h.due = slices.Delete(h.due, next, next+1)
	if e.at.After(h.now) {
		h.now = e.at
	}
	e.Now = h.now
	return e.Event, nil
}

func (h *host) take(op *sandbox.Op) {
	in := func(d time.Duration, e sandbox.Event) { h.due = append(h.due, dueEvent{h.now.Add(d), e}) }
	switch op.Kind {
	case sandbox.OpCall:
		e := sandbox.Event{Op: op.ID, Kind: sandbox.EventResolve, Value: op.Args}
		if op.Invalid != nil {
			e.Kind, e.Text = sandbox.EventReject, op.Invalid.Problem
		}
		in(time.Millisecond, e)
	case sandbox.OpStep:
		in(0, sandbox.Event{Op: op.ID, Kind: sandbox.EventRunStep})
	case sandbox.OpStepDone:
		e := sandbox.Event{Op: op.Target, Kind: sandbox.EventResolve, Value: op.Result}
		if t := op.Thrown; t != nil {
			e.Kind, e.Value, e.Name, e.Text = sandbox.EventReject, nil, t.Name, t.Message
		}
		in(0, e)
	case sandbox.OpTimer, sandbox.OpStepTimer:
		in(op.Delay, sandbox.Event{Op: op.ID, Kind: sandbox.EventFire})
	case sandbox.OpClear:
		h.due = slices.DeleteFunc(h.due, func(e dueEvent) bool { return e.Op == op.Target })
	}
}
