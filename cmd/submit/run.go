package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/reprise-run/reprise/cmd/submit/draw"
	"github.com/reprise-run/reprise/internal/cli"
	"github.com/reprise-run/reprise/internal/executor"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/engine"
	"github.com/reprise-run/reprise/pkg/execution"
)

// connectWait bounds connecting and each request when --timeout does not.
const connectWait = 5 * time.Second

// run is the whole command: it returns the exit status.
func run(ctx context.Context, args []string, env func(string) string, stdin io.Reader, stdout, stderr io.Writer) int {
	return (&app{env: env, stdin: stdin, stdout: stdout, stderr: stderr, connectWait: connectWait}).run(ctx, args)
}

func (a *app) run(ctx context.Context, args []string) int {
	root := a.root()
	root.SetArgs(args)
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	ran, err := root.ExecuteContextC(ctx)
	var told *toldError
	if errors.As(err, &told) {
		return told.status
	}
	var known *cli.Error
	switch {
	case err == nil:
		return cli.OK
	case errors.As(err, &known):
	case ctx.Err() != nil:
		err = cli.Fail(cli.Interrupted, "", errors.New("interrupted"))
	case !a.started: // cobra's own: flags, arguments, commands
		err = cli.Fail(cli.Usage, "see submit --help", err)
	}
	if !a.started { // perhaps it came to no flag, and to no command
		a.json, a.outcomes = a.json || asksJSON(args), !ran.HasParent()
	}
	if a.json && a.outcomes {
		a.printRefusal(err)
	}
	return cli.Report(a.stderr, "submit", err)
}

// asksJSON reports whether a command line that is wrong has --json in it.
func asksJSON(args []string) bool {
	for _, arg := range args {
		switch arg {
		case "--json", "--json=true":
			return true
		case "--":
			return false
		}
	}
	return false
}

// toldError ends the command with a status when the user has been told already.
type toldError struct{ status int }

func (e *toldError) Error() string { return "told" }

// app is what all commands share.
type app struct {
	env            func(string) string
	stdin          io.Reader
	stdout, stderr io.Writer
	connectWait    time.Duration

	server  cli.Server
	runtime string
	timeout time.Duration
	json    bool

	maxChars int // of a result that is printed; 0: all

	embedded   bool
	storeDir   string
	isolation  string
	worker     string
	connectors string
	limits     executor.Limits // of the executor that --embedded starts

	started  bool // the command line was understood
	outcomes bool // the command owes an outcome on standard output
}

// addFlags defines the flags that every command has.
func (a *app) addFlags(c *cobra.Command) {
	f := c.PersistentFlags()
	a.server.AddFlags(f)
	f.StringVar(&a.runtime, "runtime", "", "`NAME` of the runtime (default \""+execution.DefaultRuntime+"\")")
	f.DurationVar(&a.timeout, "timeout", 0, "how long to wait for server and outcome (default: "+connectWait.String()+" for the server, no limit for the outcome)")
	f.BoolVar(&a.json, "json", false, "print the answer as JSON")
	f.BoolVar(&a.embedded, "embedded", false, "run server and executor in this process: nothing to install")
	f.StringVar(&a.isolation, "isolation", string(executor.IsolationProcess), "where scripts run with --embedded: process (confined workers) or none (this process, for trusted code)")
	f.StringVar(&a.worker, "worker", "", "`PROGRAM` that --embedded starts as a worker (default: this one)")
	f.StringVar(&a.storeDir, "store-dir", "data", "`DIR` where --embedded keeps everything")
	f.StringVar(&a.connectors, "connectors", "", "connectors.yaml `FILE` for --embedded (default: the demo connector)")
	a.limits.AddFlags(f)
}

