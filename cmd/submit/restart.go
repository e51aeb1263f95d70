package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/reprise-run/reprise/internal/cli"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/stream"
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
			return a.goOn(c.Context(), "restart", id, detach, func(ctx context.Context, s *session) (execution.Record, error) {
				return s.client.Restart(ctx, in)
			})
		},
	}
	c.Flags().IntVar(&from, "from", 0, "forget the calls from number `N` on")
	c.Flags().BoolVar(&detach, "detach", false, "print the id and do not wait")
	as.add(c)
	return c
}

// goOn asks for something that lets an execution go on, and follows it. id is the one to
// look for when no answer comes.
func (a *app) goOn(ctx context.Context, operation string, id execution.ID, detach bool, ask func(context.Context, *session) (execution.Record, error)) error {
	a.outcomes = true
	limited, cancel := a.limit(ctx)
	defer cancel()
	s, err := a.open(limited)
	if err != nil {
		return err
	}
	defer s.close()
	allowed, stop := s.link.UntilDenied(limited, stream.APISubject(a.runtime, operation))
	defer stop()
	rec, err := ask(allowed, s)
	switch {
	case err != nil && ctx.Err() != nil:
		return cli.Fail(cli.Interrupted, "look with: "+a.command("get", id), errors.New("interrupted"))
	case errors.Is(err, control.ErrUnavailable), err != nil && errors.Is(context.Cause(limited), errTimeout):
		return cli.Fail(cli.Unreachable, "look with: "+a.command("get", id), fmt.Errorf("%s: whether it was done is unknown: %w", operation, err))
	case err != nil:
		return a.explainQuery(allowed, refusedHere(err))
	}
	f := &following{a: a, s: s, id: rec.ExecutionID, stored: true, status: rec.Status, attempt: rec.Attempt}
	if detach {
		return f.detached(rec)
	}
	return f.end(ctx, limited, func(follow control.Follow) (execution.Outcome, error) {
		return s.client.Wait(limited, rec.ExecutionID, follow)
	})
}

// refusedHere makes the refusal of a request that was well written the end that it is: a
// number beyond the journal is no misuse of the command line.
func refusedHere(err error) error {
	if errors.Is(err, control.ErrBadRequest) {
		return cli.Fail(cli.Failed, "", err)
	}
	return err
}

// detached prints the id of an execution that goes on without being followed.
func (f *following) detached(rec execution.Record) error {
	if f.a.json {
		return f.a.print(rec)
	}
	_, err := fmt.Fprintln(f.a.stdout, rec.ExecutionID)
	return err
}
