package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/reprise-run/reprise/internal/cli"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
)

func (a *app) watchCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "watch [ID]", Short: "Follow an execution, or all events of a runtime",
		Long: "With an ID: follow the execution to its outcome, as submit does. Without one: print every\n" +
			"event of the runtime as a line of JSON until interrupted.",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 1 {
				return cli.Misuse("watch takes one ID at most, got %d", len(args))
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return a.watchAll(c.Context())
			}
			id, err := parseID(args[0])
			if err != nil {
				return err
			}
			a.outcomes = true
			return a.watchOne(c.Context(), id)
		},
	}
	a.addMaxChars(c)
	return c
}

// claimWait is how long the claim of a submission is waited for.
const claimWait = 2 * time.Second

// watchOne follows one execution to its outcome.
func (a *app) watchOne(ctx context.Context, id execution.ID) error {
	limited, cancel := a.limit(ctx)
	defer cancel()
	s, err := a.open(limited)
	if err != nil {
		return err
	}
	defer s.close()
	f := &following{a: a, s: s, id: id, stored: true}
	// An id that nobody knows is more likely a mistake than one to come. But one that
	// was submitted a moment ago may not have been claimed yet.
	r, err := s.client.Get(limited, id)
	for tries := 20; tries > 0 && errors.Is(err, control.ErrNotFound); tries-- {
		select {
		case <-limited.Done():
		case <-time.After(claimWait / 20):
		}
		r, err = s.client.Get(limited, id)
	}
	if errors.Is(err, control.ErrNotFound) || errors.Is(err, control.ErrGone) {
		return cli.Fail(cli.Failed, "", err)
	}
	f.status, f.attempt = r.Status, r.Attempt
	return f.end(ctx, limited, func(follow control.Follow) (execution.Outcome, error) {
		return s.client.Wait(limited, id, follow)
	})
}

// watchAll prints the events of the runtime.
func (a *app) watchAll(ctx context.Context) error {
	s, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	subject := stream.EventSubject(journal.Key{Runtime: a.runtime, ID: "*"}, "*")
	allowed, stop := s.link.UntilDenied(ctx, subject)
	defer stop()
	allowed, cancel := a.limit(allowed)
	defer cancel()
	w, err := s.client.Watch("")
	if err != nil {
		return err
	}
	defer w.Close()
	for e, err := range w.All(allowed) {
		switch {
		case ctx.Err() != nil:
			return cli.Fail(cli.Interrupted, "", errors.New("interrupted"))
		case errors.Is(err, errTimeout):
			return nil
		case err != nil:
			return cli.Fail(cli.Unreachable, "", err)
		}
		line := struct {
			ID    execution.ID    `json:"executionId"`
			Event string          `json:"event"`
			Body  json.RawMessage `json:"body"`
		}{e.ID, e.Name, e.Data}
		if !json.Valid(line.Body) {
			continue // somebody else's: the subject is open to all who may publish there
		}
		if err := a.print(line); err != nil {
			return fmt.Errorf("print event: %w", err)
		}
	}
	return nil
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
