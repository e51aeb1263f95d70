package draw

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
)

var day = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func call(seq int, state execution.EntryState, change func(*execution.CallEvent)) *execution.CallEvent {
	end := day.Add(12 * time.Millisecond)
	e := &execution.CallEvent{Pass: 1, Entry: execution.Entry{
		Seq: seq, Connector: "demo", Method: "echo", Args: json.RawMessage(`{ "text": "hi" }`), State: state, StartedAt: &day, FinishedAt: &end, Attempt: 1,
	}}
	if change != nil {
		change(e)
	}
	return e
}

// story is an execution with everything in it.
func story(p Printer) {
	p.Event(&execution.StartedEvent{Attempt: 1, Executor: "e1"})
	p.Event(call(0, execution.Executing, nil))
	p.Event(call(0, execution.Applied, nil))
	p.Event(call(0, execution.Applied, nil)) // told twice
	p.Event(&execution.LogEvent{Line: "hello"})
	p.Event(call(1, execution.Failed, func(e *execution.CallEvent) {
		e.Method, e.Error = "fail", &execution.CallError{Message: "no\x1b[31m luck\nat all"}
	}))
	p.Event(&execution.RetryingEvent{Attempt: 1, DelayMs: 2500, Failure: &execution.Failure{Message: "try again"}})
	p.Event(&execution.StartedEvent{Attempt: 2, Executor: "e2\x07"})
	p.Event(call(0, execution.Applied, func(e *execution.CallEvent) { e.Pass, e.Replayed = 2, true }))
	p.Event(&execution.LogEvent{Line: "hello", Replay: true})
	p.Note("a remark")
	p.Event(call(2, execution.Applied, func(e *execution.CallEvent) {
		e.Pass, e.Connector, e.Method, e.Args = 2, execution.StepConnector, "sum", nil
	}))
	p.Finish(execution.Outcome{
		Status: execution.Paused, Attempt: 2,
		Calls: []execution.Entry{
			call(0, execution.Applied, func(e *execution.CallEvent) { e.Replayed = true }).Entry,
			{Seq: 3, Connector: "items", Method: "create", Args: json.RawMessage(`[1]`), State: execution.Pending, RequiresApproval: true},
		},
		Pending: []execution.PendingCall{{ExecutionID: "01J", Seq: 3, Connector: "items", Method: "create", Args: json.RawMessage(`[1]`), Kind: execution.PendingApproval}},
	})
	p.Close()
}

func TestPlainIsALineAnEvent(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	story(New(&b, Options{}))
	want := `attempt 1 on e1
applied demo.echo({"text":"hi"})  12ms
log: hello
failed demo.fail({"text":"hi"})  12ms  no\x1b[31m luck at all
retrying in 2.5s: try again
attempt 2 on e2\x07
applied demo.echo({"text":"hi"})  replayed
a remark
applied step sum  12ms
pending items.create([1])  waits for a decision
paused in attempt 2
  #3 items.create([1])  waits for approval: submit approve 01J
`
	if got := b.String(); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	if strings.ContainsRune(b.String(), 0x1b) {
		t.Error("there is an escape sequence without a terminal")
	}
}

