package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/reprise-run/reprise/internal/cli"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
)

func (a *app) expireCommand() *cobra.Command {
	var age time.Duration
	c := &cobra.Command{
		Use: "expire [--older-than 24h]", Short: "End what has waited for a person for too long", Args: exactly(),
		Long: "End every execution that has waited for a person, or was left running, for longer than\n" +
			"--older-than without a change, and print their ids. What waited is rejected, what was\n" +
			"running ends in error. What sleeps, waits for a signal or is queued goes on.",
		RunE: func(c *cobra.Command, _ []string) error {
			if age < 0 {
				return cli.Misuse("--older-than %v: must not be negative", age)
			}
			return a.query(c.Context(), "expire", func(ctx context.Context, s *session) error {
				ids, err := s.client.Expire(ctx, age)
				return a.printKept(ids, "nothing has expired", sinceUnknown(err))
			})
		},
	}
	c.Flags().DurationVar(&age, "older-than", 24*time.Hour, "`AGE` of the last change; 0 expires all that wait or run")
	return c
}

func (a *app) deleteCommand() *cobra.Command {
	return &cobra.Command{
		Use: "delete ID...", Short: "Remove executions for good",
		Long: "Remove executions for good, whatever their status, and print the ids that are gone. A pass\n" +
			"that runs is stopped; what an execution did is not undone. The ids cannot be used again.",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cli.Misuse("delete takes one ID or more: usage: %s", c.UseLine())
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			ids := make([]execution.ID, len(args))
			for i, text := range args {
				id, err := parseID(text)
				if err != nil {
					return err
				}
				ids[i] = id
			}
			return a.query(c.Context(), "delete", func(ctx context.Context, s *session) error {
				return a.deleteAll(ctx, s, ids)
			})
		},
	}
}

// deleteAll deletes the executions that it can, and then says which it could not.
func (a *app) deleteAll(ctx context.Context, s *session, ids []execution.ID) error {
	gone := []execution.ID{}
	var refused []error
	for _, id := range ids {
		err := s.client.Delete(ctx, id)
		var no *control.Error
		switch {
		case err == nil:
			gone = append(gone, id)
		case errors.Is(err, control.ErrNotFound), errors.Is(err, control.ErrGone):
			refused = append(refused, err)
		case errors.As(err, &no) && !errors.Is(err, control.ErrUnavailable):
			refused = append(refused, fmt.Errorf("delete %s: %w", id, err))
		default:
			err = sinceUnknown(fmt.Errorf("delete %s: %w", id, err))
			return a.printKept(gone, "", errors.Join(append(refused, err)...))
		}
	}
	return a.printKept(gone, "", errors.Join(refused...))
}

func (a *app) pruneCommand() *cobra.Command {
	var keep int
	c := &cobra.Command{
		Use: "prune --keep N", Short: "Remove all but the newest executions that have ended", Args: exactly(),
		Long: "Remove all executions that have ended but the newest, and print the ids that are gone. What\n" +
			"has not ended stays. The ids cannot be used again.",
		RunE: func(c *cobra.Command, _ []string) error {
			switch {
			case !c.Flags().Changed("keep"):
				return cli.Misuse("--keep: missing; it is the number of ended executions that stay")
			case keep < 0:
				return cli.Misuse("--keep %d: must not be negative", keep)
			}
			return a.query(c.Context(), "prune", func(ctx context.Context, s *session) error {
				ids, err := s.client.Prune(ctx, keep)
				return a.printKept(ids, "nothing to remove", sinceUnknown(err))
			})
		},
	}
	c.Flags().IntVar(&keep, "keep", 0, "`NUMBER` of ended executions that stay")
	return c
}

// sinceUnknown says how to look where a request got no answer.
func sinceUnknown(err error) error {
	if !errors.Is(err, control.ErrUnavailable) {
		return err
	}
	return cli.Fail(cli.Unreachable, "it may have been done all the same: \"submit list\" shows what is there, and the same command again does the rest",
		fmt.Errorf("the result is unknown: %w", err))
}

// printKept prints the ids, one a line or with --json the answer, also beside an error:
// they are what was done. none is said to people when there are none.
func (a *app) printKept(ids []execution.ID, none string, problem error) error {
	var err error
	switch {
	case a.json:
		err = a.print(control.Kept{Executions: ids})
	case len(ids) == 0 && problem == nil:
		_, err = fmt.Fprintln(a.stderr, none)
	default:
		for _, id := range ids {
			if _, err = fmt.Fprintln(a.stdout, id); err != nil {
				break
			}
		}
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write the ids: %w", err), problem)
	}
	return problem
}
