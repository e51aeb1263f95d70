package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/reprise-run/reprise/pkg/execution"
)

func (a *app) cancelCommand() *cobra.Command {
	var as asFlag
	var rollback, detach bool
	c := &cobra.Command{
		Use: "cancel ID", Short: "End an execution, whatever it does", Args: exactly("an ID"),
		Long: "End an execution at once, also in the middle of a call: the code stops, and what becomes of\n" +
			"the call is not heard any more. One that waits ends too. With --rollback what it did is\n" +
			"undone first, as \"submit rollback\" does.\n\n" +
			"Exit status: 0 cancelled, and nothing failed to be undone; 1 it has ended already, or an\n" +
			"undoing failed; 4 the result is unknown. With --json standard output carries the record.",
		RunE: func(c *cobra.Command, args []string) error {
			id, err := parseID(args[0])
			if err != nil {
				return err
			}
			return a.query(c.Context(), "cancel", func(ctx context.Context, s *session) error {
				var before execution.Record
				if rollback {
					if before, err = s.client.Get(ctx, id); err != nil {
						return err
					}
				}
				r, err := s.client.Cancel(ctx, id, rollback, as.of(a))
				switch {
				case err != nil:
					return a.unsure(id, err)
				case rollback && r.Rollback != nil:
					return a.undone(ctx, s, before, r, detach)
				case a.json:
					return a.print(r)
				}
				p := a.printer()
				p.Note(fmt.Sprintf("%s: %s", r.ExecutionID, r.Error))
				p.Close()
				return nil
			})
		},
	}
	as.add(c)
	c.Flags().BoolVar(&rollback, "rollback", false, "undo what it did")
	c.Flags().BoolVar(&detach, "detach", false, "with --rollback: do not wait for its end")
	return c
}
