package e2e

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/executor"
	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/stream"
)

// watcher collects the events of one execution, or with no id of all, from now on.
type watcher struct {
	r  *rig
	id execution.ID

	mu   sync.Mutex // guards the fields below
	all  []control.Event
	read int // [watcher.want] is done with those before
}

func (r *rig) watch(id execution.ID) *watcher {
	r.t.Helper()
	w, err := r.client.Watch(id)
	if err != nil {
		r.t.Fatalf("watch: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	out := &watcher{r: r, id: id}
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

// events returns what has come so far.
func (w *watcher) events() []control.Event {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.all)
}

// named returns the events of that name so far.
func (w *watcher) named(name string) []control.Event {
	return slices.DeleteFunc(w.events(), func(e control.Event) bool { return e.Name != name })
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

// told returns the events so far as "name status".
func (w *watcher) told() (all []string) {
	for _, e := range w.events() {
		var body execution.StatusEvent
		_ = json.Unmarshal(e.Data, &body)
		all = append(all, strings.TrimSpace(e.Name+" "+string(body.Status)))
	}
	return all
}

// are waits for the events, as "name status", and checks that they are those and no
// more. Other names than these are not looked at.
func (w *watcher) are(t *testing.T, want ...string) {
	t.Helper()
	about := []string{"dispose", "pass_end", "stop", "rejected", "error", "completed"}
	got := func() []string {
		return slices.DeleteFunc(w.told(), func(s string) bool {
			name, _, _ := strings.Cut(s, " ")
			return !slices.Contains(about, name)
		})
	}
	natstest.Eventually(t, "the events", func() bool { return len(got()) >= len(want) })
	if !slices.Equal(got(), want) {
		t.Errorf("events %q, want %q", got(), want)
	}
}

// so returns the names since the last [watcher.want], but for those of calls and lines.
func (w *watcher) so() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var names []string
	for _, e := range w.all[w.read:] {
		if e.Name != execution.EventCall && e.Name != execution.EventLog {
			names = append(names, e.Name)
		}
	}
	return strings.Join(names, " ")
}

// want waits for these names, and then for a last event of the test's own: all share
// one connection, so what was published before that has come before it.
func (w *watcher) want(names string) {
	w.r.t.Helper()
	natstest.Eventually(w.r.t, "the events "+names, func() bool { return len(w.so()) >= len(names) })
	const last = "marker"
	if err := stream.Event(w.r.nc, w.r.key(w.id), last, nil); err != nil {
		w.r.t.Fatalf("publish event: %v", err)
	}
	natstest.Eventually(w.r.t, "the last event", func() bool { return strings.HasSuffix(w.so(), last) })
	if got := strings.TrimSuffix(strings.TrimSuffix(w.so(), last), " "); got != names {
		w.r.t.Errorf("events %q, want %q", got, names)
	}
	w.mu.Lock()
	w.read = len(w.all) // what is wanted next comes after them
	w.mu.Unlock()
}

// heard submits code, waits for its outcome, and until these events have come.
func (r *rig) heard(code, names string) (execution.Outcome, *watcher) {
	r.t.Helper()
	id := execution.NewID(time.Now())
	l := r.watch(id)
	o := r.request(execution.Request{ID: id, Code: code})
	l.want(names)
	return o, l
}

// The events of a pass that ended so.
const (
	passCompleted = "started pass_end completed dispose"
	passPaused    = "started pass_end paused"
)

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
