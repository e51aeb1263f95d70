// Package executor puts an executor together: stream, sandbox, engine, runner and
// the API service. The commands, and their tests, share it.
package executor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nuid"
	"golang.org/x/sync/errgroup"

	"github.com/reprise-run/reprise/pkg/connector"
	natsconn "github.com/reprise-run/reprise/pkg/connector/nats"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/engine"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/runner"
	"github.com/reprise-run/reprise/pkg/sandbox/worker"
	"github.com/reprise-run/reprise/pkg/stream"
)

// Config configures [Run]. The zero value of a field means its default, which is
// that of the package it is handed to.
type Config struct {
	Conn       *nats.Conn     // required; it must outlive Run
	Connectors *connector.Set // required

	// Sandbox runs the passes. It must outlive Run. Default: this process, for code
	// that is trusted.
	Sandbox *Sandbox

	Name     string // default: host name and a random part
	Runtimes []string
	Domain   string // of JetStream

	Concurrency   int
	AckWait       time.Duration // of consumers that are created
	Grace         time.Duration
	DrainTimeout  time.Duration
	MaxLostPasses int
	SweepInterval time.Duration
	Overdue       time.Duration

	ExpireAfter, RetainFor  time.Duration
	Retain                  int
	Tombstone, KeepInterval time.Duration

	// Limits bound a pass.
	Limits Limits

	// AnswerTime bounds an operation of the API that does not wait for an outcome.
	AnswerTime time.Duration

	// Discover adds NATS services that call themselves connectors.
	Discover bool

	Logger *slog.Logger
}

// NewName returns a name for an executor on this host.
func NewName() string {
	host, err := os.Hostname()
	if err != nil {
		host = "executor"
	}
	random := nuid.Next()
	return host + "-" + random[len(random)-6:]
}

// Run serves until ctx ends, then drains and returns nil, also where it was still waiting
// for the server. ready is called once the executor takes work. It returns an error when something cannot be set up.
func Run(ctx context.Context, cfg Config, ready func(name string)) error {
	defer headroom()()
	cfg.Name = cmp.Or(cfg.Name, NewName())
	if len(cfg.Runtimes) == 0 {
		cfg.Runtimes = []string{execution.DefaultRuntime}
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Sandbox == nil {
		box, err := OpenSandbox(IsolationNone, worker.Config{})
		if err != nil {
			return err
		}
		cfg.Sandbox = box
	}
	s, err := stream.Open(ctx, cfg.Conn, stream.Config{
		Runtimes: cfg.Runtimes, AckWait: cfg.AckWait, Domain: cfg.Domain, Logger: cfg.Logger,
	})
	switch {
	case err != nil && ctx.Err() != nil:
		return nil // it has no work to drain yet
	case err != nil:
		return fmt.Errorf("open stream: %w", err)
	}
	e, err := newEngine(cfg, s)
	if err != nil {
		return err
	}
	run, err := newRunner(cfg, s, e)
	if err != nil {
		return err
	}
	service, err := control.NewService(control.ServiceConfig{
		Stream: s, Runtimes: cfg.Runtimes, Connectors: cfg.Connectors, DryReplay: dryReplay(e),
		Executor: cfg.Name, Version: apiVersion, Tombstone: cfg.Tombstone, Timeout: cfg.AnswerTime, Logger: cfg.Logger,
	})
	if err != nil {
		return err
	}
	return serve(ctx, cfg, run, service, ready)
}

// serve runs the parts. The API answers as long as passes drain.
func serve(ctx context.Context, cfg Config, run *runner.Runner, service *control.Service, ready func(string)) error {
	api, endAPI := context.WithCancel(context.WithoutCancel(ctx))
	defer endAPI()
	parts, ctx := errgroup.WithContext(ctx)
	parts.Go(func() error { return service.Run(api) })
	if cfg.Discover {
		discovery, err := natsconn.NewDiscovery(natsconn.DiscoveryConfig{Conn: cfg.Conn, Set: cfg.Connectors, Logger: cfg.Logger})
		if err != nil {
			return err
		}
		// What is there now is known to the first execution.
		if err := discovery.Scan(ctx); err != nil {
			cfg.Logger.Warn("discover services", "err", err)
		}
		parts.Go(func() error { return discovery.Run(ctx) })
	}
	parts.Go(func() error {
		defer endAPI()
		return run.Run(ctx, func() {
			select {
			case <-service.Ready(): // else the first submitter is told that nobody is here
			case <-ctx.Done():
			}
			if ready != nil {
				ready(cfg.Name)
			}
		})
	})
	err := parts.Wait()
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

func newEngine(cfg Config, s *stream.Stream) (*engine.Engine, error) {
	return engine.New(engine.Config{
		Sandbox: cfg.Sandbox, Confined: cfg.Sandbox.Limited, Store: s.Journal(), Connectors: cfg.Connectors, Now: time.Now,
		PassTimeout: cfg.Limits.PassTimeout, Limits: cfg.Limits.engine(), Grace: cfg.Grace, MaxValueBytes: s.MaxValueBytes(),
		Version: Version(), Logger: cfg.Logger,
		Snippets: func(ctx context.Context, runtime, name string) (execution.Snippet, error) {
			return s.Snippet(ctx, runtime, name, 0)
		},
	})
}

func newRunner(cfg Config, s *stream.Stream, e *engine.Engine) (*runner.Runner, error) {
	return runner.New(runner.Config{
		Stream: s, Engine: e, Name: cfg.Name, Runtimes: cfg.Runtimes, Connectors: cfg.Connectors.Names, Lifecycle: cfg.Connectors, Version: Version(),
		Concurrency: cfg.Concurrency, DrainTimeout: cfg.DrainTimeout, MaxLostPasses: cfg.MaxLostPasses,
		SweepInterval: cfg.SweepInterval, Overdue: cfg.Overdue, ExpireAfter: cfg.ExpireAfter, RetainFor: cfg.RetainFor, Retain: cfg.Retain,
		Tombstone: cfg.Tombstone, KeepInterval: cfg.KeepInterval, Logger: cfg.Logger,
	})
}

// DefaultAckWait is how long a message may stay without a sign of life.
const DefaultAckWait = 15 * time.Second

// apiVersion is the version of the API, as service discovery shows it.
const apiVersion = "0.1.0"

// Version names what shapes a journal: this program, its interpreter and its
// transformer. It is recorded with every execution.
func Version() string {
	parts := []string{"reprise"}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return parts[0]
	}
	parts[0] += "@" + cmp.Or(strings.Trim(info.Main.Version, "()"), "devel")
	for _, dep := range info.Deps {
		switch dep.Path {
		case "github.com/dop251/goja", "github.com/evanw/esbuild":
			parts = append(parts, dep.Path[strings.LastIndex(dep.Path, "/")+1:]+"@"+dep.Version)
		}
	}
	return strings.Join(parts, " ")
}
