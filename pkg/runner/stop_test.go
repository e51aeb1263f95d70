package runner

import (
	"context"
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
)

// A pass that was superseded ends as soon as it is told, in the middle of a call and
// long before its next heartbeat; one that is told without reason goes on.
func TestStopEndsASupersededPassAtOnce(t *testing.T) {
	t.Parallel()
	x, id := newPatientRig(t, nil), newID() // only the word can end the pass in time
	deaf, err := x.r.hearStops()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(deaf)
	nc := x.srv.Conn()
	if err := x.s.Conn().Flush(); err != nil {
		t.Fatal(err)
	}
	d := x.request(id, execution.Request{Code: `items.sleep({ms: 60000})`})
	done := make(chan struct{})
	go func() { defer close(done); x.handle(d) }()
	natstest.Eventually(t, "the call", func() bool { return x.items.Runs("sleep") == 1 })

	tell := func(id execution.ID) {
		t.Helper()
		if err := stream.Event(nc, x.key(id), execution.EventStop, nil); err != nil {
			t.Fatal(err)
		}
		if err := nc.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	tell(id)
	tell(newID())
	select {
	case <-done:
		t.Fatal("the pass ended though its claim stands")
	case <-time.After(100 * time.Millisecond):
	}
	claim := x.state(id)
	next := claim.State
	next.Status, next.Carrier.Spent = execution.Cancelled, true
	x.put(id, claim.Revision, next)
	tell(id)
	select {
	case <-done:
	case <-time.After(natstest.StartWait / 2): // its own time is a minute
		t.Fatal("the pass runs on after it was told")
	}
	natstest.Eventually(t, "the end of the call", func() bool { return x.items.Aborts() == 1 })
	if !x.queued(d.Seq) {
		t.Error("the superseded pass acknowledged the message")
	}
	if err := d.Nak(t.Context(), 0); err != nil { // as its time would
		t.Fatal(err)
	}
	x.handle(x.next())
	x.gone(d)
	if got := x.entries(id)[0].State; got != execution.Unknown {
		t.Errorf("the call is %s, want unknown", got)
	}
}

// A runner that runs hears what is told to the executions of its runtimes.
func TestRunHearsStops(t *testing.T) {
	t.Parallel()
	x, id := newRig(t, nil), newID()
	ctx, stop := context.WithCancel(t.Context())
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- x.r.Run(ctx, func() { close(ready) }) }()
	<-ready
	p, gone := x.r.live.add(journal.Key{Runtime: "default", ID: id}, "n")
	defer gone()
	natstest.Eventually(t, "the event", func() bool {
		if err := stream.Event(x.srv.Conn(), x.key(id), execution.EventStop, nil); err != nil {
			t.Fatal(err)
		}
		select {
		case <-p.look:
			return true
		default:
			return false
		}
	})
	stop()
	if err := <-ended; err != nil {
		t.Errorf("Run = %v", err)
	}
}
