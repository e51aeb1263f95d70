package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/reprise-run/reprise/internal/cli"
	"github.com/reprise-run/reprise/pkg/stream"
)

// newInit is `executor init`: it creates what executors need, once.
func newInit(s *settings, stdout io.Writer) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Create the stream, consumers and buckets, and fix their choices",
		Long: `init creates the stream, the consumers and the buckets on a server, and writes the
choices into the stream's metadata, where every executor reads them. They never
change. It may be repeated; it refuses other choices than those in force.`,
		Args:          noArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := s.complete(); err != nil {
				return err
			}
			if err := s.checkChoices(cmd); err != nil {
				return err
			}
			if !s.server.Given() {
				return cli.Misuse("init needs a server: --server, $NATS_URL or --context (an embedded one is set up by executor itself)")
			}
			log, err := s.logger()
			if err != nil {
				return err
			}
			link, err := s.server.Connect(cmd.Context(), "executor-init", 2*connectWait)
			if err != nil {
				return err
			}
			defer link.Close()
			err = stream.Init(cmd.Context(), link.Conn, stream.Config{
				Runtimes: s.runtimes, AckWait: s.ackWait, Shards: s.shards, Replicas: s.replicas, Domain: link.Domain, Logger: log,
			})
			if err != nil {
				return fmt.Errorf("init: %w", err)
			}
			_, err = fmt.Fprintf(stdout, "ready for executors of %s\n", strings.Join(s.runtimes, ", "))
			return err
		},
	}
	cmd.Flags().IntVar(&s.shards, "journal-shards", 0, "buckets that journals are spread over (default 1)")
	cmd.Flags().IntVar(&s.replicas, "replicas", 0, "copies of everything: 1, 3 or 5 (default 1)")
	return cmd
}

// checkChoices refuses choices that no assets can have; 0 stands for "not chosen".
func (s *settings) checkChoices(cmd *cobra.Command) error {
	if cmd.Flags().Changed("journal-shards") && (s.shards < 1 || s.shards > stream.MaxShards) {
		return cli.Misuse("--journal-shards %d: must be 1 to %d", s.shards, stream.MaxShards)
	}
	if cmd.Flags().Changed("replicas") && s.replicas != 1 && s.replicas != 3 && s.replicas != 5 {
		return cli.Misuse("--replicas %d: must be 1, 3 or 5", s.replicas)
	}
	return nil
}
