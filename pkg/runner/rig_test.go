package runner

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/reprise-run/reprise/internal/fixture"
	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/engine"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/sandbox"
	"github.com/reprise-run/reprise/pkg/stream"
)

// rig is a runner whose deliveries a test hands over one by one.
type rig struct {
	t     *testing.T
	srv   *natstest.Server
	js    jetstream.JetStream
	s     *stream.Stream
	q     *stream.Queue
	r     *Runner
	items *fixture.Items
	set   *connector.Set
}

const ackWait = 2 * time.Second

func newRig(t *testing.T, change func(*Config)) *rig {
	t.Helper()
	srv := natstest.Run(t)
	return newRigOn(t, srv, srv.Conn(), change)
}

// patient makes the consumer of a server wait long for a sign of life: no machine stands
// still for so long. What is there first stays.
func patient(t *testing.T, srv *natstest.Server, ackWait time.Duration) {
	t.Helper()
	if _, err := stream.Open(t.Context(), srv.Conn(), stream.Config{Runtimes: []string{"default"}, AckWait: ackWait}); err != nil {
		t.Fatal(err)
	}
}

// newPatientRig is newRig with such a consumer.
func newPatientRig(t *testing.T, change func(*Config)) *rig {
	t.Helper()
	srv := natstest.Run(t)
	patient(t, srv, 10*time.Minute)
	return newRigOn(t, srv, srv.Conn(), change)
}

// newRigOn is newRig with a server that runs, and a connection for the runner.
func newRigOn(t *testing.T, srv *natstest.Server, nc *nats.Conn, change func(*Config)) *rig {
	t.Helper()
	s, err := stream.Open(t.Context(), nc, stream.Config{AckWait: ackWait})
	if err != nil {
		t.Fatal(err)
	}
	x := &rig{t: t, srv: srv, js: srv.JetStream(), s: s, items: new(fixture.Items)}
	if x.q, err = s.Queue(t.Context(), "default"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = x.q.Close(context.Background()) })
	x.set, err = connector.NewSet(connector.SetConfig{Connectors: []connector.Named{{Name: "items", Connector: x.items}}})
	if err != nil {
		t.Fatal(err)
	}
	e, err := engine.New(engine.Config{
		Sandbox: sandbox.NewInProcess(sandbox.Config{}), Store: s.Journal(), Connectors: x.set, Now: time.Now,
		Grace: 50 * time.Millisecond, Version: "test",
	})
	if err != nil {
		t.Fatal(err)
	}
	cfg := Config{Stream: s, Engine: e, Name: "executor-1", Connectors: x.set.Names, Version: "test"}
	if change != nil {
		change(&cfg)
	}
	if x.r, err = New(cfg); err != nil {
		t.Fatal(err)
	}
	return x
}

// submit publishes a body and returns its delivery.
func (x *rig) submit(body string, id execution.ID) *stream.Delivery {
	x.t.Helper()
	if _, err := stream.Submit(x.t.Context(), x.js, "default", id, []byte(body)); err != nil {
		x.t.Fatal(err)
	}
	return x.next()
}

func (x *rig) request(id execution.ID, r execution.Request) *stream.Delivery {
	x.t.Helper()
	r.ID = id
	body, err := json.Marshal(r)
	if err != nil {
		x.t.Fatal(err)
	}
	return x.submit(string(body), id)
}

// next returns the next delivery.
func (x *rig) next() *stream.Delivery {
	x.t.Helper()
	ctx, cancel := context.WithTimeout(x.t.Context(), natstest.StartWait)
	defer cancel()
	d, err := x.q.Next(ctx)
	if err != nil {
		x.t.Fatalf("no delivery: %v", err)
	}
	return d
}

// handle runs one delivery to its end.
func (x *rig) handle(d *stream.Delivery) { x.r.handle(x.t.Context(), x.q, d) }

func (x *rig) key(id execution.ID) journal.Key { return journal.Key{Runtime: "default", ID: id} }

// state returns the state, or the zero one when there is none.
func (x *rig) state(id execution.ID) journal.Stored {
	x.t.Helper()
	stored, err := x.r.read(x.t.Context(), x.key(id))
	if err != nil {
		x.t.Fatal(err)
	}
	if stored == nil {
		return journal.Stored{}
	}
	return *stored
}

// put writes a state as if somebody else had.
func (x *rig) put(id execution.ID, last journal.Revision, s journal.State) journal.Revision {
	x.t.Helper()
	s.Nonce = string(execution.NewID(time.Now()))
	rev, err := x.s.Journal().PutState(x.t.Context(), x.key(id), s, last)
	if err != nil {
		x.t.Fatal(err)
	}
	return rev
}

func (x *rig) queued(seq uint64) bool {
	x.t.Helper()
	there, err := x.s.InQueue(x.t.Context(), seq)
	if err != nil {
		x.t.Fatal(err)
	}
	return there
}

// gone waits until the message has left the queue.
func (x *rig) gone(d *stream.Delivery) {
	x.t.Helper()
	natstest.Eventually(x.t, "the ack", func() bool { return !x.queued(d.Seq) })
}

// age waits until the claim is older than AckWait.
func (x *rig) age(id execution.ID) {
	x.t.Helper()
	x.older(id, ackWait)
}

// older waits until the state is older than d by the server's clock.
func (x *rig) older(id execution.ID, d time.Duration) {
	x.t.Helper()
	written := x.state(id).At
	natstest.Eventually(x.t, "the state to age", func() bool {
		now, err := x.s.ServerTime(x.t.Context())
		return err == nil && now.Sub(written) > d
	})
}

// entries returns the calls as people see them.
func (x *rig) entries(id execution.ID) []execution.Entry {
	x.t.Helper()
	stored, _, records, err := x.s.View(x.t.Context(), x.key(id))
	if err != nil {
		x.t.Fatal(err)
	}
	log, err := journal.Fold(stored.State, records)
	if err != nil {
		x.t.Fatal(err)
	}
	return log.Shown(stored.State.View())
}

func newID() execution.ID { return execution.NewID(time.Now()) }
