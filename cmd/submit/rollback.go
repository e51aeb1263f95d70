package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/reprise-run/reprise/internal/cli"
	"github.com/reprise-run/reprise/pkg/execution"
)

func (a *app) rollbackCommand() *cobra.Command {
	var as asFlag
	var detach bool
	c := &cobra.Command{
		Use: "rollback ID", Short: "Undo what an execution did", Args: exactly("an ID"),
		Long: "Undo the calls that were applied, the last one first, by those connectors that can; wait for\n" +
			"the end, and print what was undone and what failed. An executor does it: it goes on when\n" +
			"this command is interrupted. A second rollback tries again what failed.\n\n" +
			"Exit status: 0 nothing failed, 1 something did, or the request was refused, 4 the result is\n" +
			"unknown. With --json standard output carries the record.",
		RunE: func(c *cobra.Command, args []string) error {
			id, err := parseID(args[0])
			if err != nil {
				return err
			}
			return a.query(c.Context(), "rollback", func(ctx context.Context, s *session) error {
				before, err := s.client.Get(ctx, id)
				if err != nil {
					return err
				}
				r, err := s.client.Rollback(ctx, id, as.of(a))
				if err != nil {
					return a.notDone("rollback", id, err)
				}
				return a.undone(ctx, s, before, r, detach)
			})
		},
	}
	as.add(c)
	c.Flags().BoolVar(&detach, "detach", false, "do not wait for the end")
	return c
}

// undone waits for the end of the rollback that r says is under way, and prints it.
func (a *app) undone(ctx context.Context, s *session, before, r execution.Record, detach bool) error {
	working := func(r execution.Record) bool { return r.Rollback != nil && !r.Rollback.Done }
	began := working(r) || r.Attempt != before.Attempt
	if working(r) && !detach {
		var err error
		if r, err = s.client.AwaitRollback(ctx, r.ExecutionID); err != nil {
			if errors.Is(context.Cause(ctx), errTimeout) {
				err = errTimeout
			}
			return cli.Fail(cli.Unreachable, "the rollback goes on; "+a.look(before.ExecutionID), err)
		}
	}
	if a.json {
		if err := a.print(r); err != nil {
			return err
		}
	} else if err := a.showRollback(before, r, began); err != nil {
		return err
	}
	if began && r.Rollback != nil && r.Rollback.Error != "" {
		return &toldError{cli.Failed}
	}
	return nil
}

// showRollback prints what was undone since before. began is false where there was
// nothing to undo.
func (a *app) showRollback(before, r execution.Record, began bool) error {
	p := a.printer()
	defer p.Close()
	if !began || r.Rollback == nil {
		p.Note(fmt.Sprintf("%s: nothing to undo; it is %s", r.ExecutionID, r.Status))
		return nil
	}
	for i := len(r.Calls) - 1; i >= 0; i-- {
		e := r.Calls[i]
		was := i < len(before.Calls) && before.Calls[i].State == execution.Applied
		if was && e.State == execution.Reverted {
			p.Note(fmt.Sprintf("undone: %s.%s (seq %d)", e.Connector, e.Method, e.Seq))
		}
	}
	if r.NextCall != nil {
		p.Note(fmt.Sprintf("(of the calls from seq %d on: submit get %s)", *r.NextCall, r.ExecutionID))
	}
	for _, f := range r.Rollback.Failed {
		p.Note(fmt.Sprintf("failed: %s.%s (seq %d): %s", f.Connector, f.Method, f.Seq, f.Message))
	}
	switch {
	case !r.Rollback.Done:
		p.Note(fmt.Sprintf("%s: the rollback is under way", r.ExecutionID))
	case r.Rollback.Error != "":
		p.Note(fmt.Sprintf("%s: %s; it is %s", r.ExecutionID, r.Rollback.Error, r.Status))
	default:
		p.Note(fmt.Sprintf("%s: %d undone; it is %s", r.ExecutionID, r.Rollback.Reverted, r.Status))
	}
	return nil
}
