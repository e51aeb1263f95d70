package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/reprise-run/reprise/cmd/submit/draw"
	"github.com/reprise-run/reprise/internal/cli"
	"github.com/reprise-run/reprise/pkg/execution"
)

func (a *app) getCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "get ID", Short: "Show an execution", Args: exactly("an ID"),
		Long: "Show an execution: where it stands, its calls and its console lines. Standard output\n" +
			"carries the result; with --json the whole record.",
		RunE: func(c *cobra.Command, args []string) error {
			id, err := parseID(args[0])
			if err != nil {
				return err
			}
			return a.query(c.Context(), "get", func(ctx context.Context, s *session) error {
				r, err := s.client.Get(ctx, id)
				if err != nil {
					return err
				}
				if r, err = s.client.AllCalls(ctx, r); err != nil {
					// What is known is worth more than nothing; nextCall says what is missing.
					a.printer().Note(fmt.Sprintf("the calls from seq %d on could not be read: %v", *r.NextCall, err))
				}
				return a.showRecord(ctx, s, r)
			})
		},
	}
	a.addMaxChars(c)
	return c
}

// exactly takes as many arguments as there are names.
func exactly(names ...string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) != len(names) {
			want := cmp.Or(strings.Join(names, " and "), "no argument")
			return cli.Misuse("%s takes %s, got %d: usage: %s", c.Name(), want, len(args), c.UseLine())
		}
		return nil
	}
}

// showRecord prints the record: as the API answers it, or for people.
func (a *app) showRecord(ctx context.Context, s *session, r execution.Record) error {
	if a.json {
		return a.printRecord(ctx, s, r)
	}
	p := a.printer()
	p.Note(fmt.Sprintf("%s  runtime %s  attempt %d  created %s  updated %s", r.ExecutionID, r.Runtime, r.Attempt,
		r.CreatedAt.Format(time.RFC3339), r.UpdatedAt.Format(time.RFC3339)))
	for _, line := range r.Logs {
		p.Event(&execution.LogEvent{ExecutionID: r.ExecutionID, Attempt: r.Attempt, Line: line})
	}
	if r.RetryAt != nil && !r.Status.Terminal() {
		p.Note("due at " + r.RetryAt.Format(time.RFC3339))
	}
	if len(r.Signals) > 0 && !r.Status.Terminal() {
		p.Note("waits for signal " + strings.Join(r.Signals, ", "))
	}
	finish(p, r)
	if r.Status != execution.Completed {
		return nil
	}
	result, err := fetch(ctx, s.client, r.ExecutionID, r.Result)
	if err != nil {
		return err
	}
	return a.printResult(a.cut(result))
}

// printRecord prints the record as the API answers it, but for what --max-chars says.
func (a *app) printRecord(ctx context.Context, s *session, r execution.Record) error {
	if a.maxChars > 0 && r.Status == execution.Completed && !r.ResultOmitted {
		result, err := fetch(ctx, s.client, r.ExecutionID, r.Result) // cut is the value, not a pointer to it
		if err != nil {
			return err
		}
		r.Result = a.cut(result)
	}
	return a.print(r)
}

// finish draws the end of a record and closes the printer.
func finish(p draw.Printer, r execution.Record) {
	p.Finish(r.Outcome())
	p.Close()
}
