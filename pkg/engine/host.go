package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/retry"
	"github.com/reprise-run/reprise/pkg/sandbox"
)

// host is the pass as the sandbox sees it.
type host struct {
	*pass
	timeout time.Duration
	live    bool // the replay is through
	news    bool // the code has been given something that no pass gave it before
}

// Turn journals and starts what the code issued, and returns what happens next.
func (h *host) Turn(ctx context.Context, issued []sandbox.Op) (sandbox.Event, error) {
	for i := range issued {
		if err := h.admit(issued[i]); err != nil {
			return sandbox.Event{}, err
		}
	}
	if h.flight.retryAsked() {
		return sandbox.Event{}, errRetry
	}
	if err := h.launch(ctx); err != nil {
		return sandbox.Event{}, err
	}
	return h.next(ctx)
}

// Print captures a console line.
func (h *host) Print(line string) {
	line = string(h.cfg.Connectors.Redact([]byte(line)))
	h.console.print(line)
	if h.Observe != nil {
		h.tell()
		h.Observe.Log(line, !h.news && h.ranBefore())
	}
}

// ranBefore reports whether an earlier pass got as far as to run the code.
func (h *host) ranBefore() bool {
	return h.recorded > 0 || len(h.log.Order) > 0 || h.State.Failures > 0
}

// next returns the one event that happens next: the closure of a step that may
// run now, else the next recorded completion, else what arrives first: of a call, a
// timer, a signal or the end of a sleep.
func (h *host) next(ctx context.Context) (sandbox.Event, error) {
	for {
		if len(h.steps) > 0 {
			o := h.steps[0]
			h.steps, h.news = h.steps[1:], true
			return sandbox.Event{Op: o.ID, Kind: sandbox.EventRunStep, Now: time.UnixMilli(h.clock)}, nil
		}
		if len(h.replay) > 0 {
			event, ready, err := h.replayNext()
			if ready || err != nil {
				return event, err
			}
		} else {
			h.goLive()
			if h.dry == nil && h.waitIsOver() { // before a timer that was to fire later
				if event, ready, err := h.settleWait(); ready || err != nil {
					return event, err
				}
			}
			if a, ok := h.flight.take(); ok {
				event, ready, err := h.deliver(a)
				if ready || err != nil {
					return event, err
				}
				continue
			}
			if h.dry != nil {
				if err := h.dry.quiet(); err != nil {
					return sandbox.Event{}, err
				}
				continue
			}
			event, ready, err := h.settleWait()
			if ready || err != nil {
				return event, err
			}
			if !h.flight.waiting() {
				return sandbox.Event{}, errQuiet
			}
			if len(h.log.Carried) > 0 {
				// What the code has seen must not wait unjournaled while it waits.
				// crash here: those completions are unknown; their calls run again.
				if err := h.append(); err != nil {
					return sandbox.Event{}, err
				}
				continue
			}
		}
		h.tell()
		if err := h.block(ctx); err != nil {
			return sandbox.Event{}, err
		}
	}
}

// goLive starts the wall clock anew once the replay is through: its own time does
// not count.
func (h *host) goLive() {
	if !h.live {
		h.live = true
		if h.recorded > 0 {
			h.deadline.Reset(h.timeout)
		}
	}
}

// replayNext delivers the next recorded completion. It is not ready while an
// ephemeral call, which runs again in its place, has not come back.
func (h *host) replayNext() (event sandbox.Event, ready bool, err error) {
	c := h.replay[0]
	o := h.opOf(c.Ref)
	if o == nil || o.cleared {
		return event, false, h.diverged(fmt.Sprintf("divergence at %s: the journal has its completion next, but the code has not issued it", c.Ref))
	}
	if h.dry != nil && h.dry.lacks(c) {
		return event, false, h.dry.unknown(c)
	}
	if c.Name != "" && c.Name != o.Method {
		return event, false, h.diverged(fmt.Sprintf("divergence at %s: recorded %q, but the code now asks for %q", c.Ref, c.Name, o.Method))
	}
	if o.hold {
		if o.held == nil && !h.hold(o) {
			return event, false, nil
		}
		h.replay = h.replay[1:]
		h.clock = max(h.clock, c.At)
		return h.deliver(*o.held)
	}
	event, err = h.recordedEvent(c, o)
	if err != nil {
		return event, false, err
	}
	h.replay = h.replay[1:]
	h.news = h.news || c.Unseen
	o.fired = true
	h.clock = max(h.clock, c.At)
	event.Now = time.UnixMilli(h.clock)
	if c.Kind == journal.OpEntry {
		h.observeReplayed(c.N)
	}
	return event, true, nil
}

// hold looks for the outcome of an ephemeral call among the arrivals.
func (h *host) hold(o *op) bool {
	h.flight.mu.Lock()
	defer h.flight.mu.Unlock()
	i := slices.IndexFunc(h.flight.in, func(a arrival) bool { return a.op == o })
	if i < 0 {
		return false
	}
	a := h.flight.in[i]
	o.held = &a
	h.flight.in = slices.Delete(h.flight.in, i, i+1)
	return true
}

