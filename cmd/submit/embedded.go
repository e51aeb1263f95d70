package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go"

	"github.com/reprise-run/reprise/internal/cli"
	"github.com/reprise-run/reprise/internal/embedded"
	"github.com/reprise-run/reprise/internal/executor"
	"github.com/reprise-run/reprise/pkg/connector/config"
	"github.com/reprise-run/reprise/pkg/sandbox/worker"
)

// embedding says what --embedded starts.
type embedding struct {
	runtime    string
	storeDir   string
	connectors string
	isolation  string
	worker     string
	limits     executor.Limits
	env        func(string) string
}

func (a *app) embedding() embedding {
	return embedding{
		runtime: a.runtime, storeDir: a.storeDir, connectors: a.connectors, isolation: a.isolation, worker: a.worker,
		limits: a.limits, env: a.env,
	}
}

// local is a server and an executor in this process.
type local struct {
	connect nats.Option // how to reach the server
	stop    func()      // drains the executor, then stops the server
}

// startEmbedded starts server and executor and returns once the executor takes work.
func startEmbedded(ctx context.Context, e embedding) (*local, error) {
	set, err := config.Load(e.connectors, e.env, config.Deps{})
	if err != nil {
		return nil, cli.Fail(cli.Usage, "", err)
	}
	box, err := executor.OpenSandbox(executor.Isolation(e.isolation), worker.Config{
		Path: e.worker, MaxMemory: e.limits.MemoryMB << 20, MaxCPU: e.limits.CPU,
	})
	if err != nil {
		return nil, cli.Fail(1, "--isolation none runs trusted code in this process", err)
	}
	server, err := embedded.Start(embedded.Config{StoreDir: e.storeDir})
	if err != nil {
		box.Close()
		return nil, cli.Fail(cli.Unreachable, "", fmt.Errorf("start the embedded server: %w", err))
	}
	nc, err := nats.Connect("", server.InProcess(), nats.Name("executor"))
	if err != nil {
		server.Stop()
		box.Close()
		return nil, cli.Fail(cli.Unreachable, "", fmt.Errorf("connect to the embedded server: %w", err))
	}
	// The executor ends after the submission, so that an interrupt hands over what runs.
	run, end := context.WithCancel(context.WithoutCancel(ctx))
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- executor.Run(run, executor.Config{Sandbox: box, Conn: nc, Connectors: set, Runtimes: []string{e.runtime}, Limits: e.limits},
			func(string) { close(ready) })
	}()
	stop := func() {
		end()
		_ = <-ended // what went wrong at the end changes nothing for the submission
		nc.Close()
		server.Stop()
		box.Close()
	}
	select {
	case <-ready:
		return &local{connect: server.InProcess(), stop: stop}, nil
	case err := <-ended:
		ended <- err // stop waits for it
		stop()
		return nil, cli.Fail(cli.Unreachable, "", fmt.Errorf("start the embedded executor: %w", err))
	case <-ctx.Done():
		stop()
		return nil, cli.Fail(cli.Interrupted, "", errors.New("interrupted"))
	}
}
