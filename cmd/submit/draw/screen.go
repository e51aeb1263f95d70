package draw

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"charm.land/lipgloss/v2"

	"github.com/reprise-run/reprise/internal/cli"
	"github.com/reprise-run/reprise/pkg/execution"
)

const (
	redraw   = 100 * time.Millisecond
	mostLive = 8 // lines that move at the same time
)

// screen draws on a terminal. Finished lines scroll away; below them are the live
// ones, which are erased and drawn again at each change.
type screen struct {
	opts  Options
	style styles
	stop  chan struct{}
	done  chan struct{}

	mu    sync.Mutex // guards the fields below
	w     io.Writer
	seen  seen
	live  []liveCall
	due   time.Time // of the next try; zero: none
	asked bool      // a call of this pass has said why there is a next one
	drawn int       // live lines on the screen
	frame int
	began time.Time
}

// liveCall is a call under way.
type liveCall struct {
	entry execution.Entry
	since time.Time
}

type styles struct{ good, bad, wait, dim, bold lipgloss.Style }

func newScreen(w io.Writer, o Options) *screen {
	s := &screen{opts: o, w: w, seen: seen{}, stop: make(chan struct{}), done: make(chan struct{}), began: o.Now()}
	if o.Color {
		s.style = styles{
			good: lipgloss.NewStyle().Foreground(lipgloss.Green), bad: lipgloss.NewStyle().Foreground(lipgloss.Red),
			wait: lipgloss.NewStyle().Foreground(lipgloss.Yellow), dim: lipgloss.NewStyle().Faint(true),
			bold: lipgloss.NewStyle().Bold(true),
		}
	}
	go s.tick()
	return s
}

func (s *screen) tick() {
	defer close(s.done)
	t := time.NewTicker(redraw)
	defer t.Stop()
	for {
		select {
		case <-s.stop:
			return
		case <-t.C:
			s.mu.Lock()
			s.frame++
			if s.drawn > 0 {
				s.update()
			}
			s.mu.Unlock()
		}
	}
}

// Event implements [Printer].
func (s *screen) Event(body any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch e := body.(type) {
	case *execution.StartedEvent:
		s.live, s.due, s.asked = nil, time.Time{}, false
		if e.Attempt > 1 {
			s.update(s.style.dim.Render(fmt.Sprintf("── attempt %d on %s ──", e.Attempt, cli.Line(e.Executor))))
			return
		}
		s.update()
	case *execution.CallEvent:
		s.call(e)
	case *execution.LogEvent:
		if !e.Replay {
			s.update(s.style.dim.Render("  │ " + cli.Line(e.Line)))
		}
	case *execution.RetryingEvent:
		s.live = nil
		s.due = s.opts.Now().Add(time.Duration(e.DelayMs) * time.Millisecond)
		if e.DelayMs == 0 {
			s.due = e.RetryAt
		}
		if s.asked { // its call has said why
			s.update()
			return
		}
		s.update(s.style.wait.Render("↻ ") + cli.Line(reason(e.Failure, "")))
	case *execution.StatusEvent:
		if text := resting(e); text != "" {
			s.live = nil
			s.update(s.style.wait.Render("… ") + text)
		}
	}
}

func (s *screen) call(e *execution.CallEvent) {
	at := -1
	for i := range s.live {
		if s.live[i].entry.Seq == e.Seq {
			at = i
		}
	}
	if moving(e) && !asked(e) {
		if at < 0 {
			s.live = append(s.live, liveCall{e.Entry, s.opts.Now()})
		}
		s.update()
		return
	}
	if at >= 0 {
		s.live = append(s.live[:at], s.live[at+1:]...)
	}
	switch {
	case asked(e):
		s.asked = true
		s.update(s.line(&e.Entry))
	case s.seen.fresh(e):
		s.update(s.line(&e.Entry))
	default:
		s.update()
	}
}

