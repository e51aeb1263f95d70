package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/reprise-run/reprise/internal/cli"
	"github.com/reprise-run/reprise/pkg/control"
)

func (a *app) signalCommand() *cobra.Command {
	return &cobra.Command{
		Use: "signal ID NAME [JSON|@file|-]", Short: "Send a signal to an execution",
		Long: "Send a signal, with a value, to an execution: its codemode.waitFor(NAME) gives the value.\n" +
			"Prints \"delivered\" when the code waits for it, and \"kept\" when it is kept until the\n" +
			"code does. With --json the API's answer.",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) < 2 || len(args) > 3 {
				return cli.Misuse("signal takes an ID, a NAME and perhaps a value, got %d: usage: %s", len(args), c.UseLine())
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error { return a.signal(c.Context(), args) },
	}
}

func (a *app) signal(ctx context.Context, args []string) error {
	id, err := parseID(args[0])
	if err != nil {
		return err
	}
	var value json.RawMessage
	if len(args) == 3 {
		text := args[2]
		if text == "-" {
			text = "@-"
		}
		if value, err = a.jsonFlag("VALUE", text); err != nil {
			return err
		}
	}
	return a.query(ctx, "signal", func(ctx context.Context, s *session) error {
		delivered, err := s.client.Signal(ctx, id, args[1], value)
		switch {
		case errors.Is(err, control.ErrUnavailable):
			return cli.Fail(cli.Unreachable, "look with: "+a.command("get", id), fmt.Errorf("whether the signal was kept is unknown: %w", err))
		case err != nil:
			return err
		case a.json:
			return a.print(control.Delivery{Delivered: delivered})
		case delivered:
			_, err = fmt.Fprintln(a.stdout, "delivered")
		default:
			_, err = fmt.Fprintln(a.stdout, "kept")
		}
		return err
	})
}
