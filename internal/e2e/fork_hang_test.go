package e2e

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/stream"
)

// Whoever forks at an executor that hangs is told so as for every other operation, and
// may ask for the same fork again.
func TestForkAtAnExecutorThatHangsCanBeRepeated(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	stop := r.start(nil)
	o := r.run(`async () => await items.echo(1)`)
	r.status(o, execution.Completed)
	stop()
	hangs, err := r.nc.QueueSubscribeSync(stream.APISubject("default", "fork"), "executors")
	if err == nil {
		err = r.nc.Flush()
	}
	if err != nil {
		t.Fatal(err)
	}
	client, err := control.NewClient(control.ClientConfig{Conn: r.nc, Timeout: 200 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	f := control.Fork{ID: o.ExecutionID, From: 1, As: "ann"}
	rec, err := client.Fork(ctx, f)
	if !errors.Is(err, control.ErrUnavailable) || ctx.Err() != nil {
		t.Fatalf("fork = %v, and the caller's time: %v; want %v, soon", err, ctx.Err(), control.ErrUnavailable)
	}
	if _, err := client.DryFork(t.Context(), f); !errors.Is(err, control.ErrUnavailable) {
		t.Errorf("dry fork = %v, want %v", err, control.ErrUnavailable)
	}
	f.NewID = rec.ExecutionID
	asked, err := hangs.NextMsgWithContext(ctx)
	if err == nil {
		err = hangs.Unsubscribe()
	}
	if err != nil {
		t.Fatal(err)
	}
	r.start(nil)
	r.completed(r.fork(f), `1`)
	// The one that hung wakes up, and finds it made.
	late, err := r.nc.Request(asked.Subject, asked.Data, answerWait)
	if err != nil || late.Header.Get("Nats-Service-Error") != "" {
		t.Errorf("the late fork = %v, %v", late.Header, err)
	}
	if l, err := r.client.List(t.Context(), control.ListQuery{}); err != nil || len(l.Executions) != 2 {
		t.Errorf("%d executions, %v, want 2", len(l.Executions), err)
	}
}

// Code may take its time: who waits for longer is given longer.
func TestDryForkIsWaitedForAsLongAsItsCallerWants(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	stop := r.start(nil)
	o := r.run(`async () => await items.echo(1)`)
	r.status(o, execution.Completed)
	stop()
	slow, err := r.nc.QueueSubscribeSync(stream.APISubject("default", "fork"), "executors")
	if err == nil {
		err = r.nc.Flush()
	}
	if err != nil {
		t.Fatal(err)
	}
	client, err := control.NewClient(control.ClientConfig{Conn: r.nc, Timeout: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), answerWait)
	defer cancel()
	answered := make(chan error, 1)
	go func() {
		m, err := slow.NextMsgWithContext(ctx)
		if err == nil {
			<-time.After(50 * time.Millisecond)
			err = m.Respond([]byte(`{"departsAt":null,"replayed":1}`))
		}
		answered <- err
	}()
	if d, err := client.DryFork(ctx, control.Fork{ID: o.ExecutionID, From: 1}); err != nil || d.Replayed != 1 {
		t.Errorf("dry fork = %+v, %v", d, err)
	}
	if err := <-answered; err != nil {
		t.Error(err)
	}
}
