package executor

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/reprise-run/reprise/internal/fixture"
	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
)

// start runs an executor until the test ends, or stop is called, which drains it.
func start(t *testing.T, nc *nats.Conn, items *fixture.Items, change func(*Config)) (stop func()) {
	t.Helper()
	set, err := connector.NewSet(connector.SetConfig{Connectors: []connector.Named{{Name: "items", Connector: items}}})
	if err != nil {
		t.Fatal(err)
	}
	cfg := Config{Conn: nc, Connectors: set, AckWait: 2 * time.Second, DrainTimeout: -1, Grace: 100 * time.Millisecond}
	if change != nil {
		change(&cfg)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ready, done := make(chan struct{}), make(chan error, 1)
	go func() { done <- Run(ctx, cfg, func(string) { close(ready) }) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			t.Errorf("executor: %v", err)
		}
	}
	t.Cleanup(stop)
	select {
	case <-ready:
	case err := <-done:
		t.Fatalf("executor did not start: %v", err)
	}
	return stop
}

func client(t *testing.T, nc *nats.Conn) *control.Client {
	t.Helper()
	c, err := control.NewClient(control.ClientConfig{Conn: nc, Timeout: natstest.StartWait})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func execute(t *testing.T, c *control.Client, r execution.Request) execution.Outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*natstest.StartWait)
	defer cancel()
	out, err := c.Execute(ctx, r, control.Follow{})
	if err != nil {
		t.Fatalf("execute: %v", err)
	}
	return out
}

// Whoever stops an executor that still waits for its server did nothing wrong.
func TestStopWhileTheServerIsAway(t *testing.T) {
	t.Parallel()
	srv := natstest.Run(t)
	nc := srv.Conn()
	away := make(chan struct{})
	nc.SetDisconnectErrHandler(func(*nats.Conn, error) { close(away) })
	srv.Stop()
	<-away
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- Run(ctx, Config{Conn: nc, Connectors: new(connector.Set)}, func(string) { t.Error("it takes work without a server") })
	}()
	cancel()
	if err := <-done; err != nil {
		t.Errorf("run = %v, want nil", err)
	}
}

func TestExecutionCompletesThroughARetry(t *testing.T) {
	t.Parallel()
	srv, items := natstest.Run(t), new(fixture.Items)
	start(t, srv.Conn(), items, nil)
	out := execute(t, client(t, srv.Conn()), execution.Request{
		Code: `async () => { const before = await items.checkpoint_read(); const retried = await items.retry_once(); return {before, retried} }`,
	})
	if out.Status != execution.Completed || string(out.Result) != `{"before":{"reads":1},"retried":{"calls":2}}` || out.Attempt != 2 {
		t.Errorf("outcome %+v", out)
	}
	if len(out.Calls) != 2 || !out.Calls[0].Replayed {
		t.Errorf("calls %+v", out.Calls)
	}
}

// Writes per execution are a promise: k + 3 for k calls in sequence, k + 4 for k
// calls together, request and state included.
func TestJournalWritesPerExecution(t *testing.T) {
	t.Parallel()
	const k = 8
	for name, tt := range map[string]struct {
		code string
		most uint64
	}{
		"in sequence": {fmt.Sprintf(`async () => { for (let i = 0; i < %d; i++) await items.echo(i) }`, k), k + 3},
		"together":    {fmt.Sprintf(`Promise.all(Array.from({length: %d}, (_, i) => items.echo(i)))`, k), k + 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := natstest.Run(t)
			start(t, srv.Conn(), new(fixture.Items), nil)
			js := srv.JetStream()
			var before, fewest uint64
			// A write whose answer is late is repeated: a machine that stands still for a
			// moment makes one more of it. It does not do so every time.
			for try := 1; try <= 5 && (try == 1 || fewest > tt.most); try++ {
				out := execute(t, client(t, srv.Conn()), execution.Request{Code: tt.code})
				if out.Status != execution.Completed {
					t.Fatalf("outcome %+v", out)
				}
				s, err := js.Stream(t.Context(), "KV_executions")
				if err != nil {
					t.Fatal(err)
				}
				last := s.CachedInfo().State.LastSeq
				before, fewest = last, last-before
			}
			if fewest > tt.most {
				t.Errorf("%d journal writes, want %d or fewer", fewest, tt.most)
			}
		})
	}
}
