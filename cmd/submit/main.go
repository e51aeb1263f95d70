// Command submit hands code to executors, follows it and prints the outcome.
//
// Standard output carries results alone; everything else goes to standard error.
// The exit status is 0 for completed, 1 for any other end, 2 for a wrong command
// line, 3 for paused, 4 when the server is out of reach or the result is unknown,
// and 130 after an interrupt.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/reprise-run/reprise/pkg/sandbox/worker"
)

func main() {
	worker.Main() // a worker process ends here
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal kills
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr))
}
