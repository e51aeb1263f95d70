package control

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
)

// bench is a server with the assets, and a client of it. The test plays executor.
type bench struct {
	t      *testing.T
	server *natstest.Server
	s      *stream.Stream
	client *Client
}

const runtime = "default"

func setup(t *testing.T, o natstest.Options) *bench {
	t.Helper()
	server := natstest.RunWith(t, o)
	s, err := stream.Open(t.Context(), server.Conn(), stream.Config{})
	if err != nil {
		t.Fatalf("open the assets: %v", err)
	}
	b := &bench{t: t, server: server, s: s}
	b.client = b.newClient(server.Conn())
	return b
}

func (b *bench) newClient(nc *nats.Conn) *Client {
	b.t.Helper()
	c, err := NewClient(ClientConfig{Conn: nc, Timeout: natstest.StartWait})
	if err != nil {
		b.t.Fatalf("new client: %v", err)
	}
	return c
}

// serve starts the service and returns when it answers. stop ends it and returns
// what Run returned.
func (b *bench) serve(c ServiceConfig) (stop func() error) {
	b.t.Helper()
	c.Stream, c.Runtimes = b.s, []string{runtime}
	service, err := NewService(c)
	if err != nil {
		b.t.Fatalf("new service: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- service.Run(ctx) }()
	stopped := false
	stop = func() error {
		if stopped {
			return nil
		}
		stopped = true
		cancel()
		return <-ended
	}
	b.t.Cleanup(func() {
		if err := stop(); err != nil {
			b.t.Errorf("Run = %v, want nil", err)
		}
	})
	select {
	case <-service.Ready():
	case err := <-ended:
		b.t.Fatalf("Run = %v before it was ready", err)
	}
	return stop
}

// writer writes one journal, as a pass does.
type writer struct {
	b       *bench
	key     journal.Key
	state   journal.State
	claim   journal.Revision
	records int
}

// at returns the id of that minute of a fixed day, always the same.
func at(minutes int) execution.ID {
	return execution.DeriveID("test", time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).Add(time.Duration(minutes)*time.Minute), 0)
}

// claimed writes state and request of an execution as its first claim does.
func (b *bench) claimed(r execution.Request) *writer {
	b.t.Helper()
	w := &writer{b: b, key: journal.Key{Runtime: runtime, ID: r.ID}}
	w.state = journal.State{
		Status: execution.Running, Attempt: 1, Try: 1, Nonce: "n", CreatedAt: r.ID.Time(), StartedAt: r.ID.Time(), UpdatedAt: r.ID.Time(),
		Labels: r.Labels, Digest: r.Digest(), Seed: string(r.ID),
	}
	w.put()
	if err := b.s.Journal().PutRequest(b.t.Context(), w.key, w.claim, r); err != nil {
		b.t.Fatalf("put request: %v", err)
	}
	return w
}

func (w *writer) put() {
	w.b.t.Helper()
	w.state.Write++
	rev, err := w.b.s.Journal().PutState(w.b.t.Context(), w.key, w.state, w.claim)
	if err != nil {
		w.b.t.Fatalf("put state: %v", err)
	}
	w.claim = rev
}

func (w *writer) append(r journal.Record) {
	w.b.t.Helper()
	next, err := w.b.s.Journal().Append(w.b.t.Context(), w.key, w.claim, w.records, r)
	if err != nil {
		w.b.t.Fatalf("append: %v", err)
	}
	w.records = next
}

// settle writes the end of the pass.
func (w *writer) settle(status execution.Status, change func(*journal.State)) {
	w.b.t.Helper()
	w.state.Status = status
	if change != nil {
		change(&w.state)
	}
	w.put()
}

func text(format string, args ...any) *journal.Value {
	return journal.NewValue(json.RawMessage(fmt.Sprintf(format, args...)))
}

func encode(t testing.TB, v any) []byte {
	t.Helper()
	body, err := json.Marshal(v)
	if err != nil {
		t.Fatalf("encode: %v", err)
	}
	return body
}
