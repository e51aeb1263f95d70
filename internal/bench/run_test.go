package bench

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/reprise-run/reprise/internal/embedded"
	"github.com/reprise-run/reprise/internal/executor"
	"github.com/reprise-run/reprise/internal/workertest"
	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/connector/demo"
	"github.com/reprise-run/reprise/pkg/sandbox/worker"
)

// built is the worker of the tests; TestMain removes it.
var built workertest.Builder

func TestMain(m *testing.M) {
	status := m.Run()
	built.Remove()
	os.Exit(status)
}

// embedWorkers is embed with scripts in workers.
func embedWorkers(t testing.TB) *nats.Conn {
	t.Helper()
	box, err := executor.OpenSandbox(executor.IsolationProcess, worker.Config{Path: built.Path(t), MaxMemory: 128 << 20})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(box.Close)
	return embedIn(t, box)
}

// embed starts a server and an executor in this process.
func embed(t testing.TB) *nats.Conn { return embedIn(t, nil) }

func embedIn(t testing.TB, box *executor.Sandbox) *nats.Conn {
	t.Helper()
	srv, err := embedded.Start(embedded.Config{StoreDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(srv.Stop)
	connect := func() *nats.Conn {
		nc, err := nats.Connect("", srv.InProcess())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(nc.Close)
		return nc
	}
	set, err := connector.NewSet(connector.SetConfig{Connectors: []connector.Named{{Name: "demo", Connector: demo.New()}}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ready, done := make(chan struct{}), make(chan error, 1)
	nc := connect()
	go func() {
		done <- executor.Run(ctx, executor.Config{Conn: nc, Connectors: set, Sandbox: box}, func(string) { close(ready) })
	}()
	t.Cleanup(func() { cancel(); <-done })
	select {
	case <-ready:
	case err := <-done:
		t.Fatal(err)
	}
	return connect()
}

func TestBenchMeasures(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	nc := embed(t)
	r, err := Run(ctx, Config{Conn: nc, Executions: 20, Concurrency: 4, Calls: 5})
	if err != nil {
		t.Fatal(err)
	}
	if r.Failed != 0 || r.ExecutionsPerSecond <= 0 || r.P50Ms <= 0 || r.P99Ms < r.P50Ms || r.WritesPerExecution != 8 {
		t.Errorf("result %+v: want no failures and 5 + 3 writes", r)
	}
	r, err = Run(ctx, Config{Conn: nc, Executions: 3, Concurrency: 1, Calls: 20, Replay: true})
	if err != nil {
		t.Fatal(err)
	}
	if r.MsPerReplayedCall <= 0 {
		t.Errorf("result %+v: want a time per replayed call", r)
	}
	if err := r.Table(os.Stderr); err != nil {
		t.Error(err)
	}
}

// BenchmarkExecutions runs whole executions of ten calls, sixteen at once, with
// server and executor in this process. pkg/stream has the floor to compare with.
func BenchmarkExecutions(b *testing.B) {
	r, err := Run(b.Context(), Config{Conn: embed(b), Executions: max(b.N, 16)})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(r.ExecutionsPerSecond, "executions/s")
	b.ReportMetric(r.CPUMsPerExecution, "cpu-ms/execution")
	b.ReportMetric(r.WritesPerExecution, "writes/execution")
}

// BenchmarkReplay runs executions of 1000 calls, one after another, whose second pass
// replays them all; what it reports is that pass alone, from its start to the outcome.
func BenchmarkReplay(b *testing.B) {
	r, err := Run(b.Context(), Config{Conn: embed(b), Executions: b.N, Concurrency: 1, Calls: 1000, Replay: true})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(r.MsPerReplayedCall*1e6, "ns/replayed-call")
	b.ReportMetric(r.CPUMsPerReplayedCall*1e6, "cpu-ns/replayed-call")
}

func TestMixLabelsTheHostileAndCompletesTheGood(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	m, err := RunMix(ctx, Config{Conn: embedWorkers(t), Executions: 20, Hostile: 18, Concurrency: 4, Calls: 3})
	if err != nil {
		t.Fatal(err)
	}
	if m.Completed != 20 || m.Labelled != 18 || m.First != "" || m.MemoryMB[0] <= 0 || m.MemoryMB[2] <= 0 {
		t.Errorf("mix %+v: want 20 completed, 18 labelled, and the memory", m)
	}
	if m.Reasons["crash"] > 0 || m.Reasons["timeout"] == 0 {
		t.Errorf("reasons %v: want timeouts and no crash", m.Reasons)
	}
	if err := m.Table(os.Stderr); err != nil {
		t.Error(err)
	}
}