// line is the line of a call that does not move any more.
func (s *screen) line(e *execution.Entry) string {
	symbol := s.style.good.Render("✓")
	switch {
	case e.State == execution.Failed, e.State == execution.Refused:
		symbol = s.style.bad.Render("✗")
	case e.State == execution.Executing:
		symbol = s.style.wait.Render("↻")
	case e.State == execution.Pending:
		symbol = s.style.wait.Render("‖")
	case e.State == execution.Unknown:
		symbol = s.style.wait.Render("?")
	case e.State == execution.Reverted:
		symbol = s.style.wait.Render("↩")
	case e.Replayed:
		symbol = s.style.dim.Render("↺")
	}
	text := symbol + " " + s.style.bold.Render(name(e)) + args(e)
	if r := remark(e); r != "" {
		text += "  " + s.style.dim.Render(r)
	}
	return text
}

// Note implements [Printer].
func (s *screen) Note(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.update(s.style.wait.Render("! ") + cli.Line(text))
}

// Finish implements [Printer].
func (s *screen) Finish(o execution.Outcome) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var lines []string
	for _, e := range o.Calls {
		if s.seen.missed(e) {
			lines = append(lines, s.line(&e))
		}
	}
	s.live, s.due = nil, time.Time{}
	took := "  " + s.style.dim.Render(duration(s.opts.Now().Sub(s.began)))
	first, rest, _ := strings.Cut(ending(o), "\n")
	switch {
	case o.Status == execution.Completed:
		lines = append(lines, s.style.good.Render("✓ ")+first+took)
	case o.Status == execution.Paused:
		lines = append(lines, s.style.wait.Render("‖ ")+first+took)
	default:
		lines = append(lines, s.style.bad.Render("✗ ")+first+took)
	}
	if rest != "" {
		lines = append(lines, strings.Split(rest, "\n")...)
	}
	for _, p := range o.Pending {
		lines = append(lines, "  "+pendingLine(p, s.opts.Flags))
	}
	s.whole(lines)
}

// Close implements [Printer].
func (s *screen) Close() {
	close(s.stop)
	<-s.done
	s.mu.Lock()
	defer s.mu.Unlock()
	s.live, s.due = nil, time.Time{}
	s.update()
}

// update adds finished lines, clipped to the width, and draws the live ones anew.
func (s *screen) update(finished ...string) {
	width := max(s.opts.Width(), 20)
	for i := range finished {
		finished[i] = clip(finished[i], width-1)
	}
	s.whole(finished)
}

// whole is update for lines that may wrap: the reader needs all of them.
func (s *screen) whole(finished []string) {
	var b strings.Builder
	if s.drawn > 0 {
		fmt.Fprintf(&b, "\x1b[%dA\r\x1b[J", s.drawn)
	}
	for _, l := range finished {
		b.WriteString(l + "\n")
	}
	live := s.moving()
	for _, l := range live {
		b.WriteString(clip(l, max(s.opts.Width(), 20)-1) + "\n")
	}
	s.drawn = len(live)
	// A terminal that has gone away is no reason to stop following.
	_, _ = io.WriteString(s.w, b.String())
}

// moving are the live lines as of now.
func (s *screen) moving() []string {
	now := s.opts.Now()
	spinner := []rune("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏")
	symbol := s.style.wait.Render(string(spinner[s.frame%len(spinner)]))
	var lines []string
	for i := range s.live {
		if i == mostLive {
			lines = append(lines, s.style.dim.Render(fmt.Sprintf("  and %d more", len(s.live)-i)))
			break
		}
		c := &s.live[i]
		lines = append(lines, symbol+" "+s.style.bold.Render(name(&c.entry))+args(&c.entry)+"  "+s.style.dim.Render(duration(now.Sub(c.since))))
	}
	if !s.due.IsZero() {
		left := "now"
		if d := s.due.Sub(now); d > 0 {
			left = "in " + duration(d)
		}
		lines = append(lines, symbol+s.style.dim.Render(" next try "+left))
	}
	return lines
}
