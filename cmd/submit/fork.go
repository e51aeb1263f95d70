package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/reprise-run/reprise/internal/cli"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
)

const forkHelp = `Make a new execution that begins with the first calls of another one, and follow it.

The calls before number N are copied, with their results and their idempotency keys; from
there on the code runs. The other execution stays as it is: it may have ended, wait or run.

  submit fork 01J… --from 3
  submit fork 01J… --from 3 --code mended.ts
  submit fork 01J… --from 3 --code mended.ts --dry-run

New code has to issue the copied calls as they are recorded. With --code that is tried
first, without calling anything; where the code departs before N the fork is refused,
unless --force is given. --dry-run only shows it.`

// forkFlags are the flags of a fork.
type forkFlags struct {
	from                  int
	code, id              string
	as                    asFlag
	dryRun, force, detach bool
}

func (a *app) forkCommand() *cobra.Command {
	var o forkFlags
	c := &cobra.Command{
		Use: "fork ID --from N", Short: "Begin a new execution with the first calls of another one", Long: forkHelp, Args: exactly("an ID"),
		RunE: func(c *cobra.Command, args []string) error {
			if !c.Flags().Changed("from") {
				return cli.Misuse("--from: missing; it is the number of calls to keep")
			}
			f, err := o.fork(a, args[0])
			if err != nil {
				return err
			}
			if o.dryRun {
				return a.dryFork(c.Context(), f)
			}
			g := goingOn{operation: "fork", id: f.NewID, detach: o.detach, ask: func(ctx context.Context, s *session) (execution.Record, error) {
				return s.client.Fork(ctx, f)
			}}
			if f.Code != "" && !o.force {
				g.first = func(ctx context.Context, s *session) error { return a.mustFollow(ctx, s, f) }
			}
			return a.goOn(c.Context(), g)
		},
	}
	c.Flags().IntVar(&o.from, "from", 0, "keep the calls before number `N`")
	c.Flags().StringVar(&o.code, "code", "", "`FILE` to run in the place of the recorded code")
	c.Flags().BoolVar(&o.dryRun, "dry-run", false, "only show how the code follows the calls that are kept")
	c.Flags().BoolVar(&o.force, "force", false, "fork even where the code departs")
	c.Flags().BoolVar(&o.detach, "detach", false, "print the id and do not wait")
	c.Flags().StringVar(&o.id, "id", "", "`ULID` of the new execution (default: a fresh one)")
	o.as.add(c)
	a.addMaxChars(c)
	return c
}

// fork reads the flags: every mistake is found before a server is needed.
func (o forkFlags) fork(a *app, id string) (control.Fork, error) {
	f := control.Fork{From: o.from, As: o.as.of(a), NewID: execution.NewID(time.Now())}
	var err error
	if f.ID, err = parseID(id); err != nil {
		return f, err
	}
	if o.id != "" {
		if f.NewID, err = parseID(o.id); err != nil {
			return f, err
		}
	}
	if o.code != "" {
		f.Code, err = sourceOf(o.code)
	}
	return f, err
}

// sourceOf reads and bundles a file, as submit does.
func sourceOf(file string) (string, error) {
	body, err := os.ReadFile(file)
	if err != nil {
		return "", cli.Misuse("--code: %w", err)
	}
	return checkSource(file, file, file, string(body))
}

// dryFork shows how code follows the calls that a fork would keep.
func (a *app) dryFork(ctx context.Context, f control.Fork) error {
	return a.query(ctx, "fork", func(ctx context.Context, s *session) error {
		d, err := s.client.DryFork(ctx, f)
		switch {
		case errors.Is(err, control.ErrUnavailable):
			return cli.Fail(cli.Unreachable, "--timeout waits for longer", fmt.Errorf("nothing was changed: %w", err))
		case err != nil:
			return a.notDone("fork", f.ID, err)
		}
		if a.json {
			err = a.print(d)
		} else {
			err = showDeparture(ctx, a.stdout, s, f, d)
		}
		if err == nil && d.DepartsAt != nil {
			return &toldError{cli.Failed}
		}
		return err
	})
}

// mustFollow refuses code that departs from the calls that the fork would keep.
func (a *app) mustFollow(ctx context.Context, s *session, f control.Fork) error {
	d, err := s.client.DryFork(ctx, f)
	switch {
	case errors.Is(err, control.ErrUnavailable):
		return cli.Fail(cli.Unreachable, "--timeout waits for longer; --force forks without it", fmt.Errorf("dry run: nothing was changed: %w", err))
	case err != nil || d.DepartsAt == nil:
		return err
	}
	if err := showDeparture(ctx, a.stderr, s, f, d); err != nil {
		return err
	}
	return cli.Fail(cli.Failed, "--from of at most that number forks before it; --force forks all the same",
		fmt.Errorf("the code departs at call %d: %s", *d.DepartsAt, d.Message))
}

// showDeparture shows entry by entry how far the code follows, and what it does then.
func showDeparture(ctx context.Context, w io.Writer, s *session, f control.Fork, d control.Departure) error {
	rec, err := s.client.Get(ctx, f.ID)
	if err != nil && !errors.Is(err, control.ErrNotFound) {
		return err
	}
	out := &sheet{w: w}
	for _, e := range rec.Calls[:min(d.Replayed, len(rec.Calls))] {
		out.line("  #%d %s", e.Seq, callText(e.Connector, e.Method, e.Args))
	}
	if more := d.Replayed - len(rec.Calls); more > 0 && rec.NextCall != nil {
		out.line("  … %d more", more)
	}
	switch {
	case d.DepartsAt == nil && d.Message != "":
		out.line("follows %d: %s", d.Replayed, cli.Clean(d.Message))
		return out.err
	case d.DepartsAt == nil:
		out.line("follows all %d", d.Replayed)
		return out.err
	}
	if e := d.Entry; e != nil {
		out.line("- #%d %s", e.Seq, callText(e.Connector, e.Method, e.Args))
	}
	if g := d.Got; g != nil {
		out.line("+ #%d %s%s", *d.DepartsAt, callText(g.Connector, g.Method, g.Args), placeText(g.Position))
	}
	out.line("departs at #%d: %s", *d.DepartsAt, cli.Clean(d.Message))
	return out.err
}

func placeText(p *control.Position) string {
	switch {
	case p == nil:
		return ""
	case p.File == "":
		return fmt.Sprintf("  at line %d:%d", p.Line, p.Column)
	}
	return fmt.Sprintf("  at line %d:%d of %s", p.Line, p.Column, cli.Line(p.File))
}
