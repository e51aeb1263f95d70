package worker

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"testing"

	"github.com/reprise-run/reprise/pkg/sandbox"
)

// replaying is a host that knows every answer: call n is answered with n.
type replaying struct {
	calls int // that are known
	ids   []int
	next  int
	lies  int // the answer that comes otherwise than foreseen; 0: none
	asked int // how often it was asked to foresee
	lines []string
}

func (h *replaying) Print(line string) { h.lines = append(h.lines, line) }

func (h *replaying) Turn(_ context.Context, issued []sandbox.Op) (sandbox.Event, error) {
	for _, op := range issued {
		if op.Kind == sandbox.OpCall {
			h.ids = append(h.ids, op.ID)
		}
	}
	if h.next >= len(h.ids) {
		return sandbox.Event{}, errStuck
	}
	ev := sandbox.Event{Op: h.ids[h.next], Kind: sandbox.EventResolve, Value: raw(strconv.Itoa(h.next))}
	if h.next++; h.lies == h.next {
		ev.Kind, ev.Name = sandbox.EventReject, "Error"
	}
	return ev, nil
}

func (h *replaying) Ahead(n int) []sandbox.Foreseen {
	h.asked++
	var list []sandbox.Foreseen
	for i := h.next; i < h.calls && len(list) < n; i++ {
		list = append(list, sandbox.Foreseen{N: i, Event: sandbox.Event{Kind: sandbox.EventResolve, Value: raw(strconv.Itoa(i))}})
	}
	return list
}

// A replay asks its host in large parts, and sees what it would see call by call.
func TestReplayIsTakenAhead(t *testing.T) {
	t.Parallel()
	p := pool(t, Config{})
	for name, source := range map[string]string{
		"in sequence": `let sum = 0; for (let i = 0; i < 700; i++) { sum += await items.n(); if (i % 100 === 0) console.log(i) } sum`,
		"together":    `let sum = 0; await Promise.all(Array.from({ length: 700 }, async () => { const n = await items.n(); sum += n })); for (let i = 0; i < 7; i++) console.log(i); sum`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := &replaying{calls: 650}
			result, err := p.Run(t.Context(), script(source), h)
			if err != nil || string(result.Value) != "244650" {
				t.Errorf("Run = %s, %v; want 244650", result.Value, err)
			}
			// Three parts, and each of the last fifty alone.
			if h.next != 700 || h.asked > 55 || len(h.lines) != 7 {
				t.Errorf("%d events, asked %d times, %d lines; want 700, about 53 times, 7", h.next, h.asked, len(h.lines))
			}
		})
	}
}

// stepping is a replaying host with steps: their closures run before anything else, and
// their values come after the replay.
type stepping struct {
	replaying
	first, last []sandbox.Event
}

func (h *stepping) Turn(ctx context.Context, issued []sandbox.Op) (sandbox.Event, error) {
	for _, op := range issued {
		switch op.Kind {
		case sandbox.OpStep:
			h.first = append(h.first, sandbox.Event{Op: op.ID, Kind: sandbox.EventRunStep})
		case sandbox.OpStepDone:
			h.last = append(h.last, sandbox.Event{Op: op.Target, Kind: sandbox.EventResolve, Value: op.Result})
		case sandbox.OpCall:
			h.ids = append(h.ids, op.ID)
		}
	}
	switch {
	case len(h.first) > 0:
	case h.next < h.calls:
		return h.replaying.Turn(ctx, nil)
	default:
		h.first, h.last = h.last, nil
	}
	if len(h.first) == 0 {
		return sandbox.Event{}, errStuck
	}
	ev := h.first[0]
	h.first = h.first[1:]
	return ev, nil
}

// The closure of a step that no pass ran before comes before what was foreseen.
func TestNewStepIsNotOvertaken(t *testing.T) {
	t.Parallel()
	p := pool(t, Config{Spares: -1})
	h := &stepping{replaying: replaying{calls: 3}}
	result, err := p.Run(t.Context(), script(`
		const calls = [items.n(), items.n(), items.n()];
		await calls[0];
		const step = codemode.step("new", () => "ran");
		[await calls[1], await calls[2], await step]`), h)
	if err != nil || string(result.Value) != `[1,2,"ran"]` {
		t.Errorf("Run = %s, %v; want [1,2,\"ran\"]", result.Value, err)
	}
}

// A script that issues less than was foreseen waits for its host.
func TestReplayThatEndsEarlyAsksItsHost(t *testing.T) {
	t.Parallel()
	p := pool(t, Config{})
	h := &replaying{calls: 10}
	if _, err := p.Run(t.Context(), script(`for (let i = 0; i < 5; i++) await items.n(); await new Promise(() => {})`), h); !errors.Is(err, errStuck) {
		t.Errorf("Run = %v, want what the host says", err)
	}
	if _, err := p.Run(t.Context(), script(`1`), h); err != nil {
		t.Errorf("the next pass: %v", err)
	}
}

// A host that answers otherwise than it foresaw ends the pass: the script is ahead.
func TestHostThatForesawWronglyEndsThePass(t *testing.T) {
	t.Parallel()
	p := pool(t, Config{Spares: -1})
	var crash *sandbox.CrashError
	if _, err := p.Run(t.Context(), script(`for (let i = 0; i < 50; i++) await items.n()`), &replaying{calls: 50, lies: 20}); !errors.As(err, &crash) {
		t.Errorf("Run = %v, want a crash", err)
	}
	if s := p.Stats(); s.Lost != 1 {
		t.Errorf("stats = %+v, want one lost worker", s)
	}
}

// BenchmarkReplay replays a thousand calls.
func BenchmarkReplay(b *testing.B) {
	const calls = 1000
	source := fmt.Sprintf(`for (let i = 0; i < %d; i++) await items.n({ i })`, calls)
	for name, box := range map[string]sandbox.Sandbox{
		"worker":    pool(b, Config{}),
		"inprocess": sandbox.NewInProcess(sandbox.Config{}),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := box.Run(b.Context(), script(source), &replaying{calls: calls}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*calls), "ns/replayed-call")
		})
	}
}