// begin checks what all commands share. From here on errors are not about the command line.
func (a *app) begin(c *cobra.Command, _ []string) error {
	a.outcomes = !c.HasParent()
	a.runtime = cmp.Or(a.runtime, execution.DefaultRuntime)
	if err := execution.CheckRuntime(a.runtime); err != nil {
		return cli.Misuse("--runtime: %w", err)
	}
	if a.timeout < 0 {
		return cli.Misuse("--timeout: %v is negative", a.timeout)
	}
	if err := a.server.Complete(a.env); err != nil {
		return cli.Fail(cli.Usage, "", err)
	}
	if err := executor.Isolation(a.isolation).Check(); err != nil {
		return cli.Misuse("--isolation %w", err)
	}
	if a.embedded {
		if flag := a.server.Embed(c.Flags().Changed); flag != "" {
			return cli.Misuse("--embedded and %s exclude each other", flag)
		}
	}
	for _, flag := range []string{"isolation", "worker", "store-dir", "connectors"} {
		if !a.embedded && c.Flags().Changed(flag) {
			return cli.Misuse("--%s is for the executor of --embedded", flag)
		}
	}
	if err := a.checkLimits(c); err != nil {
		return err
	}
	if err := a.checkMaxChars(c); err != nil {
		return err
	}
	a.started = true
	return nil
}

// checkLimits checks the flags of the executor's limits. The wall clock of a
// submission is that of its own executor too: nobody else lowers it.
func (a *app) checkLimits(c *cobra.Command) error {
	if flag := a.limits.Changed(c.Flags()); flag != "" && !a.embedded {
		return cli.Fail(cli.Usage, "--limit lowers the limits of one submission", fmt.Errorf("--%s is for the executor of --embedded", flag))
	}
	a.limits.PassTimeout = engine.DefaultPassTimeout
	if f := c.Flags().Lookup("pass-timeout"); f != nil && f.Changed {
		own, err := c.Flags().GetDuration("pass-timeout")
		if err != nil {
			return cli.Misuse("--pass-timeout: %w", err)
		}
		a.limits.PassTimeout = max(own, engine.DefaultPassTimeout)
	}
	return a.limits.Check()
}

// session is a connection to a server, with a client for the runtime.
type session struct {
	link   *cli.Link
	client *control.Client
	close  func()
}

// open connects, or starts the embedded server and executor.
func (a *app) open(ctx context.Context) (*session, error) {
	wait := cmp.Or(a.timeout, a.connectWait)
	closeAll := func() {}
	var extra []nats.Option
	if a.embedded {
		local, err := startEmbedded(ctx, a.embedding())
		if err != nil {
			return nil, err
		}
		extra, closeAll = append(extra, local.connect), local.stop
	}
	link, err := a.server.Connect(ctx, "submit", wait, extra...)
	if err != nil {
		closeAll()
		return nil, err
	}
	client, err := control.NewClient(control.ClientConfig{Conn: link.Conn, Runtime: a.runtime, Domain: link.Domain, Timeout: min(wait, a.connectWait)})
	if err != nil {
		link.Close()
		closeAll()
		return nil, err
	}
	return &session{link: link, client: client, close: func() { link.Close(); closeAll() }}, nil
}

// limit applies --timeout to a context.
func (a *app) limit(ctx context.Context) (context.Context, context.CancelFunc) {
	if a.timeout == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeoutCause(ctx, a.timeout, errTimeout)
}

// errTimeout is the cause when --timeout is over.
var errTimeout = errors.New("the time of --timeout is over")

// printer returns what shows an execution on standard error.
func (a *app) printer() draw.Printer {
	var o draw.Options
	if a.runtime != execution.DefaultRuntime {
		o.Flags = "--runtime " + a.runtime
	}
	f, ok := a.stderr.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) || a.env("TERM") == "dumb" {
		return draw.New(a.stderr, o)
	}
	o.Color = a.env("NO_COLOR") == ""
	o.Width = func() int {
		w, _, err := term.GetSize(int(f.Fd()))
		if err != nil || w == 0 {
			return 80
		}
		return w
	}
	return draw.New(a.stderr, o)
}
