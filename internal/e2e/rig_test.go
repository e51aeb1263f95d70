package e2e

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/reprise-run/reprise/internal/executor"
	"github.com/reprise-run/reprise/internal/fixture"
	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
)

// rig is a server, the connector `items` and a client; executors are started by [rig.start].
type rig struct {
	t      testing.TB
	server *natstest.Server
	nc     *nats.Conn
	items  *fixture.Items
	client *control.Client
}

// newRig starts a server and no executor.
func newRig(t testing.TB) *rig {
	t.Helper()
	s := natstest.Run(t)
	r := &rig{t: t, server: s, nc: s.Conn(), items: new(fixture.Items)}
	c, err := control.NewClient(control.ClientConfig{Conn: r.nc, Timeout: requestTime})
	if err != nil {
		t.Fatalf("new client: %v", err)
	}
	r.client = c
	return r
}

// up starts a server and one executor that runs passes in this process.
func up(t testing.TB) *rig {
	t.Helper()
	r := newRig(t)
	r.start(nil)
	return r
}

// start runs an executor until the test ends, or stop is called, which drains it.
func (r *rig) start(change func(*executor.Config), extra ...connector.Named) (stop func()) {
	r.t.Helper()
	return r.startWith(change, append(extra, connector.Named{Name: "items", Connector: r.items})...)
}

// startWith does the same with these connectors alone.
func (r *rig) startWith(change func(*executor.Config), named ...connector.Named) (stop func()) {
	r.t.Helper()
	cancel, done := r.launch(change, named)
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			r.t.Errorf("executor: %v", err)
		}
	}
	r.t.Cleanup(stop)
	return stop
}

// startMortal runs an executor that can be killed: its connection is cut, so that
// nothing is heard of it afterwards. Nobody waits for its end.
func (r *rig) startMortal(change func(*executor.Config), extra ...connector.Named) (kill func()) {
	r.t.Helper()
	mortal := *r
	mortal.nc = r.server.Conn()
	cancel, _ := mortal.launch(change, append(extra, connector.Named{Name: "items", Connector: r.items}))
	r.t.Cleanup(cancel)
	return mortal.nc.Close
}

// launch runs an executor until cancel is called and waits until it takes work.
func (r *rig) launch(change func(*executor.Config), named []connector.Named) (cancel func(), done <-chan error) {
	r.t.Helper()
	set, err := connector.NewSet(connector.SetConfig{Connectors: named})
	if err != nil {
		r.t.Fatalf("new set: %v", err)
	}
	cfg := executor.Config{Conn: r.nc, Connectors: set, AckWait: 2 * time.Second, DrainTimeout: -1, Grace: 100 * time.Millisecond, AnswerTime: answerTime}
	if change != nil {
		change(&cfg)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- executor.Run(ctx, cfg, func(string) { close(ready) }) }()
	select {
	case <-ready:
	case err := <-ended:
		cancel()
		r.t.Fatalf("executor did not start: %v", err)
	}
	return cancel, ended
}

// run submits code and returns its outcome.
func (r *rig) run(code string) execution.Outcome {
	r.t.Helper()
	return r.request(execution.Request{Code: code})
}

func (r *rig) request(q execution.Request) execution.Outcome {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), patience)
	defer cancel()
	o, err := r.client.Execute(ctx, q, control.Follow{})
	if err != nil {
		r.t.Fatalf("execute: %v", err)
	}
	return o
}

// paused submits code that must wait for a person.
func (r *rig) paused(code string) execution.Outcome {
	r.t.Helper()
	o := r.run(code)
	r.status(o, execution.Paused)
	return o
}

// approve approves all that waits and returns the next outcome.
func (r *rig) approve(id execution.ID) execution.Outcome {
	r.t.Helper()
	o, err := r.decide(control.Approval{ID: id, As: "ann"})
	if err != nil {
		r.t.Fatalf("approve: %v", err)
	}
	return o
}

// decide approves and returns what comes of it, in time.
func (r *rig) decide(a control.Approval) (execution.Outcome, error) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), patience)
	defer cancel()
	return r.client.Approve(ctx, a, control.Follow{})
}

// begin submits and does not wait.
func (r *rig) begin(q execution.Request) execution.ID {
	r.t.Helper()
	if q.ID == "" {
		q.ID = execution.NewID(time.Now())
	}
	if _, err := r.client.Submit(r.t.Context(), q); err != nil {
		r.t.Fatalf("submit: %v", err)
	}
	return q.ID
}

// reach waits until the execution has the status.
func (r *rig) reach(id execution.ID, want execution.Status) execution.Record {
	r.t.Helper()
	var rec execution.Record
	natstest.Eventually(r.t, "status "+string(want), func() bool {
		var err error
		rec, err = r.client.Get(r.t.Context(), id)
		return err == nil && rec.Status == want
	})
	return rec
}

// wait waits for the next outcome.
func (r *rig) wait(id execution.ID) execution.Outcome {
	r.t.Helper()
	o, err := r.client.Wait(r.t.Context(), id, control.Follow{})
	if err != nil {
		r.t.Fatalf("wait: %v", err)
	}
	return o
}

// drained waits until the queue has no message.
func (r *rig) drained() {
	r.t.Helper()
	queue, err := natstest.JetStream(r.t, r.nc).Stream(r.t.Context(), stream.StreamName)
	if err != nil {
		r.t.Fatal(err)
	}
	natstest.Eventually(r.t, "an empty queue", func() bool {
		info, err := queue.Info(r.t.Context())
		return err == nil && info.State.Msgs == 0
	})
}

// stream opens the assets as an executor does.
func (r *rig) stream() *stream.Stream {
	r.t.Helper()
	s, err := stream.Open(r.t.Context(), r.nc, stream.Config{})
	if err != nil {
		r.t.Fatalf("open stream: %v", err)
	}
	return s
}

func (r *rig) key(id execution.ID) journal.Key {
	return journal.Key{Runtime: execution.DefaultRuntime, ID: id}
}

func (r *rig) get(id execution.ID) execution.Record {
	r.t.Helper()
	rec, err := r.client.Get(r.t.Context(), id)
	if err != nil {
		r.t.Fatalf("get: %v", err)
	}
	return rec
}

func (r *rig) status(o execution.Outcome, want execution.Status) {
	r.t.Helper()
	if o.Status != want {
		r.t.Fatalf("status %s (%s), want %s", o.Status, o.Error, want)
	}
}

// completed checks the result, as JSON.
func (r *rig) completed(o execution.Outcome, want string) {
	r.t.Helper()
	r.status(o, execution.Completed)
	equalJSON(r.t, "result", o.Result, want)
}

func equalJSON(t testing.TB, what string, got json.RawMessage, want string) {
	t.Helper()
	var a, b any
	if err := json.Unmarshal(got, &a); err != nil {
		t.Fatalf("%s %q: %v", what, got, err)
	}
	if err := json.Unmarshal([]byte(want), &b); err != nil {
		t.Fatalf("%s: the test wants %q: %v", what, want, err)
	}
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	if string(x) != string(y) {
		t.Errorf("%s %s, want %s", what, x, y)
	}
}

// states writes the entries as "items.echo applied items.create_item pending".
func states(calls []execution.Entry) string {
	var all []string
	for _, e := range calls {
		all = append(all, e.Connector+"."+e.Method+" "+string(e.State))
	}
	return strings.Join(all, " ")
}
