package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/reprise-run/reprise/internal/cli"
	"github.com/reprise-run/reprise/internal/executor"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/replay"
	"github.com/reprise-run/reprise/pkg/sandbox/worker"
)

const debugHelp = `Run an exported execution again, offline: no server, no connectors, nothing is called.
It prints call by call what the code did, with arguments, result and place in the
author's source, and between the calls the console lines.

  submit debug order.json
  submit debug order.json --at 7            stop at call 7 and show all of it
  submit debug order.json --code mended.ts  show where other code departs
  submit debug order.json --check           a test: exit 1 unless it does the same again

Calls that run again in every pass have no recorded result: what comes after one cannot
be told.`

// debugFlags are the flags of debug.
type debugFlags struct {
	at    int
	code  string
	check bool
}

func (a *app) debugCommand() *cobra.Command {
	var o debugFlags
	c := &cobra.Command{
		Use: "debug FILE|-", Short: "Run an exported execution again, offline", Long: debugHelp, Args: exactly("a FILE"),
		RunE: func(c *cobra.Command, args []string) error {
			if !c.Flags().Changed("at") {
				o.at = -1
			} else if o.at < 0 {
				return cli.Misuse("--at: must not be negative, got %d", o.at)
			}
			return a.debug(c.Context(), o, args[0])
		},
	}
	c.Flags().IntVar(&o.at, "at", 0, "stop at call `N`")
	c.Flags().StringVar(&o.code, "code", "", "`FILE` to run in the place of the recorded code")
	c.Flags().BoolVar(&o.check, "check", false, "exit 1 when the code departs, or ends otherwise than was recorded")
	return c
}

func (a *app) debug(ctx context.Context, o debugFlags, file string) error {
	e, err := a.readExport(file)
	if err != nil {
		return err
	}
	cfg := replay.Config{Export: e, Version: executor.Version()}
	if o.code != "" {
		if cfg.Code, err = sourceOf(o.code); err != nil {
			return err
		}
	}
	// The file may be somebody else's: its code is held like any script.
	box, err := executor.OpenSandbox(executor.IsolationProcess, worker.Config{})
	if err != nil {
		return cli.Fail(cli.Failed, "", err)
	}
	defer box.Close()
	cfg.Sandbox, cfg.Confined = box, box.Limited
	limited, cancel := a.limit(ctx)
	defer cancel()
	t := &trace{sheet: sheet{w: a.stdout}, at: o.at}
	if a.json || o.at >= 0 || o.check {
		t.w = io.Discard // told at the end, or not at all
	}
	cfg.Trace = t
	report, err := replay.Run(limited, cfg)
	switch {
	case err != nil && ctx.Err() != nil:
		return cli.Fail(cli.Interrupted, "", fmt.Errorf("interrupted"))
	case err != nil:
		return cli.Fail(cli.Failed, "", err)
	}
	if t.err != nil {
		return fmt.Errorf("write the trace: %w", t.err)
	}
	return a.showReplay(o, e, t, report)
}

func (a *app) readExport(file string) (journal.Export, error) {
	if file != "-" {
		e, err := replay.Open(file)
		if err != nil {
			return e, cli.Fail(cli.Usage, "\"submit export ID\" writes such a file", err)
		}
		return e, nil
	}
	text, err := io.ReadAll(a.stdin)
	if err != nil {
		return journal.Export{}, cli.Misuse("read standard input: %w", err)
	}
	e, err := journal.ParseExport(text)
	if err != nil {
		return e, cli.Fail(cli.Usage, "\"submit export ID\" writes such a file", fmt.Errorf("read standard input: %w", err))
	}
	return e, nil
}

// showReplay says what came of the replay. The exit status is 1 where the code departs.
func (a *app) showReplay(o debugFlags, e journal.Export, t *trace, r replay.Report) error {
	if o.at >= 0 && r.Departure == nil && r.Followed <= o.at {
		return cli.Fail(cli.Failed, "", fmt.Errorf("no call %d: the journal has %d entries, and the code issued %d of them", o.at, len(r.Log.Entries), r.Followed))
	}
	var err error
	switch {
	case a.json:
		err = a.print(debugAnswer(e, t, r))
	case o.at >= 0 && r.Departure == nil:
		err = t.showAt(a.stdout)
	case o.check && r.Differs != "":
		_, err = fmt.Fprintf(a.stderr, "differs: %s\n", cli.Clean(r.Differs))
	case !o.check || r.Unrecorded != "":
		w := a.stdout
		if o.check {
			w = a.stderr
		}
		_, err = fmt.Fprintln(w, lastLine(e, r))
	}
	if err == nil && (r.Departure != nil || o.check && r.Differs != "") {
		return &toldError{cli.Failed}
	}
	return err
}

// lastLine says how the replay ended.
func lastLine(e journal.Export, r replay.Report) string {
	switch end := r.Result; {
	case r.Departure != nil:
		line := ""
		if g := r.Departure.Got; g != nil {
			line = fmt.Sprintf("+ #%d %s%s\n", r.Departure.At, callText(g.Connector, g.Method, plain(g.Args)), place(g.Pos))
		}
		return line + fmt.Sprintf("departs at #%d: %s", r.Departure.At, cli.Clean(r.Departure.Message))
	case r.Unrecorded != "":
		return "stops: " + cli.Clean(r.Unrecorded)
	case end.Status == "":
		return fmt.Sprintf("the journal ends here: the execution is %s", e.State.Status)
	case end.Error != "":
		return fmt.Sprintf("%s: %s", end.Status, cli.Shown(end.Error))
	default:
		line := fmt.Sprintf("%s: %s", end.Status, clipped(end.Value.Shown()))
		if r.Differs != "" {
			line += "\ndiffers: " + cli.Clean(r.Differs)
		}
		return line
	}
}
