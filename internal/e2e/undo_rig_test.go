package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/retry"
	"github.com/reprise-run/reprise/pkg/stream"
)

// probe is a connector of functions; it counts the contexts of its calls that ended.
type probe struct {
	methods []connector.Method
	do      func(ctx context.Context, call connector.Call) (json.RawMessage, error)
	revert  func(ctx context.Context, call connector.Call, result json.RawMessage) error

	mu    sync.Mutex // guards the fields below
	calls int
	ended int
	undos []connector.Call
}

func (p *probe) named() connector.Named { return connector.Named{Name: "probe", Connector: p} }

func (p *probe) Describe() connector.Description { return connector.Description{Methods: p.methods} }

func (p *probe) Execute(ctx context.Context, call connector.Call) (json.RawMessage, error) {
	p.mu.Lock()
	p.calls++
	p.mu.Unlock()
	context.AfterFunc(ctx, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.ended++
	})
	return p.do(ctx, call)
}

func (p *probe) Revert(ctx context.Context, call connector.Call, result json.RawMessage) error {
	p.mu.Lock()
	p.undos = append(p.undos, call)
	p.mu.Unlock()
	return p.revert(ctx, call, result)
}

// count returns how many calls began, and how many of their contexts have ended.
func (p *probe) count() (calls, ended int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.calls, p.ended
}

// undoings returns the undoings that began, in order.
func (p *probe) undoings() []connector.Call {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.undos)
}

// answer answers at once with the arguments.
func answer(_ context.Context, call connector.Call) (json.RawMessage, error) { return call.Args, nil }

// told collects the names of an execution's events, but for those of calls and lines.
type told struct {
	r  *rig
	id execution.ID

	mu    sync.Mutex // guards the field below
	names []string
}

// listen collects from now on.
func (r *rig) listen(id execution.ID) *told {
	r.t.Helper()
	w, err := r.client.Watch(id)
	if err != nil {
		r.t.Fatalf("watch: %v", err)
	}
	if err := r.nc.Flush(); err != nil {
		r.t.Fatalf("flush: %v", err)
	}
	l := &told{r: r, id: id}
	done := make(chan struct{})
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		defer close(done)
		for e, err := range w.All(ctx) {
			if err != nil {
				return
			}
			if e.Name == execution.EventCall || e.Name == execution.EventLog {
				continue
			}
			l.mu.Lock()
			l.names = append(l.names, e.Name)
			l.mu.Unlock()
		}
	}()
	r.t.Cleanup(func() {
		cancel()
		<-done
		w.Close()
	})
	return l
}

// so returns the names so far.
func (l *told) so() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.names, " ")
}

// want waits for these names, and then for a last event of the test's own: all share
// one connection, so what was published before that has come before it.
func (l *told) want(names string) {
	l.r.t.Helper()
	natstest.Eventually(l.r.t, "the events "+names, func() bool { return len(l.so()) >= len(names) })
	const last = "marker"
	if err := stream.Event(l.r.nc, journal.Key{Runtime: "default", ID: l.id}, last, nil); err != nil {
		l.r.t.Fatalf("publish event: %v", err)
	}
	natstest.Eventually(l.r.t, "the last event", func() bool { return strings.HasSuffix(l.so(), last) })
	if got := strings.TrimSuffix(strings.TrimSuffix(l.so(), last), " "); got != names {
		l.r.t.Errorf("events %q, want %q", got, names)
	}
	l.mu.Lock()
	l.names = nil // what is wanted next comes after them
	l.mu.Unlock()
}

// heard submits code, waits for its outcome, and until these events have come.
func (r *rig) heard(code, names string) (execution.Outcome, *told) {
	r.t.Helper()
	id := execution.NewID(time.Now())
	l := r.listen(id)
	o := r.request(execution.Request{ID: id, Code: code})
	l.want(names)
	return o, l
}

// The events of a pass that ended so.
const (
	passCompleted = "started pass_end completed dispose"
	passPaused    = "started pass_end paused"
)

// rollback asks for a rollback and waits for its end.
func (r *rig) rollback(id execution.ID) execution.Record {
	r.t.Helper()
	if _, err := r.client.Rollback(r.t.Context(), id, "ann"); err != nil {
		r.t.Fatalf("rollback: %v", err)
	}
	return r.undone(id)
}

// undone waits for the end of the rollback that is under way.
func (r *rig) undone(id execution.ID) execution.Record {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), patience)
	defer cancel()
	rec, err := r.client.AwaitRollback(ctx, id)
	if err != nil {
		r.t.Fatalf("await rollback: %v", err)
	}
	return rec
}

func (r *rig) cancel(id execution.ID, rollback bool) execution.Record {
	r.t.Helper()
	rec, err := r.client.Cancel(r.t.Context(), id, rollback, "ann")
	if err != nil {
		r.t.Fatalf("cancel: %v", err)
	}
	return rec
}

func (r *rig) calls(rec execution.Record, want string) {
	r.t.Helper()
	if got := states(rec.Calls); got != want {
		r.t.Errorf("calls %s, want %s", got, want)
	}
}

// is checks status and report.
func (r *rig) is(rec execution.Record, status execution.Status, reverted, failed int) {
	r.t.Helper()
	if rec.Status != status || rec.Rollback == nil || !rec.Rollback.Done || rec.Rollback.Reverted != reverted || len(rec.Rollback.Failed) != failed {
		r.t.Errorf("status %s, rollback %+v, want %s, %d reverted, %d failed", rec.Status, rec.Rollback, status, reverted, failed)
	}
}

// busy asks for a retry.
func busy(context.Context, connector.Call, json.RawMessage) error {
	return &retry.Error{Err: errors.New("busy")}
}

// messages returns how many messages are in the queue.
func (r *rig) messages() uint64 {
	r.t.Helper()
	s, err := r.server.JetStream().Stream(r.t.Context(), stream.StreamName)
	if err != nil {
		r.t.Fatalf("open the queue: %v", err)
	}
	return s.CachedInfo().State.Msgs
}
