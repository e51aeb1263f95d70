package engine

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/sandbox"
)

// Sleeps and waits for signals outlast the pass. Their promises stay open, nothing is
// outstanding for them, and when the code can do nothing else the pass ends until the
// first is due or a signal comes. What ends one is a completion as any other; when
// one is due is told by the clock in the sandbox, and so by the journal.

// mostWaits bounds the waits for signals at once: an execution that rests has their
// names in its state.
const mostWaits = 500

// waits are the operations that may outlast the pass.
type waits struct {
	sleeps, signals []*op // by their counters

	open    int              // neither settled nor recorded
	dues    dueHeap          // of the open ones those with a time
	awaited map[string][]*op // the open waits by the name of the signal, in the order of issue
	changed bool             // the bell does not know of them yet

	received map[string]bool // ids of the signals that completions hold
	inbox    []journal.Signal
	heard    journal.Revision // how far the inbox was read
	matched  bool             // nothing in the inbox is for an open wait
	stale    bool             // a wait came that the inbox was not read for, or the bell rang
	waited   bool             // time went by since the inbox was read
}

// admitWait takes a sleep or a wait for a signal, unless the journal has its end.
func (p *pass) admitWait(o *op, kind string, list *[]*op) error {
	if err := p.counterLimit(*list, kind+"s"); err != nil {
		return err
	}
	o.ref = journal.Ref{Kind: kind, N: len(*list)}
	*list = append(*list, o)
	if p.done[o.ref] {
		return nil
	}
	if err := p.pendingLimit(); err != nil {
		return err
	}
	p.open++
	if kind == journal.OpSleep || o.Delay >= 0 {
		o.due = time.UnixMilli(p.clock).Add(min(max(o.Delay, 0), sandbox.MaxWait))
		heap.Push(&p.dues, o)
	}
	if kind == journal.OpSignal {
		return p.await(o)
	}
	return nil
}

// await puts a wait in the line for its signal.
func (p *pass) await(o *op) error {
	if err := execution.CheckSignal(o.Method); err != nil {
		return &refusal{reason: execution.ReasonLimit, message: err.Error()}
	}
	n := 1
	for _, line := range p.awaited {
		n += len(line)
	}
	if n > mostWaits {
		return &refusal{reason: execution.ReasonPending, message: fmt.Sprintf("more than %d waits for signals at once", mostWaits)}
	}
	p.awaited[o.Method] = append(p.awaited[o.Method], o)
	p.stale, p.changed, p.matched = true, true, false
	return nil
}

// now is the wall clock for what is due: never before the time that the pass was
// started for.
func (p *pass) now() time.Time {
	if now := p.cfg.Now(); now.After(p.Due) {
		return now
	}
	return p.Due
}

// settleWait ends a sleep or a wait whose time or signal has come, if there is one.
func (h *host) settleWait() (event sandbox.Event, ready bool, err error) {
	if h.open == 0 {
		return event, false, nil
	}
	if len(h.awaited) > 0 && (h.stale || h.waited && !h.flight.waiting()) {
		if err := h.readInbox(); err != nil {
			return event, false, err
		}
	}
	if o, s := h.match(); o != nil {
		event, err = h.receive(o, s)
		return event, err == nil, err
	}
	if h.waitIsOver() {
		event, err = h.overdue(h.nextDue())
		return event, err == nil, err
	}
	return event, false, nil
}

// waitIsOver reports whether the time of a sleep or a wait has come, and of no timer
// before: that one's end is about to arrive.
func (p *pass) waitIsOver() bool {
	o := p.nextDue()
	if o == nil || o.due.After(p.now()) {
		return false
	}
	timer := p.clocks.first()
	return timer == nil || timer.due.After(p.cfg.Now()) || !timer.due.Before(o.due)
}

// match takes the oldest signal out of the inbox that a wait is open for, and returns it
// with the wait that has waited longest; nil: there is none.
func (p *pass) match() (*op, journal.Signal) {
	if p.matched {
		return nil, journal.Signal{}
	}
	for i, s := range p.inbox {
		if line := p.awaited[s.Name]; len(line) > 0 {
			p.inbox = slices.Delete(p.inbox, i, i+1)
			return line[0], s
		}
	}
	p.matched = true
	return nil, journal.Signal{}
}

// readInbox reads what has come since it was read last.
func (p *pass) readInbox() error {
	more, err := p.cfg.Store.Inbox(p.store, p.Key, p.heard)
	if err != nil {
		p.storage = fmt.Errorf("read inbox: %w", err)
		return p.storage
	}
	for _, s := range more {
		p.heard = s.Position
		if !p.received[string(s.ID)] {
			p.inbox, p.matched = append(p.inbox, s), false
		}
	}
	p.stale, p.waited = false, false
	return nil
}

