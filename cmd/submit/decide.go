package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/spf13/cobra"

	"github.com/reprise-run/reprise/internal/cli"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
)

// decideFlags are the flags of those who decide.
type decideFlags struct {
	seq    int
	as     asFlag
	reason string
}

func (o *decideFlags) add(c *cobra.Command) {
	c.Flags().IntVar(&o.seq, "seq", -1, "`NUMBER` of the call, as \"submit pending\" shows it")
	c.Flags().StringVar(&o.reason, "reason", "", "`TEXT` that the journal keeps beside the decision")
	o.as.add(c)
}

// which returns the seq, nil for all.
func (o *decideFlags) which(c *cobra.Command) (*int, error) {
	switch {
	case !c.Flags().Changed("seq"):
		return nil, nil
	case o.seq < 0:
		return nil, cli.Misuse("--seq: %d is negative", o.seq)
	}
	return &o.seq, nil
}

func (a *app) approveCommand() *cobra.Command {
	var o decideFlags
	var args string
	c := &cobra.Command{
		Use: "approve ID", Short: "Let calls be made that wait for a person's yes", Args: exactly("an ID"),
		Long: "Approve the calls that wait for it, all of them or the one of --seq, and follow the execution\n" +
			"to its next outcome. With --args the call is made with these arguments; the journal keeps both.",
		RunE: func(c *cobra.Command, ids []string) error {
			seq, err := o.which(c)
			if err != nil {
				return err
			}
			edited, err := a.jsonArg("--args", args)
			if err != nil {
				return err
			}
			return a.decide(c.Context(), ids[0], "approve", func(ctx context.Context, s *session, id execution.ID, f control.Follow) (execution.Outcome, error) {
				return s.client.Approve(ctx, control.Approval{ID: id, Seq: seq, Args: edited, As: o.as.of(a), Reason: o.reason}, f)
			})
		},
	}
	o.add(c)
	c.Flags().StringVar(&args, "args", "", "arguments in the place of the call's: `JSON`, or @file")
	return c
}

func (a *app) resolveCommand() *cobra.Command {
	var o decideFlags
	var result, failure string
	var again bool
	c := &cobra.Command{
		Use: "resolve ID --seq N --result JSON|--error TEXT|--run", Short: "Supply the outcome of a call that waits for one", Args: exactly("an ID"),
		Long: "Supply the outcome of a call: of one that a client resolves, or of one whose outcome was never\n" +
			"heard: it happened, with this --result; it failed, with this --error; or it did not happen: --run it.\n" +
			"Then follow the execution to its next outcome.",
		RunE: func(c *cobra.Command, ids []string) error {
			r := control.Resolution{Run: again, As: o.as.of(a), Reason: o.reason}
			seq, err := o.which(c)
			if err != nil {
				return err
			}
			if seq == nil {
				return cli.Misuse("resolve needs --seq: \"submit pending\" shows the numbers")
			}
			r.Seq = *seq
			given := 0
			for _, flag := range []string{"result", "error", "run"} {
				if c.Flags().Changed(flag) {
					given++
				}
			}
			if given != 1 {
				return cli.Misuse("resolve needs one of --result, --error and --run")
			}
			if r.Result, err = a.jsonArg("--result", result); err != nil {
				return err
			}
			if c.Flags().Changed("error") {
				r.Error = &execution.CallError{Name: "Error", Message: failure}
			}
			return a.decide(c.Context(), ids[0], "resolve", func(ctx context.Context, s *session, id execution.ID, f control.Follow) (execution.Outcome, error) {
				r.ID = id
				return s.client.Resolve(ctx, r, f)
			})
		},
	}
	o.add(c)
	c.Flags().StringVar(&result, "result", "", "what the call gave: `JSON`, or @file")
	c.Flags().StringVar(&failure, "error", "", "`TEXT` of the error that the code sees")
	c.Flags().BoolVar(&again, "run", false, "it did not happen: make the call")
	return c
}

// decide makes a decision and follows the execution to its next outcome.
func (a *app) decide(ctx context.Context, arg, operation string,
	do func(context.Context, *session, execution.ID, control.Follow) (execution.Outcome, error),
) error {
	id, err := parseID(arg)
	if err != nil {
		return err
	}
	a.outcomes = true
	return a.query(ctx, operation, func(inner context.Context, s *session) error {
		f := &following{a: a, s: s, id: id, word: operation}
		return f.end(ctx, inner, func(follow control.Follow) (execution.Outcome, error) {
			return do(inner, s, id, follow)
		})
	})
}

// refusedWord explains why a person's word on an execution was not taken: nothing is
// changed, or, without an answer, nobody knows.
func (a *app) refusedWord(operation string, id execution.ID, err error) error {
	var refused *control.Error
	err = &followError{err: err, id: id}
	switch {
	case errors.Is(err, control.ErrUnavailable):
		return cli.Fail(cli.Unreachable, "look at it with: "+a.command("get", id),
			fmt.Errorf("whether %s of %s was done is unknown: %w", operation, id, err))
	case errors.Is(err, control.ErrBadRequest), errors.As(err, &refused) && refused.Code < http.StatusInternalServerError:
		return cli.Fail(cli.Failed, "", err)
	}
	return err
}

func (a *app) rejectCommand() *cobra.Command {
	var o decideFlags
	c := &cobra.Command{
		Use: "reject ID", Short: "Say no to a call that waits: the execution ends", Args: exactly("an ID"),
		Long: "Reject the calls that wait for a person, all of them or the one of --seq. The execution ends\n" +
			"rejected; calls made earlier stay as they are (see \"submit rollback\"). Exit status 1 when nothing waits.",
		RunE: func(c *cobra.Command, ids []string) error {
			seq, err := o.which(c)
			if err != nil {
				return err
			}
			id, err := parseID(ids[0])
			if err != nil {
				return err
			}
			return a.query(c.Context(), "reject", func(ctx context.Context, s *session) error {
				done, err := s.client.Reject(ctx, id, seq, o.reason, o.as.of(a))
				if err != nil {
					return a.refusedWord("reject", id, err)
				}
				if a.json {
					err = a.print(control.Rejection{Rejected: done})
				}
				switch {
				case err != nil:
					return err
				case !done:
					return cli.Fail(cli.Failed, "look at it with: "+a.command("get", id), fmt.Errorf("nothing of %s waits for that: nothing is changed", id))
				case !a.json:
					_, err = fmt.Fprintf(a.stderr, "rejected %s\n", id)
				}
				return err
			})
		},
	}
	o.add(c)
	return c
}

// jsonArg reads a flag that is JSON where it was given; what is none is refused as an
// executor would refuse it.
func (a *app) jsonArg(flag, text string) (json.RawMessage, error) {
	if text == "" {
		return nil, nil
	}
	raw, err := a.jsonFlag(flag, text)
	if err != nil {
		return nil, cli.Fail(cli.Failed, "", err)
	}
	return raw, nil
}