func (h *host) recordedEvent(c journal.Completion, o *op) (sandbox.Event, error) {
	switch {
	case c.Kind == journal.OpTimer:
		return sandbox.Event{Op: o.ID, Kind: sandbox.EventFire}, nil
	case c.Kind == journal.OpSnippet:
		return h.snippetEvent(c, o)
	case c.Mark != journal.MarkApplied:
		o.seen = h.extent()
		return sandbox.Event{Op: o.ID, Kind: sandbox.EventReject, Name: c.Error.Name, Text: c.Error.Message}, nil
	case c.Result == nil:
		return sandbox.Event{Op: o.ID, Kind: sandbox.EventResolve}, nil
	}
	text, err := h.cfg.Store.Resolve(h.store, h.Key, *c.Result)
	if err != nil {
		h.storage = fmt.Errorf("resolve result of %s: %w", c.Ref, err)
		return sandbox.Event{}, h.storage
	}
	return sandbox.Event{Op: o.ID, Kind: sandbox.EventResolve, Value: text}, nil
}

// deliver takes an arrival into the fold and turns it into an event. It is not
// ready for a timer that was cleared meanwhile.
func (h *host) deliver(a arrival) (event sandbox.Event, ready bool, err error) {
	o := a.op
	if !o.hold {
		h.news = true
	}
	switch o.Kind {
	case sandbox.OpTimer, sandbox.OpStepTimer:
		if h.dry == nil {
			o = h.clocks.ended(o)
		}
		return h.fire(o)
	}
	h.landed(o)
	if o.Kind == sandbox.OpSnippet {
		return h.deliverSnippet(a)
	}
	if _, ok := retry.As(a.err); ok {
		h.asked = append(h.asked, a)
		return event, false, errRetry
	}
	c, err := h.take(a)
	if err != nil {
		return event, false, err
	}
	event = sandbox.Event{Op: o.ID, Kind: sandbox.EventResolve, Value: a.result, Now: time.UnixMilli(h.clock)}
	if c.Mark != journal.MarkApplied {
		o.seen = h.extent()
		event.Kind, event.Value, event.Name, event.Text = sandbox.EventReject, nil, c.Error.Name, c.Error.Message
	}
	return event, true, nil
}

// fire lets a timer fire; it is not ready for none, or one that was cleared.
func (h *host) fire(o *op) (event sandbox.Event, ready bool, err error) {
	if o == nil || o.cleared {
		return event, false, nil
	}
	h.flight.timers--
	o.fired = true
	if o.Kind == sandbox.OpTimer { // those in steps are not recorded
		if err := h.hear(journal.Completion{Ref: o.ref, Mark: journal.MarkApplied}); err != nil {
			return event, false, err
		}
	}
	return sandbox.Event{Op: o.ID, Kind: sandbox.EventFire, Now: time.UnixMilli(h.clock)}, true, nil
}

// landed notes that a call, a step or the loading of a snippet is no longer outstanding.
func (p *pass) landed(o *op) {
	switch o.Kind {
	case sandbox.OpStep:
		p.flight.steps--
	case sandbox.OpSnippet:
		p.loading--
		p.flight.calls--
	default:
		p.flight.calls--
	}
}

// take journals, in memory, how a call or step ended. It returns a refusal when
// the result is too large: the run ends, whatever the code would do with it.
func (p *pass) take(a arrival) (journal.Completion, error) {
	c := journal.Completion{Ref: a.op.ref, Mark: journal.MarkApplied}
	var tooLarge *refusal
	switch {
	case a.err != nil && errors.As(a.err, &tooLarge):
		c.Mark, c.Error = journal.MarkRefused, &execution.CallError{Name: "Error", Message: tooLarge.message}
	case a.err != nil:
		c.Mark, c.Error = journal.MarkFailed, callError(a.err)
	case !a.op.ephemeral && len(a.result) > p.cfg.MaxValueBytes:
		tooLarge = p.sizeRefusal("the result of "+a.op.name(), len(a.result))
		c.Mark, c.Error = journal.MarkRefused, &execution.CallError{Name: "Error", Message: tooLarge.message}
	case !a.op.ephemeral:
		c.Result = journal.NewValue(a.result)
	}
	if a.op.hold { // its place in the order is recorded already
		return c, nil
	}
	if err := p.hear(c); err != nil {
		return c, err
	}
	if tooLarge != nil {
		return c, tooLarge
	}
	return c, nil
}

func (p *pass) opOf(ref journal.Ref) *op {
	list := p.entries
	switch ref.Kind {
	case journal.OpTimer:
		list = p.timers
	case journal.OpSleep:
		list = p.sleeps
	case journal.OpSignal:
		list = p.signals
	case journal.OpSnippet:
		list = p.snippets
	}
	if ref.N < 0 || ref.N >= len(list) {
		return nil
	}
	return list[ref.N]
}

func (o *op) name() string {
	if o.Kind == sandbox.OpStep {
		return execution.StepConnector + "." + o.Method
	}
	return o.Connector + "." + o.Method
}

// jsonOrNil keeps the difference between no argument and an empty one.
func jsonOrNil(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 {
		return nil
	}
	return raw
}