// receive gives a signal to the wait that has waited longest for it.
func (h *host) receive(o *op, s journal.Signal) (sandbox.Event, error) {
	event := sandbox.Event{Op: o.ID, Kind: sandbox.EventResolve}
	if s.Value != nil {
		text, err := h.cfg.Store.Resolve(h.store, h.Key, *s.Value)
		if err != nil {
			h.storage = fmt.Errorf("resolve signal %s: %w", s.ID, err)
			return event, h.storage
		}
		event.Value = text
	}
	h.closeWait(o)
	c := journal.Completion{Ref: o.ref, Mark: journal.MarkApplied, Result: s.Value, Signal: string(s.ID), Name: s.Name}
	err := h.hear(c)
	event.Now = time.UnixMilli(h.clock)
	return event, err
}

// overdue ends a sleep, or a wait for which no signal came in time.
func (h *host) overdue(o *op) (sandbox.Event, error) {
	event := sandbox.Event{Op: o.ID, Kind: sandbox.EventResolve}
	c := journal.Completion{Ref: o.ref, Mark: journal.MarkApplied}
	if o.Kind == sandbox.OpSignal {
		c.Name, c.Mark = o.Method, journal.MarkFailed
		c.Error = &execution.CallError{Name: timeoutName, Message: fmt.Sprintf("no signal %q came within %d ms", o.Method, o.Delay.Milliseconds())}
		event.Kind, event.Name, event.Text = sandbox.EventReject, c.Error.Name, c.Error.Message
	}
	h.closeWait(o)
	h.clock = max(h.clock, o.due.UnixMilli()) // whoever slept sees that the time is over
	err := h.hear(c)
	event.Now = time.UnixMilli(h.clock)
	return event, err
}

// closeWait takes a wait from those that are open.
func (h *host) closeWait(o *op) {
	o.fired, h.news = true, true
	h.open--
	if o.Kind != sandbox.OpSignal {
		return
	}
	line := slices.DeleteFunc(h.awaited[o.Method], func(other *op) bool { return other == o })
	if h.awaited[o.Method], h.changed = line, true; len(line) == 0 {
		delete(h.awaited, o.Method)
	}
}

// nextDue returns the open operation whose time comes first; nil: none has one.
func (p *pass) nextDue() *op {
	for len(p.dues) > 0 && p.dues[0].fired {
		heap.Pop(&p.dues)
	}
	if len(p.dues) == 0 {
		return nil
	}
	return p.dues[0]
}

// names lists the signals that the code waits for, one for each wait.
func (p *pass) names() []string {
	var all []string
	for _, o := range p.signals {
		if !o.fired && !p.done[o.ref] {
			all = append(all, o.Method)
		}
	}
	return all
}

// block waits until something arrives, a signal comes, or a time has come.
func (h *host) block(ctx context.Context) error {
	var alarm <-chan time.Time
	var rung <-chan struct{}
	if len(h.replay) == 0 && h.open > 0 {
		if o := h.nextDue(); o != nil {
			t := time.NewTimer(o.due.Sub(h.now()))
			defer t.Stop()
			alarm = t.C
		}
		rung = h.listen()
	}
	h.waited = true
	select {
	case <-h.flight.arrived:
		if h.flight.retryAsked() {
			return errRetry
		}
	case <-alarm:
	case <-rung:
		h.stale = true
	case <-ctx.Done():
		if h.loading > 0 && errors.Is(context.Cause(ctx), errTimeout) {
			h.storage = errors.New("no answer about a snippet until the pass timed out")
			return h.storage
		}
		return context.Cause(ctx)
	}
	return nil
}

// listen returns what the bell rings, once it knows what the code waits for.
func (h *host) listen() <-chan struct{} {
	if h.Bell == nil || len(h.awaited) == 0 {
		return nil
	}
	if h.changed {
		h.Bell.expect(h.awaited)
		h.changed = false
	}
	return h.Bell.rung
}

// dueHeap orders operations by their time, then by their issue.
type dueHeap []*op

func (d dueHeap) Len() int      { return len(d) }
func (d dueHeap) Swap(i, j int) { d[i], d[j] = d[j], d[i] }
func (d *dueHeap) Push(o any)   { *d = append(*d, o.(*op)) }

func (d dueHeap) Less(i, j int) bool {
	if !d[i].due.Equal(d[j].due) {
		return d[i].due.Before(d[j].due)
	}
	return d[i].ID < d[j].ID
}

func (d *dueHeap) Pop() any {
	last := (*d)[len(*d)-1]
	*d = (*d)[:len(*d)-1]
	return last
}
