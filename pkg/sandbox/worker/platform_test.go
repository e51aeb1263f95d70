package worker

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/reprise-run/reprise/pkg/sandbox"
)

// answering is a host that answers with these events, one a turn.
type answering []sandbox.Event

func (*answering) Print(string) {}

func (h *answering) Turn(context.Context, []sandbox.Op) (sandbox.Event, error) {
	if len(*h) == 0 {
		return sandbox.Event{}, errStuck
	}
	ev := (*h)[0]
	*h = (*h)[1:]
	return ev, nil
}

// A source goes to a snippet that waits for one, and to nothing else.
func TestSourceOfNoSnippetIsRefused(t *testing.T) {
	t.Parallel()
	p := pool(t, Config{Spares: -1})
	run := sandbox.Event{Kind: sandbox.EventRunSource, Text: `await new Promise(() => {})`}
	for source, events := range map[string]answering{
		`await items.echo(1)`:               {run},
		`await codemode.sleep(5)`:           {run},
		`await codemode.waitFor("x")`:       {run},
		`await codemode.step("x", () => 1)`: {run},
		`await codemode.run("x")`:           {run, run},
	} {
		_, err := p.Run(t.Context(), script(source), &events)
		if err == nil || !strings.Contains(err.Error(), "which waits for none") {
			t.Errorf("%s = %v, want a refusal", source, err)
		}
	}
	if s := p.Stats(); s.Lost != 0 {
		t.Errorf("stats = %+v, want no worker lost: the host is to blame", s)
	}
}

// foreknowing is a host that knows what each sleep, signal and snippet is answered with.
type foreknowing struct {
	source string // of snippets
	known  int    // of each kind
	asked  int
	lies   bool // about the sources

	queue []sandbox.Event
	next  map[sandbox.OpKind]int // issued
	seen  int
}

func (*foreknowing) Print(string) {}

func (h *foreknowing) answer(kind sandbox.OpKind, n int) sandbox.Event {
	switch kind {
	case sandbox.OpSleep:
		return sandbox.Event{Kind: sandbox.EventResolve}
	case sandbox.OpSignal:
		return sandbox.Event{Kind: sandbox.EventResolve, Value: raw(fmt.Sprint(n))}
	}
	return sandbox.Event{Kind: sandbox.EventRunSource, Text: h.source}
}

func (h *foreknowing) Turn(_ context.Context, issued []sandbox.Op) (sandbox.Event, error) {
	if h.next == nil {
		h.next = make(map[sandbox.OpKind]int)
	}
	for _, op := range issued {
		ev := h.answer(op.Kind, h.next[op.Kind])
		if h.lies && op.Kind == sandbox.OpSnippet && h.next[op.Kind] == 5 {
			ev.Text = "0"
		}
		h.next[op.Kind]++
		ev.Op = op.ID
		h.queue = append(h.queue, ev)
	}
	if len(h.queue) == 0 {
		return sandbox.Event{}, errStuck
	}
	ev := h.queue[0]
	h.queue, h.seen = h.queue[1:], h.seen+1
	return ev, nil
}

func (h *foreknowing) Ahead(n int) []sandbox.Foreseen {
	h.asked++
	kinds := []sandbox.OpKind{sandbox.OpSleep, sandbox.OpSignal, sandbox.OpSnippet}
	var list []sandbox.Foreseen
	for i := h.seen; i < 3*h.known && len(list) < n; i++ {
		list = append(list, sandbox.Foreseen{Of: kinds[i%3], N: i / 3, Event: h.answer(kinds[i%3], i/3)})
	}
	return list
}

const waiting = `let sum = 0;
	for (let i = 0; i < 60; i++) { await codemode.sleep(1); sum += await codemode.waitFor("x"); sum += await codemode.run("x") }
	sum`

// Sleeps, signals and snippets are replayed in large parts, as calls are.
func TestWaitsAndSnippetsAreTakenAhead(t *testing.T) {
	t.Parallel()
	p := pool(t, Config{})
	h := &foreknowing{source: "1", known: 50}
	result, err := p.Run(t.Context(), script(waiting), h)
	if err != nil || string(result.Value) != "1830" {
		t.Errorf("Run = %s, %v; want 1830", result.Value, err)
	}
	// One part, and each of the last thirty alone.
	if h.seen != 180 || h.asked > 32 {
		t.Errorf("%d events, asked %d times; want 180, about 31 times", h.seen, h.asked)
	}
}

// Large sources do not travel by the hundred.
func TestLargeSourcesAreNotSentTogether(t *testing.T) {
	t.Parallel()
	large := strings.Repeat(" ", aheadBytes/2) + "1"
	list := (&foreknowing{source: large, known: 50}).Ahead(aheadMost)
	if n := len(within(list)); n != 5 {
		t.Errorf("%d events travel together, want 5: one source among them", n)
	}
	p := pool(t, Config{})
	result, err := p.Run(t.Context(), script(waiting), &foreknowing{source: large, known: 60})
	if err != nil || string(result.Value) != "1830" {
		t.Errorf("Run = %s, %v; want 1830", result.Value, err)
	}
}

// A host that gives another source than it foresaw ends the pass.
func TestSourceThatWasForeseenWronglyEndsThePass(t *testing.T) {
	t.Parallel()
	p := pool(t, Config{Spares: -1})
	var crash *sandbox.CrashError
	if _, err := p.Run(t.Context(), script(waiting), &foreknowing{source: "1", known: 50, lies: true}); !errors.As(err, &crash) {
		t.Errorf("Run = %v, want a crash", err)
	}
}
