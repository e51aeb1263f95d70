package e2e

import (
	"context"
	"slices"
	"sync"
	"testing"

	"github.com/reprise-run/reprise/internal/fixture"
	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/execution"
)

// Section 13: the hooks of connectors written in Go, and the events of the same names.

// hooked is a connector that nobody calls and that hears of ends.
type hooked struct {
	fixture.Items
	panics bool

	mu    sync.Mutex // guards the field below
	heard []string
}

func (h *hooked) PassEnd(_ context.Context, e connector.End) { h.hear("pass_end " + string(e.Status)) }
func (h *hooked) Dispose(_ context.Context, e connector.End) { h.hear("dispose " + string(e.Status)) }

func (h *hooked) hear(what string) {
	h.mu.Lock()
	h.heard = append(h.heard, what)
	h.mu.Unlock()
	if h.panics {
		panic("hook")
	}
}

// hears waits until n hooks were called, and returns them.
func (h *hooked) hears(t *testing.T, n int) []string {
	t.Helper()
	got := func() []string { h.mu.Lock(); defer h.mu.Unlock(); return slices.Clone(h.heard) }
	natstest.Eventually(t, "the hooks", func() bool { return len(got()) >= n })
	return got()
}

// want waits for what was heard, in order.
func (h *hooked) want(t *testing.T, all ...string) {
	t.Helper()
	if g := h.hears(t, len(all)); !slices.Equal(g, all) {
		t.Errorf("heard %q, want %q", g, all)
	}
}

func TestHooks(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		code string
		then func(r *rig, id execution.ID)
		want []string
	}{
		"B173 completed":      {`1`, nil, []string{"pass_end completed", "dispose completed"}},
		"B173 error":          {`items.boom()`, nil, []string{"pass_end error", "dispose error"}},
		"B174 a pause":        {`items.create_item({})`, func(r *rig, id execution.ID) { r.approve(id) }, []string{"pass_end paused", "pass_end completed", "dispose completed"}},
		"B179 a retry":        {`items.retry_once()`, nil, []string{"pass_end retrying", "pass_end completed", "dispose completed"}},
		"B180 pass end first": {`1`, nil, []string{"pass_end completed", "dispose completed"}},
		"B182 unused":         {`items.echo(1)`, nil, []string{"pass_end completed", "dispose completed"}},
		"B175 a rejection":    {`items.create_item({})`, func(r *rig, id execution.ID) { r.reject(id, 9); r.reject(id, 0) }, []string{"pass_end paused", "dispose rejected"}},
		"B176 two ends":       {`items.add_note("a")`, func(r *rig, id execution.ID) { r.rollback(id) }, []string{"pass_end completed", "dispose completed", "dispose rolled_back"}},
		"B177 expired":        {`items.create_item({})`, func(r *rig, id execution.ID) { r.expireAll(id) }, []string{"pass_end paused", "dispose rejected"}},
		"B181 no pass ran":    {`items.create_item({})`, func(r *rig, id execution.ID) { r.reject(id, 0) }, []string{"pass_end paused", "dispose rejected"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, h := newRig(t), new(hooked)
			r.start(nil, connector.Named{Name: "hooked", Connector: h})
			w := r.watch("")
			o := r.run(tt.code)
			if tt.then != nil {
				h.hears(t, 1) // of the pass: a decision may overtake its hook
				tt.then(r, o.ExecutionID)
			}
			var told []string
			natstest.Eventually(t, "the events", func() bool {
				told = nil
				for _, e := range append(w.named(execution.EventPassEnd), w.named(execution.EventDispose)...) {
					if body, err := e.Body(); err == nil {
						told = append(told, e.Name+" "+string(body.(*execution.StatusEvent).Status))
					}
				}
				return len(told) >= len(tt.want)
			})
			if !slices.Equal(told, tt.want) {
				t.Errorf("events %q, want %q", told, tt.want)
			}
			h.want(t, tt.want...)
		})
	}
}

func TestB183HookThatPanics(t *testing.T) {
	t.Parallel()
	r, h := newRig(t), &hooked{panics: true}
	r.start(nil, connector.Named{Name: "hooked", Connector: h})
	r.completed(r.run(`1`), `1`)
	h.want(t, "pass_end completed", "dispose completed")
}

func TestB184IDOfACallIsStable(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.paused(`async () => { const a = await items.session_id(); await items.create_item({}); return [a, await items.session_id()] }`)
	r.completed(r.approve(o.ExecutionID), `["`+string(o.ExecutionID)+`", "`+string(o.ExecutionID)+`"]`)
}

func TestB185HooksOfAnotherExecutor(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	stop := r.start(nil, connector.Named{Name: "hooked", Connector: new(hooked)})
	o := r.paused(`items.create_item({})`)
	stop()
	h := new(hooked)
	r.start(nil, connector.Named{Name: "hooked", Connector: h})
	r.status(r.approve(o.ExecutionID), execution.Completed)
	h.want(t, "pass_end completed", "dispose completed")
}
