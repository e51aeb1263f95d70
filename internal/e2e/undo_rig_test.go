package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"

	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/execution"
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
