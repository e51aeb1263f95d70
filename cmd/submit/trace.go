package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"

	"github.com/reprise-run/reprise/internal/cli"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/engine"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/replay"
	"github.com/reprise-run/reprise/pkg/sandbox"
	"github.com/reprise-run/reprise/pkg/value"
)

// sheet writes lines, and keeps the first error.
type sheet struct {
	w   io.Writer
	err error
}

func (s *sheet) line(format string, args ...any) {
	if s.err == nil {
		_, s.err = fmt.Fprintf(s.w, format+"\n", args...)
	}
}

// trace writes down what a replay does, line by line, and keeps it.
type trace struct {
	sheet
	at    int // stop at this call; negative: never
	steps []traced
}

// traced is one thing that the code did: a call, with its place, or a console line.
type traced struct {
	*execution.Entry
	Position *control.Position `json:"position,omitempty"`
	Line     *string           `json:"log,omitempty"`
}

// Issue implements [engine.Tracer].
func (t *trace) Issue(e *journal.Entry, op engine.Issued) bool {
	shown := e.Shown(journal.View{})
	shown.Args, shown.Result = plain(valueText(e.Args)), plain(valueText(e.Result)) // whole, however large
	t.steps = append(t.steps, traced{Entry: &shown, Position: position(op.Pos)})
	t.line("#%d %s%s\n   %s", e.Seq, callText(e.Connector, e.Method, shown.Args), place(op.Pos), outcomeText(&shown))
	return e.Seq != t.at
}

// Log implements [engine.Tracer].
func (t *trace) Log(line string) {
	t.steps = append(t.steps, traced{Line: &line})
	t.line("log: %s", cli.Line(line))
}

// showAt shows the call at which the replay was stopped, and the console to there.
func (t *trace) showAt(w io.Writer) error {
	out := &sheet{w: w}
	for _, s := range t.steps {
		if s.Line != nil {
			out.line("log: %s", cli.Line(*s.Line))
		}
	}
	s := t.steps[len(t.steps)-1]
	out.line("#%d %s.%s%s", s.Seq, cli.Line(s.Connector), cli.Line(s.Method), placeText(s.Position))
	out.line("arguments: %s", whole(s.Args))
	if s.ApprovedArgs != nil {
		out.line("approved arguments: %s", whole(s.ApprovedArgs))
	}
	out.line("state: %s", s.State)
	switch {
	case s.Error != nil:
		out.line("error: %s: %s", cli.Line(cmp.Or(s.Error.Name, "Error")), cli.Clean(s.Error.Message))
	case s.State == execution.Applied:
		out.line("result: %s", whole(s.Result))
	}
	return out.err
}

// debugged is the answer of debug --json.
type debugged struct {
	ExecutionID execution.ID     `json:"executionId"`
	Status      execution.Status `json:"status"` // as recorded
	Trace       []traced         `json:"trace"`
	Followed    int              `json:"followed"`

	DepartsAt *int               `json:"departsAt"`
	Got       *control.Operation `json:"got,omitempty"`
	Message   string             `json:"message,omitempty"`

	Ends    execution.Status `json:"ends,omitempty"` // how the code ended now; absent: it was stopped
	Result  json.RawMessage  `json:"result,omitempty"`
	Error   string           `json:"error,omitempty"`
	Differs string           `json:"differs,omitempty"`
}

func debugAnswer(e journal.Export, t *trace, r replay.Report) debugged {
	d := debugged{
		ExecutionID: e.ExecutionID, Status: e.State.Status, Trace: t.steps, Followed: r.Followed, Message: r.Unrecorded,
		Ends: r.Result.Status, Result: plain(valueText(r.Result.Value)), Error: r.Result.Error, Differs: r.Differs,
	}
	if d.Trace == nil {
		d.Trace = []traced{}
	}
	if dep := r.Departure; dep != nil {
		d.DepartsAt, d.Message = &dep.At, dep.Message
		if g := dep.Got; g != nil {
			d.Got = &control.Operation{Connector: g.Connector, Method: g.Method, Args: plain(g.Args), Position: position(g.Pos)}
		}
	}
	return d
}

func position(p sandbox.Pos) *control.Position {
	if p.Line == 0 {
		return nil
	}
	return &control.Position{File: p.File, Line: p.Line, Column: p.Column}
}

func place(p sandbox.Pos) string { return placeText(position(p)) }

func valueText(v *journal.Value) json.RawMessage {
	if v == nil {
		return nil
	}
	return v.JSON
}

func plain(durable json.RawMessage) json.RawMessage { return value.Plain(durable) }

// callText is a call on one line.
func callText(connector, method string, args json.RawMessage) string {
	if connector == execution.StepConnector {
		return "step " + cli.Line(method)
	}
	return fmt.Sprintf("%s.%s(%s)", cli.Line(connector), cli.Line(method), clipped(args))
}

func outcomeText(e *execution.Entry) string {
	switch {
	case e.Error != nil:
		return fmt.Sprintf("%s %s: %s", e.State, cli.Line(cmp.Or(e.Error.Name, "Error")), cli.Line(e.Error.Message))
	case e.State == execution.Applied && e.Ephemeral:
		return "runs again in every pass"
	case e.State == execution.Applied:
		return "→ " + cmp.Or(clipped(e.Result), "undefined")
	}
	return string(e.State)
}

// clipped is a JSON text on one line, not too long.
func clipped(raw json.RawMessage) string {
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		b.Reset()
		b.Write(raw)
	}
	const most = 160
	runes := []rune(cli.Line(b.String()))
	if len(runes) > most {
		runes = append(runes[:most], '…')
	}
	return string(runes)
}

// whole is a JSON text in full.
func whole(raw json.RawMessage) string {
	var b bytes.Buffer
	if len(raw) == 0 {
		return "undefined"
	}
	if json.Indent(&b, raw, "", "  ") != nil {
		return cli.Clean(string(raw))
	}
	return cli.Clean(b.String())
}
