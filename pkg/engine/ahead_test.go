package engine

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/sandbox"
)

// foretelling is the sandbox of all tests here: after every turn it asks the host what it
// foresees, and then compares that with what the next turns are answered.
type foretelling struct {
	sandbox.Sandbox
	t *testing.T

	foreseen int // events that came as they were foreseen
}

func (f *foretelling) Run(ctx context.Context, s sandbox.Script, h sandbox.Host) (sandbox.Result, error) {
	if foreseeing, ok := h.(sandbox.Foreseeing); ok {
		h = &foretellingHost{Foreseeing: foreseeing, box: f, others: map[sandbox.OpKind][]int{}}
	}
	return f.Sandbox.Run(ctx, s, h)
}

type foretellingHost struct {
	sandbox.Foreseeing
	box             *foretelling
	entries, timers []int // IDs
	others          map[sandbox.OpKind][]int
	next            []sandbox.Foreseen
}

func (h *foretellingHost) Turn(ctx context.Context, issued []sandbox.Op) (sandbox.Event, error) {
	for _, op := range issued {
		switch op.Kind {
		case sandbox.OpCall, sandbox.OpStep:
			h.entries = append(h.entries, op.ID)
			if op.Kind == sandbox.OpStep {
				h.next = nil // as a worker does: its closure may have to run first
			}
		case sandbox.OpTimer:
			h.timers = append(h.timers, op.ID)
		default:
			h.others[op.Kind] = append(h.others[op.Kind], op.ID)
		}
	}
	got, err := h.Foreseeing.Turn(ctx, issued)
	if len(h.next) > 0 && err == nil {
		want, list := h.next[0], h.entries
		if want.Timer {
			list = h.timers
		}
		if want.Of != "" {
			list = h.others[want.Of]
		}
		if want.N < len(list) {
			want.Op = list[want.N]
		}
		if diff := cmp.Diff(want.Event, got); diff != "" {
			h.box.t.Errorf("the host foresaw another event (-foreseen +came):\n%s", diff)
		}
		h.box.foreseen++
	}
	h.next = h.Ahead(3)
	return got, err
}

func (h *foretellingHost) Ahead(n int) []sandbox.Foreseen { return h.Foreseeing.Ahead(n) }

// A replay foresees all of its completions but what only the turn itself can tell.
func TestReplayIsForeseen(t *testing.T) {
	t.Parallel()
	var box *foretelling
	r := newRig(t, func(c *Config) { box = c.Sandbox.(*foretelling) })
	r.want(r.run(`async () => {
		for (let i = 0; i < 10; i++) await items.echo(i);
		try { await items.boom() } catch {}
		await codemode.step("s", () => 1);
		await new Promise((r) => setTimeout(r, 1));
		await items.read_counter(); // runs again: not foreseen, and nothing before it
		await items.retry_once();
		return 1
	}`), `1`)
	if want := 11; box.foreseen != want { // the first answer comes with no warning
		t.Errorf("%d events were foreseen, want %d", box.foreseen, want)
	}
}

// A journal that is too large to be sent at once is foreseen in parts.
func TestLargeReplayIsForeseenInParts(t *testing.T) {
	t.Parallel()
	var box *foretelling
	r := newRig(t, func(c *Config) { box = c.Sandbox.(*foretelling) })
	res := r.execute(execution.Request{Code: fmt.Sprintf(`async () => {
		for (let i = 0; i < 5; i++) await items.echo("x".repeat(%d));
		await items.retry_once();
		return 1
	}`, aheadBytes/2+1)})
	if res.Status != execution.Completed || box.foreseen != 4 {
		t.Errorf("%s, %d events were foreseen; want 4", res.Status, box.foreseen)
	}
}
