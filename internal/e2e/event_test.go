package e2e

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/executor"
	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
)

// watcher collects the events of one execution, or with no id of all.
type watcher struct {
	mu  sync.Mutex // guards the field below
	all []control.Event
}

func (r *rig) watch(id execution.ID) *watcher {
	r.t.Helper()
	w, err := r.client.Watch(id)
	if err != nil {
		r.t.Fatalf("watch: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	out := new(watcher)
	go func() {
		defer close(done)
		for e, err := range w.All(ctx) {
			if err != nil {
				return
			}
			out.mu.Lock()
			out.all = append(out.all, e)
			out.mu.Unlock()
		}
	}()
	r.t.Cleanup(func() { cancel(); <-done; w.Close() })
	if err := r.nc.Flush(); err != nil {
		r.t.Fatalf("flush: %v", err)
	}
	return out
}

// named returns the events of that name so far.
func (w *watcher) named(name string) []control.Event {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(w.all), func(e control.Event) bool { return e.Name != name })
}

// statuses waits for n events of that name and returns what their bodies say.
func (w *watcher) statuses(t testing.TB, name string, n int) []execution.Status {
	t.Helper()
	natstest.Eventually(t, "event "+name, func() bool { return len(w.named(name)) >= n })
	var all []execution.Status
	for _, e := range w.named(name) {
		body, err := e.Body()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, body.(*execution.StatusEvent).Status)
	}
	return all
}

// body waits for the n-th event of that name, from 1, and returns its body.
func (w *watcher) body(t *testing.T, name string, n int) any {
	t.Helper()
	natstest.Eventually(t, "event "+name, func() bool { return len(w.named(name)) >= n })
	body, err := w.named(name)[n-1].Body()
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// told runs code and waits until its end has been told to everybody.
func (r *rig) told(code string) execution.Outcome {
	r.t.Helper()
	w := r.watch("")
	o := r.run(code)
	w.statuses(r.t, execution.EventDispose, 1)
	return o
}

// quickTakeover makes an executor take over soon from one that died.
func quickTakeover(c *executor.Config) { c.AckWait = time.Second }
