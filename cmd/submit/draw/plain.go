package draw

import (
	"fmt"
	"io"
	"time"

	"github.com/reprise-run/reprise/internal/cli"
	"github.com/reprise-run/reprise/pkg/execution"
)

// plain writes a line an event, for logs and pipes.
type plain struct {
	w     io.Writer
	flags string
	seen  seen
}

func (p *plain) line(format string, args ...any) {
	// A reader that has gone away is no reason to stop following.
	_, _ = fmt.Fprintf(p.w, format+"\n", args...)
}

// Event implements [Printer].
func (p *plain) Event(body any) {
	switch e := body.(type) {
	case *execution.StartedEvent:
		p.line("attempt %d on %s", e.Attempt, cli.Line(e.Executor))
	case *execution.CallEvent:
		switch {
		case asked(e):
			p.line("wait %s%s  %s", name(&e.Entry), args(&e.Entry), remark(&e.Entry))
		case !moving(e) && p.seen.fresh(e):
			p.call(&e.Entry)
		}
	case *execution.LogEvent:
		if !e.Replay {
			p.line("log: %s", cli.Line(e.Line))
		}
	case *execution.RetryingEvent:
		p.line("retrying in %s: %s", duration(time.Duration(e.DelayMs)*time.Millisecond), cli.Line(reason(e.Failure, "")))
	case *execution.StatusEvent:
		if text := resting(e); text != "" {
			p.line("%s", text)
		}
	}
}

func (p *plain) call(e *execution.Entry) {
	s := fmt.Sprintf("%s %s%s", e.State, name(e), args(e))
	if r := remark(e); r != "" {
		s += "  " + r
	}
	p.line("%s", s)
}

// Note implements [Printer].
func (p *plain) Note(text string) { p.line("%s", cli.Clean(text)) }

// Finish implements [Printer].
func (p *plain) Finish(o execution.Outcome) {
	for _, e := range o.Calls {
		if p.seen.missed(e) {
			p.call(&e)
		}
	}
	p.line("%s", ending(o))
	for _, c := range o.Pending {
		p.line("  %s", pendingLine(c, p.flags))
	}
}

// Close implements [Printer].
func (p *plain) Close() {}
