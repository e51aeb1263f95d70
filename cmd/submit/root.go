package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/reprise-run/reprise/internal/cli"
	"github.com/reprise-run/reprise/internal/executor"
	"github.com/reprise-run/reprise/pkg/execution"
)

const rootHelp = `submit hands JavaScript or TypeScript to the executors, follows it through retries,
sleeps and signals, and prints its result.

The code is a function, or the body of one; --input is its argument. What it imports,
files and npm packages, is bundled into the source that travels.

  submit job.js --input '{"customer": 7}'
  submit -e 'async () => (await demo.echo("hi"))' --embedded
  submit --detach job.ts --label team=billing

Standard output carries the result alone. Exit status: 0 completed, 1 any other end,
2 wrong command line, 3 paused, 4 no server or result unknown, 130 interrupted.`

// root builds the commands. Each subcommand has a file of its own and one line here.
func (a *app) root() *cobra.Command {
	var o submitFlags
	c := &cobra.Command{
		Use: "submit [flags] FILE|-|-e CODE", Short: "Run code durably and print its result", Long: rootHelp,
		Version:       executor.Version(),
		Args:          cobra.ArbitraryArgs,
		SilenceErrors: true, SilenceUsage: true,
		PersistentPreRunE: a.begin,
		RunE: func(c *cobra.Command, args []string) error {
			a.outcomes = true
			return a.submit(c.Context(), o, args)
		},
	}
	c.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return cli.Fail(cli.Usage, "see "+c.CommandPath()+" --help", err)
	})
	a.addFlags(c)
	a.addMaxChars(c)
	o.add(c)
	c.AddCommand(a.getCommand(), a.listCommand(), a.watchCommand(), a.signalCommand())
	c.AddCommand(a.pendingCommand(), a.approveCommand(), a.rejectCommand(), a.resolveCommand())
	c.AddCommand(a.rollbackCommand(), a.cancelCommand(), a.restartCommand(), a.forkCommand())
	c.AddCommand(a.exportCommand(), a.debugCommand(), a.snippetCommand(), a.benchCommand())
	c.AddCommand(a.expireCommand(), a.deleteCommand(), a.pruneCommand())
	return c
}

// submitFlags are the flags of a submission.
type submitFlags struct {
	code        string
	input       string
	detach      bool
	retry       string
	passTimeout time.Duration
	startAt     string
	id          string
	labels      []string
	limits      []string
	cmd         *cobra.Command
}

func (o *submitFlags) add(c *cobra.Command) {
	f := c.Flags()
	f.StringVarP(&o.code, "eval", "e", "", "`CODE` to run in place of a file")
	f.StringVar(&o.input, "input", "", "argument of the code: `JSON`, or @file")
	f.BoolVar(&o.detach, "detach", false, "print the id and do not wait")
	f.StringVar(&o.retry, "retry", "", "`POLICY`: false, a number of attempts, or JSON")
	f.DurationVar(&o.passTimeout, "pass-timeout", 0, "wall clock of one pass (default, and at most: the executor's)")
	f.StringVar(&o.startAt, "start-at", "", "start not before this `TIME` (RFC 3339), or this long from now (1h30m)")
	f.StringArrayVar(&o.limits, "limit", nil, "limit `NAME=VALUE` that is lower than the executor's (repeatable): "+strings.Join(execution.LimitNames(), ", "))
	f.StringVar(&o.id, "id", "", "`ULID` of the execution; the same one never runs twice")
	f.StringArrayVar(&o.labels, "label", nil, "label `KEY=VALUE` (repeatable)")
	o.cmd = c
}

// parseID reads an id that was given on the command line.
func parseID(s string) (execution.ID, error) {
	id, err := execution.ParseID(s)
	if err != nil {
		return "", cli.Fail(cli.Usage, "\"submit list\" shows them", fmt.Errorf("read the id: %w", err))
	}
	return id, nil
}
