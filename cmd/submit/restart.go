package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
)

const restartHelp = `Restart an execution that has ended, and follow it as submit does.

Without --from it goes on from where it failed, with a new retry budget: the call with
whose error it ended is made again, under the same idempotency key; what was applied is
replayed. That is for the statuses error and cancelled.

With --from N it forgets the calls from number N on, and issues them anew, under keys of
their own. That is for completed and rejected, too.

  submit restart 01J… --from 3

An execution that was rolled back is not restarted: what it did was undone.`

func (a *app) restartCommand() *cobra.Command {
	var from int
	var detach bool
	var as asFlag
	c := &cobra.Command{
		Use: "restart ID", Short: "Let an execution go on that has ended", Long: restartHelp, Args: exactly("an ID"),
		RunE: func(c *cobra.Command, args []string) error {
			id, err := parseID(args[0])
			if err != nil {
				return err
			}
			in := control.Restart{ID: id, As: as.of(a)}
			if c.Flags().Changed("from") {
				in.From = &from
			}
			return a.goOn(c.Context(), goingOn{operation: "restart", id: id, detach: detach, ask: func(ctx context.Context, s *session) (execution.Record, error) {
				return s.client.Restart(ctx, in)
			}})
		},
	}
	c.Flags().IntVar(&from, "from", 0, "forget the calls from number `N` on")
	c.Flags().BoolVar(&detach, "detach", false, "print the id and do not wait")
	as.add(c)
	a.addMaxChars(c)
	return c
}

// goingOn is something that lets an execution go on.
type goingOn struct {
	operation string
	id        execution.ID // of the execution that goes on
	detach    bool

	first func(context.Context, *session) error // checks something before; nil: nothing
	ask   func(context.Context, *session) (execution.Record, error)
}

// goOn asks for it and follows the execution, from before it goes on: nothing is missed.
func (a *app) goOn(ctx context.Context, g goingOn) error {
	a.outcomes = true
	return a.query(ctx, g.operation, func(inner context.Context, s *session) error {
		f := &following{a: a, s: s, id: g.id, word: g.operation}
		if g.first != nil {
			if err := g.first(inner, s); err != nil {
				return a.notDone(g.operation, g.id, err)
			}
		}
		if g.detach {
			rec, err := g.ask(inner, s)
			if err != nil {
				return a.notDone(g.operation, g.id, err)
			}
			return f.detached(rec)
		}
		return f.end(ctx, inner, func(follow control.Follow) (execution.Outcome, error) {
			return s.client.WaitAfter(inner, g.id, func(ctx context.Context) (execution.Record, error) {
				rec, err := g.ask(ctx, s)
				f.attempt = rec.Attempt
				return rec, err
			}, follow)
		})
	})
}

// detached prints the id of an execution that goes on without being followed.
func (f *following) detached(rec execution.Record) error {
	if f.a.json {
		return f.a.print(rec)
	}
	_, err := fmt.Fprintln(f.a.stdout, rec.ExecutionID)
	return err
}
