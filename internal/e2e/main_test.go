package e2e

import (
	"context"
	"encoding/json"
	"flag"
	"os"
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/executor"
	"github.com/reprise-run/reprise/internal/workertest"
	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/sandbox/worker"
)

var built workertest.Builder

func TestMain(m *testing.M) {
	flag.Parse()
	// Most tests wait for something most of the time: more of them at once than there
	// are processors.
	if err := flag.Set("test.parallel", "6"); err != nil {
		panic(err)
	}
	status := m.Run()
	built.Remove()
	os.Exit(status)
}

// inWorkers makes an executor run scripts in worker processes.
func inWorkers(t *testing.T) func(*executor.Config) {
	t.Helper()
	box, err := executor.OpenSandbox(executor.IsolationProcess, worker.Config{Path: built.Path(t), MaxMemory: 128 << 20})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(box.Close)
	return func(c *executor.Config) { c.Sandbox, c.Limits.MemoryMB = box, 128 }
}

// echo returns the arguments.
func echo(_ context.Context, c connector.Call, _ int) (json.RawMessage, error) { return c.Args, nil }

// executorTimeout is a pass timeout that is soon over.
const executorTimeout = 60 * time.Millisecond

// soonOver is the timeoutMs of a pass that must come to its call in time, and then hangs
// in it; and of the next one, which must end in time. On a quiet machine either takes some
// ten milliseconds.
const soonOver = 3000