func TestScreenLeavesOneLineACall(t *testing.T) {
	t.Parallel()
	var b safeBuffer
	story(New(&b, Options{Width: func() int { return 60 }, Color: true, Now: func() time.Time { return day }}))
	want := `✓ demo.echo({"text":"hi"})  12ms
  │ hello
✗ demo.fail({"text":"hi"})  12ms  no\x1b[31m luck at all
↻ try again
── attempt 2 on e2\x07 ──
↺ demo.echo({"text":"hi"})  replayed
! a remark
✓ step sum  12ms
‖ items.create([1])  waits for a decision
‖ paused in attempt 2  0ms
  #3 items.create([1])  waits for approval: submit approve 01J
`
	if got := terminal(t, b.String()); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestScreenMovesWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	var b safeBuffer
	var mu sync.Mutex // guards the field below
	now := day
	clock := func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	s := New(&b, Options{Width: func() int { return 30 }, Now: clock}).(*screen)
	for i := range 10 {
		s.Event(call(i, execution.Executing, nil))
	}
	mu.Lock()
	now = now.Add(1500 * time.Millisecond)
	mu.Unlock()
	s.Event(call(9, execution.Applied, nil))
	lines := strings.Split(strings.TrimSpace(terminal(t, b.String())), "\n")
	if len(lines) != 10 || !strings.HasPrefix(lines[0], "✓ ") || !strings.Contains(lines[9], "and 1 more") {
		t.Errorf("got %q, want the finished one, eight that move and the number of the rest", lines)
	}
	s.Event(&execution.RetryingEvent{DelayMs: 3000, Failure: &execution.Failure{Message: "busy"}})
	if got := terminal(t, b.String()); !strings.Contains(got, "next try in 3.0s") || strings.Contains(got, "more") {
		t.Errorf("got:\n%s\nwant a countdown and nothing else that moves", got)
	}
	mu.Lock()
	now = now.Add(time.Second)
	mu.Unlock()
	for i := 0; !strings.Contains(terminal(t, b.String()), "next try in 2.0s"); i++ {
		if i > 2000 {
			t.Fatalf("the countdown stands still:\n%s", terminal(t, b.String()))
		}
		<-time.After(5 * time.Millisecond) // the printer redraws by itself
	}
	s.Close()
	if got := terminal(t, b.String()); strings.Contains(got, "next try") {
		t.Errorf("after Close something still waits:\n%s", got)
	}
}

func TestLongAndHostileTextIsClippedAndCleaned(t *testing.T) {
	t.Parallel()
	var b safeBuffer
	p := New(&b, Options{Width: func() int { return 40 }})
	p.Event(call(0, execution.Applied, func(e *execution.CallEvent) {
		e.Args = json.RawMessage(`"` + strings.Repeat("界", 100) + `"`)
		e.Connector = "a\u202eb\x9b2J"
	}))
	p.Event(&execution.LogEvent{Line: "\x1b]0;title\x07" + strings.Repeat("x", 200)})
	p.Close()
	for _, line := range strings.Split(strings.TrimSpace(b.String()), "\n") {
		if n := len([]rune(line)); n > 40 {
			t.Errorf("line of %d runes: %q", n, line)
		}
	}
	if got := b.String(); strings.ContainsAny(got, "\x1b\x07\u202e\u009b") {
		t.Errorf("a control character went through: %q", got)
	}
}

// safeBuffer is a buffer that the printer's own goroutine may write to.
type safeBuffer struct {
	mu sync.Mutex // guards the field below
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

var sequence = regexp.MustCompile("\x1b\\[([0-9;]*)([A-Za-z])")

// terminal returns what a terminal shows in the end: it knows the sequences that
// are used, and fails on others.
func terminal(t *testing.T, out string) string {
	t.Helper()
	lines, row := []string{""}, 0
	for out != "" {
		at := strings.IndexAny(out, "\x1b\n\r")
		if at < 0 {
			at = len(out)
		}
		lines[row] += out[:at]
		if out = out[at:]; out == "" {
			break
		}
		if out[0] == '\n' {
			if row++; row == len(lines) {
				lines = append(lines, "")
			}
			out = out[1:]
			continue
		}
		if out[0] == '\r' {
			out = out[1:]
			continue
		}
		m := sequence.FindStringSubmatch(out)
		switch {
		case m == nil:
			t.Fatalf("unknown sequence at %.20q", out)
		case m[2] == "A":
			n, err := strconv.Atoi(m[1])
			if err != nil || n > row {
				t.Fatalf("cannot go up %q lines from %d", m[1], row)
			}
			row -= n
		case m[2] == "J":
			lines = append(lines[:row], "")
		case m[2] != "m":
			t.Fatalf("unexpected sequence %q", m[0])
		}
		out = out[len(m[0]):]
	}
	return strings.Join(lines, "\n")
}

func TestRestIsShown(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	p := New(&b, Options{})
	p.Event(&execution.StatusEvent{Status: execution.Sleeping, RetryAt: &day})
	p.Event(&execution.StatusEvent{Status: execution.Waiting, Signals: []string{"go", "s\x1btop"}})
	p.Event(&execution.StatusEvent{Status: execution.Paused, RetryAt: &day, Signals: []string{"go"}})
	p.Event(&execution.StatusEvent{Status: execution.Completed})
	want := "sleeping until " + day.Local().Format(time.DateTime) + "\nwaiting for go, s\\x1btop\n"
	if got := b.String(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
