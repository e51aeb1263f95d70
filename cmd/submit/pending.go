package main

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/reprise-run/reprise/internal/cli"
	"github.com/reprise-run/reprise/pkg/control"
)

func (a *app) pendingCommand() *cobra.Command {
	var q control.PendingQuery
	c := &cobra.Command{
		Use: "pending [ID]", Short: "List the calls that wait for a person, newest execution first",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 1 {
				return cli.Misuse("pending takes one ID at most, got %d", len(args))
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			if q.Limit < 1 || q.Limit > 1000 {
				return cli.Misuse("--limit: must be 1 to 1000, got %d", q.Limit)
			}
			if len(args) == 1 {
				id, err := parseID(args[0])
				if err != nil {
					return err
				}
				q.ID = id
			}
			return a.query(c.Context(), "pending", func(ctx context.Context, s *session) error {
				p, err := s.client.Pending(ctx, q)
				if err != nil {
					return err
				}
				return a.showPending(p)
			})
		},
	}
	c.Flags().IntVar(&q.Limit, "limit", 50, "`NUMBER` of executions, at most 1000")
	c.Flags().StringVar(&q.Cursor, "cursor", "", "`CURSOR` of the page before")
	return c
}

// showPending prints a table, or with --json the answer.
func (a *app) showPending(p control.PendingCalls) error {
	if a.json {
		return a.print(p)
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	if len(p.Pending) > 0 {
		fmt.Fprintln(w, "ID\tSEQ\tKIND\tSINCE\tCALL")
	}
	for _, c := range p.Pending {
		since := ""
		if c.Since != nil {
			since = c.Since.Local().Format(time.DateTime)
		}
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\n", c.ExecutionID, c.Seq, c.Kind, since, cli.Line(fmt.Sprintf("%s.%s(%s)", c.Connector, c.Method, clipped(c.Args))))
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("write the listing: %w", err)
	}
	switch {
	case p.Cursor != "":
		_, _ = fmt.Fprintf(a.stderr, "more: --cursor %s\n", p.Cursor) // the table is what was asked for
	case len(p.Pending) == 0:
		_, _ = fmt.Fprintln(a.stderr, "nothing waits for a person")
	}
	return nil
}
