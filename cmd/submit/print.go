package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/reprise-run/reprise/internal/cli"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/shape"
)

// print writes an answer of the API to standard output: one line of JSON.
func (a *app) print(v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode the answer: %w", err)
	}
	if _, err := fmt.Fprintf(a.stdout, "%s\n", body); err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	return nil
}

// printOutcome prints the result, or with --json the outcome. The error that it
// returns carries the exit status; what there is to say has been drawn.
func (a *app) printOutcome(ctx context.Context, s *session, o execution.Outcome) error {
	if o.Status == execution.Completed {
		result, err := fetch(ctx, s.client, o.ExecutionID, o.Result)
		if err != nil {
			return cli.Fail(cli.Unreachable, "", err)
		}
		if o.Result = result; !o.ResultOmitted {
			o.Result = a.cut(result)
		}
	}
	switch {
	case a.json:
		if o.Calls == nil {
			o.Calls = []execution.Entry{}
		}
		if err := a.print(o); err != nil {
			return err
		}
	case o.ResultOmitted: // what stands in its place is no result
		if _, err := fmt.Fprintf(a.stderr, "warning: %s\n", cli.Clean(string(o.Result))); err != nil {
			return fmt.Errorf("write the warning: %w", err)
		}
	case o.Status == execution.Completed:
		if err := a.printResult(o.Result); err != nil {
			return err
		}
	}
	if status := statusOf(o.Status); status != cli.OK {
		return &toldError{status}
	}
	return nil
}

func statusOf(s execution.Status) int {
	switch s {
	case execution.Completed:
		return cli.OK
	case execution.Paused:
		return cli.Paused
	}
	return cli.Failed
}

// printResult prints a result as JSON that people can read. Undefined is null.
func (a *app) printResult(raw json.RawMessage) error {
	if len(raw) == 0 {
		raw = json.RawMessage("null")
	}
	var b bytes.Buffer
	if err := json.Indent(&b, raw, "", "  "); err != nil {
		return fmt.Errorf("read the result: %w", err)
	}
	b.WriteByte('\n')
	if _, err := a.stdout.Write(b.Bytes()); err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	return nil
}

// fetch returns the value behind a pointer, and every other value as it is.
func fetch(ctx context.Context, c *control.Client, id execution.ID, raw json.RawMessage) (json.RawMessage, error) {
	body, err := c.Whole(ctx, id, raw)
	if err != nil {
		return nil, fmt.Errorf("the execution completed, its result cannot be fetched: %w", err)
	}
	return body, nil
}

// addMaxChars defines --max-chars, for the commands that print a result.
func (a *app) addMaxChars(c *cobra.Command) {
	c.Flags().IntVar(&a.maxChars, "max-chars", 0, "cut the result that is printed to `NUMBER` characters; it stays JSON of the same shape")
}

// checkMaxChars checks --max-chars where a command has it.
func (a *app) checkMaxChars(c *cobra.Command) error {
	if f := c.Flags().Lookup("max-chars"); f != nil && f.Changed && a.maxChars < 2 {
		return cli.Misuse("--max-chars: must be at least 2, got %d", a.maxChars)
	}
	return nil
}

// cut applies --max-chars to a result.
func (a *app) cut(raw json.RawMessage) json.RawMessage {
	if a.maxChars == 0 {
		return raw
	}
	return shape.Truncate(raw, a.maxChars)
}

// printRefusal keeps the promise of --json when there is no outcome to print.
func (a *app) printRefusal(err error) {
	o := execution.Outcome{Status: execution.Error, Error: cli.Clean(err.Error()), Calls: []execution.Entry{}}
	switch cli.Status(err) {
	case cli.Usage:
		o.Failure = &execution.Failure{Kind: execution.KindError, Reason: execution.ReasonRequest, Message: o.Error}
	case cli.Failed:
		o.Failure = &execution.Failure{Kind: execution.KindError, Message: o.Error}
	default: // the execution, if there is one, goes on
		o.Failure = &execution.Failure{Kind: execution.KindTimeout, Message: o.Error}
	}
	var f *followError
	if errors.As(err, &f) {
		o.ExecutionID, o.Attempt = f.id, f.attempt
		if f.status != "" {
			o.Status = f.status
		}
	}
	_ = a.print(o) // the exit status tells of the error already
}
