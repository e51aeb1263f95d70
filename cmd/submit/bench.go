package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/reprise-run/reprise/internal/bench"
	"github.com/reprise-run/reprise/internal/cli"
)

const benchHelp = `bench submits executions of k calls each, waits for them and prints what it measured.

With --embedded server and executor run in this process: CPU and memory are then
those of everything together. Against a server they are those of bench alone.

  submit bench --embedded --executions 2000 --concurrency 16 --calls 10
  submit bench --embedded --executions 20 --concurrency 1 --calls 1000 --replay

With --hostile, as many submissions that want harm run among the good ones, each with a
timeoutMs of 300. Printed is then what came of both, and the memory of this process
without its workers: with --embedded also that of the server, which grows with what it
stores.

  submit bench --embedded --executions 1000 --hostile 1000

With --gated each execution waits for an approval after its calls. Printed is what it
costs that all wait, and how long it takes from an approval to the call.

  submit bench --embedded --executions 10000 --calls 1 --gated`

// benchCommand is `submit bench`.
func (a *app) benchCommand() *cobra.Command {
	var b bench.Config
	c := &cobra.Command{
		Use: "bench", Short: "Measure executions", Long: benchHelp, Args: exactly(),
		RunE: func(c *cobra.Command, _ []string) error { return a.bench(c, b) },
	}
	f := c.Flags()
	f.IntVar(&b.Executions, "executions", 1000, "how many executions")
	f.IntVar(&b.Concurrency, "concurrency", 16, "how many at once")
	f.IntVar(&b.Calls, "calls", 10, "calls of each")
	f.BoolVar(&b.Parallel, "parallel", false, "issue the calls together, not one after another")
	f.BoolVar(&b.Replay, "replay", false, "add a second pass that replays every call, and time it")
	f.BoolVar(&b.Gated, "gated", false, "let each execution wait for an approval after its calls, and time those")
	f.IntVar(&b.Hostile, "hostile", 0, "how many hostile submissions run among the executions")
	f.StringVar(&b.Connector, "connector", "demo", "demo or http (http only with --embedded: it starts a server to call)")
	return c
}

func (a *app) bench(c *cobra.Command, b bench.Config) error {
	switch {
	case b.Executions < 1 || b.Concurrency < 1 || b.Calls < 1:
		return cli.Misuse("--executions, --concurrency and --calls must be at least 1")
	case b.Hostile < 0 || b.Hostile > 0 && b.Replay:
		return cli.Misuse("--hostile must be at least 0, and goes without --replay")
	case b.Gated && (b.Replay || b.Hostile > 0):
		return cli.Misuse("--gated goes without --replay and --hostile")
	case b.Connector != "demo" && b.Connector != "http":
		return cli.Misuse("--connector %q: must be demo or http", b.Connector)
	case b.Connector == "http" && !a.embedded:
		return cli.Misuse("--connector http needs --embedded: an executor elsewhere does not know the server to call")
	}
	if a.embedded {
		a.limits.PassTimeout = bench.PassTimeout
		undo, err := a.prepareBench(b.Connector)
		if err != nil {
			return err
		}
		defer undo()
	}
	s, err := a.open(c.Context())
	if err != nil {
		return err
	}
	defer s.close()
	ctx, cancel := a.limit(c.Context())
	defer cancel()
	b.Conn, b.Runtime = s.link.Conn, a.runtime
	var result interface{ Table(io.Writer) error }
	switch {
	case b.Hostile > 0:
		result, err = bench.RunMix(ctx, b)
	case b.Gated:
		result, err = bench.RunGated(ctx, b)
	default:
		result, err = bench.Run(ctx, b)
	}
	if err != nil {
		return err
	}
	if a.json {
		e := json.NewEncoder(a.stdout)
		e.SetIndent("", "  ")
		return e.Encode(result)
	}
	return result.Table(a.stdout)
}

// prepareBench gives the embedded server a store of its own, and the executor what
// the benchmark calls. undo removes both.
func (a *app) prepareBench(connector string) (undo func(), err error) {
	dir, err := os.MkdirTemp("", "submit-bench-")
	if err != nil {
		return nil, fmt.Errorf("make a store: %w", err)
	}
	undo = func() { _ = os.RemoveAll(dir) } // a temporary directory that stays does no harm
	a.storeDir = dir
	if connector != "http" {
		return undo, nil
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		undo()
		return nil, fmt.Errorf("listen for the calls: %w", err)
	}
	target := &http.Server{ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"ok":true}`)) // the caller sees a broken answer
	})}
	go func() { _ = target.Serve(l) }() // it returns when it is closed
	file := filepath.Join(dir, "connectors.yaml")
	yaml := fmt.Sprintf("connectors:\n  demo: {demo: {}}\n  http: {http: {baseURL: %q}}\n", "http://"+l.Addr().String())
	if err := os.WriteFile(file, []byte(yaml), 0o600); err != nil {
		_ = target.Close()
		undo()
		return nil, fmt.Errorf("configure the connectors: %w", err)
	}
	a.connectors = file
	return func() { _ = target.Close(); _ = os.RemoveAll(dir) }, nil
}
