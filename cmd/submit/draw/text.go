package draw

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/reprise-run/reprise/internal/cli"
	"github.com/reprise-run/reprise/pkg/execution"
)

// argsWidth is how much of the arguments is shown at most.
const argsWidth = 60

// name is the call as the author wrote it.
func name(e *execution.Entry) string {
	if e.Connector == execution.StepConnector {
		return "step " + cli.Line(e.Method)
	}
	return cli.Line(e.Connector + "." + e.Method)
}

// args are the arguments, clipped.
func args(e *execution.Entry) string {
	if e.Connector == execution.StepConnector {
		return ""
	}
	return "(" + clip(compact(e.Args), argsWidth) + ")"
}

// compact is a JSON text on one line, safe to print.
func compact(raw json.RawMessage) string {
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return cli.Line(string(raw))
	}
	return cli.Line(b.String())
}

// clip shortens to a number of columns.
func clip(s string, columns int) string { return ansi.Truncate(s, columns, "…") }

// remark is what stands behind a call: how long, or why not.
func remark(e *execution.Entry) string {
	var parts []string
	switch e.State {
	case execution.Applied, execution.Failed, execution.Refused:
		switch {
		case e.Replayed:
			parts = append(parts, "replayed")
		case e.StartedAt != nil && e.FinishedAt != nil && !e.FinishedAt.Before(*e.StartedAt):
			parts = append(parts, duration(e.FinishedAt.Sub(*e.StartedAt)))
		}
	case execution.Pending:
		parts = append(parts, "waits for a decision")
	case execution.Unknown:
		parts = append(parts, "outcome unknown")
	case execution.Reverted:
		if e.StartedAt == nil {
			parts = append(parts, "never made")
		} else {
			parts = append(parts, "undone")
		}
	}
	if e.Error != nil {
		parts = append(parts, cli.Line(e.Error.Message))
	}
	return strings.Join(parts, "  ")
}

// duration is short: three digits at most.
func duration(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%dms", d.Milliseconds())
	case d < 10*time.Second:
		return fmt.Sprintf("%.1fs", d.Seconds())
	case d < 2*time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	}
	return d.Round(time.Second).String()
}

// resting says what an execution rests for that waits neither for a person nor for its
// next try; empty: it does not.
func resting(e *execution.StatusEvent) string {
	text := ""
	switch e.Status {
	case execution.Waiting:
		text = "waiting for " + cli.Line(strings.Join(e.Signals, ", "))
	case execution.Sleeping:
		text = "sleeping"
	default:
		return ""
	}
	if e.RetryAt != nil {
		text += " until " + e.RetryAt.Local().Format(time.DateTime)
	}
	return text
}

// reason is why a pass or an execution failed.
func reason(f *execution.Failure, text string) string {
	if text == "" && f != nil {
		text = f.Message
	}
	return cli.Shown(strings.TrimRight(text, "\n"))
}

// ending is the last line, without its colours.
func ending(o execution.Outcome) string {
	s := string(o.Status)
	if o.Attempt > 1 {
		s += fmt.Sprintf(" in attempt %d", o.Attempt)
	}
	if why := reason(o.Failure, o.Error); why != "" && o.Status != execution.Completed {
		s += ": " + why
	}
	return s
}

// pendingLine says what one pending call waits for, and which command decides.
func pendingLine(p execution.PendingCall, flags string) string {
	id := string(p.ExecutionID)
	if flags != "" {
		id += " " + flags
	}
	what := "waits for approval: submit approve " + id
	switch p.Kind {
	case execution.PendingClient:
		what = fmt.Sprintf("waits for its result: submit resolve %s --seq %d --result JSON", id, p.Seq)
	case execution.PendingUnknown:
		what = fmt.Sprintf("its outcome is unknown: submit resolve %s --seq %d --result JSON|--error TEXT|--run", id, p.Seq)
	}
	return fmt.Sprintf("#%d %s.%s(%s)  %s", p.Seq, cli.Line(p.Connector), cli.Line(p.Method), clip(compact(p.Args), argsWidth), what)
}
