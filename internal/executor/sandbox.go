package executor

import (
	"fmt"

	"github.com/reprise-run/reprise/pkg/sandbox"
	"github.com/reprise-run/reprise/pkg/sandbox/worker"
)

// Isolation says where scripts run.
type Isolation string

// The levels of isolation.
const (
	IsolationProcess Isolation = "process" // in confined worker processes
	IsolationNone    Isolation = "none"    // in this process: for code that is trusted
)

// Check returns an error that names the levels when i is none of them.
func (i Isolation) Check() error {
	if i != IsolationProcess && i != IsolationNone {
		return fmt.Errorf("%q: must be %s or %s", string(i), IsolationProcess, IsolationNone)
	}
	return nil
}

// Sandbox is where scripts run, and what there is to say about it.
type Sandbox struct {
	sandbox.Sandbox

	// Confinement describes what keeps a script in, for people.
	Confinement string

	// Limited says that CPU time and memory of a pass are bounded.
	Limited bool

	pool *worker.Pool
}

// OpenSandbox makes the sandbox of an isolation. With worker processes it starts the
// first one. Close it when no pass runs any more.
func OpenSandbox(isolation Isolation, cfg worker.Config) (*Sandbox, error) {
	if isolation == IsolationNone {
		return &Sandbox{
			Sandbox:     sandbox.NewInProcess(sandbox.Config{}),
			Confinement: "none: scripts run in this process",
		}, nil
	}
	pool, err := worker.NewPool(cfg)
	if err != nil {
		return nil, fmt.Errorf("open sandbox: %w", err)
	}
	return &Sandbox{Sandbox: pool, Confinement: pool.Confinement(), Limited: pool.Bounded(), pool: pool}, nil
}

// Close ends the workers.
func (s *Sandbox) Close() {
	if s.pool != nil {
		_ = s.pool.Close() // it only waits
	}
}
