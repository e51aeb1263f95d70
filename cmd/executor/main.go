// Command executor runs executions: it takes them from a NATS server, or from one
// that it embeds, runs their passes and answers the API.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/reprise-run/reprise/internal/cli"
	"github.com/reprise-run/reprise/pkg/sandbox/worker"
)

func main() {
	worker.Main() // a worker process ends here
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the first signal drains, a second one kills
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}

// run is the command without the process around it. It returns the exit status.
func run(ctx context.Context, args []string, env func(string) string, stdout, stderr io.Writer) int {
	cmd := newCommand(env, stdout, stderr)
	cmd.SetArgs(args)
	cmd.SetOut(stdout)
	cmd.SetErr(stderr)
	return cli.Report(stderr, "executor", cmd.ExecuteContext(ctx))
}
