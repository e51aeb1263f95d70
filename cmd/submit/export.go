package main

import (
	"context"

	"github.com/spf13/cobra"
)

const exportHelp = `Write the whole of an execution to standard output, as one JSON document: the
submission, the state, the journal, all values, and the console lines.

  submit export 01J… > order.json
  submit debug order.json

It may run on meanwhile: the document is as of one moment.`

func (a *app) exportCommand() *cobra.Command {
	return &cobra.Command{
		Use: "export ID", Short: "Write an execution to a file, for debug", Long: exportHelp, Args: exactly("an ID"),
		RunE: func(c *cobra.Command, args []string) error {
			id, err := parseID(args[0])
			if err != nil {
				return err
			}
			return a.query(c.Context(), "export", func(ctx context.Context, s *session) error {
				e, err := s.client.Export(ctx, id)
				if err != nil {
					return err
				}
				return a.print(e)
			})
		},
	}
}
