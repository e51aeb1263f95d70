package hazard_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/reprise-run/reprise/internal/executor"
	"github.com/reprise-run/reprise/internal/fixture"
	"github.com/reprise-run/reprise/internal/hazard"
	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/internal/workertest"
	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/sandbox/sandboxtest"
	"github.com/reprise-run/reprise/pkg/sandbox/worker"
	"github.com/reprise-run/reprise/pkg/stream"
)

// built is the worker of the tests; TestMain removes it.
var built workertest.Builder

func TestMain(m *testing.M) {
	status := m.Run()
	built.Remove()
	os.Exit(status)
}

const (
	atOnce   = 3 // cases
	workers  = 2 * atOnce
	memory   = 128              // MB of a pass
	patience = 30 * time.Second // of a good execution, at least: less than the hostile ones have
)

// rig is an executor on a server of its own, with workers.
type rig struct {
	client *control.Client
	js     jetstream.JetStream
	pool   *worker.Pool
	ended  <-chan error  // the executor has
	within time.Duration // a good execution must complete

	mu   sync.Mutex // guards the field below
	good int        // executions so far
}

func newRig(t *testing.T) *rig {
	t.Helper()
	srv := natstest.Run(t)
	pool, err := worker.NewPool(worker.Config{Path: built.Path(t), Size: workers, Spares: 2, MaxMemory: memory << 20})
	if err != nil {
		t.Fatal(err)
	}
	set, err := connector.NewSet(connector.SetConfig{Connectors: []connector.Named{{Name: "items", Connector: new(fixture.Items)}}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- executor.Run(ctx, executor.Config{
			Conn: srv.Conn(), Connectors: set, Sandbox: &executor.Sandbox{Sandbox: pool, Limited: true},
			Limits: executor.Limits{MemoryMB: memory, PassTimeout: 2 * time.Minute}, Concurrency: workers, DrainTimeout: -1,
		}, func(string) { close(ready) })
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
		_ = pool.Close()
		if n := pool.Stats().Workers; n != 0 {
			t.Errorf("%d workers are left", n)
		}
	})
	select {
	case <-ready:
	case err := <-ended:
		t.Fatalf("executor did not start: %v", err)
	}
	r := &rig{js: srv.JetStream(), pool: pool, ended: ended}
	if r.client, err = control.NewClient(control.ClientConfig{Conn: srv.Conn(), Timeout: natstest.StartWait}); err != nil {
		t.Fatal(err)
	}
	r.measure(t)
	return r
}

// measure finds out how long a good execution takes when nothing else runs.
func (r *rig) measure(t *testing.T) {
	t.Helper()
	r.within = natstest.StartWait
	var took []time.Duration
	for range 9 {
		d, err := r.wellBehaved(t.Context())
		if err != nil {
			t.Fatalf("a good execution, alone: %v", err)
		}
		took = append(took, d)
	}
	slices.Sort(took)
	r.within = max(patience, 50*took[len(took)/2])
}

// wellBehaved runs a script of five calls and returns how long that took.
func (r *rig) wellBehaved(ctx context.Context) (time.Duration, error) {
	r.mu.Lock()
	r.good++
	n := r.good
	r.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, r.within)
	defer cancel()
	start := time.Now()
	out, err := r.client.Execute(ctx, execution.Request{
		Code:  `async (input) => { let sum = 0; for (let i = 0; i < 5; i++) sum += await items.echo(input.n + i); return sum }`,
		Input: json.RawMessage(fmt.Sprintf(`{"n":%d}`, n)),
	}, control.Follow{})
	if err != nil {
		return 0, fmt.Errorf("within %v: %w", r.within, err)
	}
	if want := fmt.Sprint(5*n + 10); string(out.Result) != want {
		return 0, fmt.Errorf("%s %s %s, want %s", out.Status, out.Result, out.Error, want)
	}
	return time.Since(start), nil
}

// run submits a case and returns its outcome.
func (r *rig) run(ctx context.Context, c hazard.Case) (execution.Outcome, error) {
	ctx, cancel := context.WithTimeout(ctx, c.Timeout+time.Minute)
	defer cancel()
	if !c.Raw {
		return r.client.Execute(ctx, c.Request(), control.Follow{})
	}
	id := execution.NewID(time.Now())
	if _, err := stream.Submit(ctx, r.js, execution.DefaultRuntime, id, []byte(c.Source)); err != nil {
		return execution.Outcome{}, err
	}
	return r.client.Wait(ctx, id, control.Follow{})
}

func labelOf(out execution.Outcome) hazard.Label {
	l := hazard.Label{Status: out.Status, Result: string(out.Result)}
	if out.Failure != nil {
		l.Reason = out.Failure.Reason
	}
	return l
}

// TestHazards submits every hostile script, each beside one that wants no harm.
func TestHazards(t *testing.T) {
	t.Parallel()
	cases, err := hazard.Cases()
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t)
	slots := make(chan struct{}, atOnce)
	t.Run("case", func(t *testing.T) {
		for _, c := range cases {
			t.Run(c.Name, func(t *testing.T) {
				t.Parallel()
				slots <- struct{}{}
				defer func() { <-slots }()
				r.check(t, c)
			})
		}
	})
	if n := r.pool.Stats().Workers; n > workers+2 {
		t.Errorf("%d workers live, want %d and two spares at the most", n, workers)
	}
	if _, err := r.wellBehaved(t.Context()); err != nil {
		t.Errorf("a good execution, afterwards: %v", err)
	}
	select {
	case err := <-r.ended:
		t.Errorf("the executor has ended: %v", err)
	default:
	}
}

func (r *rig) check(t *testing.T, c hazard.Case) {
	t.Helper()
	beside := make(chan error, 1)
	go func() {
		_, err := r.wellBehaved(t.Context())
		beside <- err
	}()
	start := time.Now()
	out, err := r.run(t.Context(), c)
	if err != nil {
		t.Fatalf("%s: %v", c.What, err)
	}
	got := labelOf(out)
	t.Logf("%.60s after %v", got, time.Since(start).Round(time.Millisecond))
	if !c.Good(got) || !strings.Contains(out.Error, c.Text) {
		t.Errorf("%s: got %.200s, want %v with %q: %.500s", c.What, got, c.Want, c.Text, out.Error)
	}
	if w := sandboxtest.Inward(out.Error); w != "" && !strings.Contains(c.Source, w) {
		t.Errorf("%s: lets %q out of the engine: %.500s", c.What, w, out.Error)
	}
	if err := <-beside; err != nil {
		t.Errorf("%s: a good execution beside it: %v", c.What, err)
	}
}
