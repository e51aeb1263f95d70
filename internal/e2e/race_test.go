package e2e

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/reprise-run/reprise/internal/executor"
	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
)

// Of two words at once one decides, and the other is told.
func TestTwoDecisionsAtOnce(t *testing.T) {
	t.Parallel()
	r := cluster(t)
	approve := func(ctx context.Context, id execution.ID) (bool, error) {
		_, err := r.client.Approve(ctx, control.Approval{ID: id, As: "ann"}, control.Follow{})
		if errors.Is(err, control.ErrConflict) && strings.Contains(err.Error(), "not paused") {
			return false, nil
		}
		return err == nil, err
	}
	reject := func(ctx context.Context, id execution.ID) (bool, error) {
		return r.client.Reject(ctx, id, nil, "", "bob")
	}
	const rounds = 12
	for name, second := range map[string]func(context.Context, execution.ID) (bool, error){"approver": approve, "rejecter": reject} {
		created, rejected := len(r.items.Created()), 0
		for range rounds {
			o := r.paused(`async () => items.create_item({title: "once"})`)
			var won [2]bool
			var both sync.WaitGroup
			for i, decide := range []func(context.Context, execution.ID) (bool, error){approve, second} {
				both.Go(func() {
					var err error
					if won[i], err = decide(t.Context(), o.ExecutionID); err != nil {
						t.Errorf("%s: %v", name, err)
					}
				})
			}
			both.Wait()
			if won[0] == won[1] {
				t.Fatalf("approver against %s: won %v, want one", name, won)
			}
			want := execution.Completed
			if name == "rejecter" && won[1] {
				want, rejected = execution.Rejected, rejected+1
			}
			if got := r.get(o.ExecutionID).Status; got != want {
				t.Errorf("%s: status %s, want %s", name, got, want)
			}
		}
		if got, want := len(r.items.Created())-created, rounds-rejected; got != want {
			t.Errorf("approver against %s: %d created, want %d", name, got, want)
		}
	}
}

// A second approval does not answer for a gate that its author has never seen.
func TestLateApprovalDoesNotReachTheNextGate(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.start(func(c *executor.Config) { c.AckWait = 10 * time.Minute }) // a heartbeat would read the state too
	o := r.paused(`async () => { const a = await items.create_item({title: "a"}); await items.hold(); return [a, await items.create_item({title: "b"})] }`)
	first := make(chan execution.Outcome, 1)
	go func() {
		o, err := r.client.Approve(context.WithoutCancel(t.Context()), control.Approval{ID: o.ExecutionID}, control.Follow{})
		if err != nil {
			t.Errorf("first approval: %v", err)
		}
		first <- o
	}()
	natstest.Eventually(t, "the first item", func() bool { return r.items.Runs("hold") == 1 })
	reads := r.readsOf(o.ExecutionID)
	second := make(chan error, 1)
	go func() {
		_, err := r.client.Approve(context.WithoutCancel(t.Context()), control.Approval{ID: o.ExecutionID}, control.Follow{})
		second <- err
	}()
	receive(t, "the first look", reads)
	receive(t, "the second look: the first one saw the running pass", reads)
	r.items.Release()
	err := receive(t, "the second answer", second)
	if !errors.Is(err, control.ErrConflict) || !strings.Contains(err.Error(), "not paused (running)") {
		t.Errorf("second approval = %v, want not paused", err)
	}
	r.status(<-first, execution.Paused)
	if n := len(r.items.Created()); n != 1 {
		t.Errorf("%d created, want 1", n)
	}
}

// readsOf tells of each time that somebody asks the leader for the state.
func (r *rig) readsOf(id execution.ID) <-chan struct{} {
	r.t.Helper()
	reads := make(chan struct{}, 1000)
	_, err := r.nc.Subscribe("$JS.API.STREAM.MSG.GET.KV_executions", func(m *nats.Msg) {
		if strings.Contains(string(m.Data), string(id)+".state") {
			reads <- struct{}{}
		}
	})
	if err == nil {
		err = r.nc.Flush()
	}
	if err != nil {
		r.t.Fatal(err)
	}
	return reads
}

// Parallel gates wait together, and may be approved one by one.
func TestParallelGates(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.paused(`() => Promise.all(["a", "b", "c"].map((title) => items.create_item({title})))`)
	if len(o.Pending) != 3 {
		t.Fatalf("pending %+v, want 3", o.Pending)
	}
	seq := 1
	next, err := r.client.Approve(t.Context(), control.Approval{ID: o.ExecutionID, Seq: &seq}, control.Follow{})
	if err != nil {
		t.Fatalf("approve: %v", err)
	}
	r.status(next, execution.Paused)
	if len(next.Pending) != 2 || next.Pending[0].Seq != 0 || next.Pending[1].Seq != 2 {
		t.Errorf("pending %+v, want 0 and 2", next.Pending)
	}
	end := r.approve(o.ExecutionID)
	r.status(end, execution.Completed)
	if !strings.Contains(string(end.Result), `{"id":1,"title":"b"}`) {
		t.Errorf("result %s, want b made first and kept", end.Result)
	}
	if n := r.items.Runs("create_item"); n != 3 {
		t.Errorf("ran %d times, want 3", n)
	}
}

// Arguments for one call are not taken for several.
func TestEditedArgumentsAreForOneCall(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.paused(`() => Promise.all(["a", "b"].map((title) => items.create_item({title})))`)
	_, err := r.client.Approve(t.Context(), control.Approval{ID: o.ExecutionID, Args: []byte(`{"title": "z"}`)}, control.Follow{})
	if !errors.Is(err, control.ErrBadRequest) || !strings.Contains(err.Error(), "name the seq") {
		t.Errorf("approve = %v", err)
	}
	if got := r.get(o.ExecutionID); got.Status != execution.Paused || len(got.Pending) != 2 {
		t.Errorf("status %s, pending %+v: something was changed", got.Status, got.Pending)
	}
}
