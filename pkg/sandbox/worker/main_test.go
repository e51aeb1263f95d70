package worker

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/workertest"
	"github.com/reprise-run/reprise/pkg/sandbox"
)

// probeName is what the test program is called when it is to confine itself and try
// to get out.
const probeName = "reprise-probe"

// parentName is what the test program is called when it is to be the parent of a
// worker whose script spins.
const parentName = "reprise-test-parent"

// built is the worker of all tests; TestMain removes it.
var built workertest.Builder

func TestMain(m *testing.M) {
	switch os.Args[0] { // this process is a test
	case probeName:
		os.Exit(probe())
	case parentName:
		os.Exit(spinForEver(os.Args[1]))
	case processName: // a worker, and not a good one
		os.Exit(forge())
	}
	status := m.Run()
	built.Remove()
	os.Exit(status)
}

// pool returns a pool of the tests' worker.
func pool(tb testing.TB, cfg Config) *Pool {
	tb.Helper()
	cfg.Path = built.Path(tb)
	p, err := NewPool(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = p.Close() })
	return p
}

// echo is a host that gives calls their arguments back, runs steps and fires timers at
// once.
type echo struct {
	mu    sync.Mutex // guards lines
	lines []string
	queue []sandbox.Event
	turns int
	ops   []sandbox.Op
	now   time.Time
}

// snippets are the sources that an echo knows.
var snippets = map[string]string{
	"double": `async (n: number) => { console.log("quiet"); await codemode.sleep(1000); return n * 2 }`,
	"outer":  `async (n) => [await codemode.run("double", n), await items.echo(n), await codemode.step("s", () => n)]`,
	"broken": "const x = 1;\nconst = 2",
	"throws": "const f = () => {\n  throw new RangeError('low') };\nf()",
	"fails":  `await items.fail()`,
	"large":  `const s = "` + strings.Repeat("x", 3<<20) + `"; s.length`,
}

func (h *echo) Print(line string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lines = append(h.lines, line)
}

var errStuck = errors.New("nothing is outstanding")

func (h *echo) Turn(ctx context.Context, issued []sandbox.Op) (sandbox.Event, error) {
	h.turns++
	h.ops = append(h.ops, issued...)
	for _, op := range issued {
		ev := sandbox.Event{Op: op.ID}
		switch op.Kind {
		case sandbox.OpCall:
			ev.Kind, ev.Value = sandbox.EventResolve, op.Args
			if op.Method == "fail" {
				ev = sandbox.Event{Op: op.ID, Kind: sandbox.EventReject, Name: "Error", Text: "failed"}
			}
			if op.Method == "never" {
				continue
			}
		case sandbox.OpStep:
			ev.Kind = sandbox.EventRunStep
		case sandbox.OpStepDone:
			ev.Op, ev.Kind, ev.Value = op.Target, sandbox.EventResolve, op.Result
		case sandbox.OpTimer, sandbox.OpStepTimer:
			ev.Kind = sandbox.EventFire
		case sandbox.OpSleep, sandbox.OpSignal, sandbox.OpSnippet:
			ev = h.own(op)
		case sandbox.OpClear:
			h.queue = slices.DeleteFunc(h.queue, func(e sandbox.Event) bool { return e.Op == op.Target })
			continue
		}
		h.queue = append(h.queue, ev)
	}
	if len(h.queue) == 0 {
		<-ctx.Done()
		return sandbox.Event{}, context.Cause(ctx)
	}
	ev := h.queue[0]
	h.queue = h.queue[1:]
	return ev, nil
}

// own answers an operation of codemode. Sleeps take their time.
func (h *echo) own(op sandbox.Op) sandbox.Event {
	ev := sandbox.Event{Op: op.ID, Kind: sandbox.EventResolve}
	switch {
	case op.Kind == sandbox.OpSleep:
		if h.now.IsZero() {
			h.now = epoch
		}
		h.now = h.now.Add(op.Delay)
		ev.Now = h.now
	case op.Kind == sandbox.OpSignal && op.Delay < 0:
		ev.Value = raw(`"` + op.Method + `"`)
	case op.Kind == sandbox.OpSignal:
		ev.Kind, ev.Name, ev.Text = sandbox.EventReject, "TimeoutError", op.Delay.String()
	case snippets[op.Method] == "":
		ev.Kind, ev.Text = sandbox.EventReject, "no snippet "+op.Method
	default:
		ev.Kind, ev.Text = sandbox.EventRunSource, snippets[op.Method]
	}
	return ev
}

var epoch = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func script(source string) sandbox.Script {
	return sandbox.Script{
		Source: source, Connectors: []string{"items"}, Seed: "01J0000000000000000000TEST", Now: epoch,
		MaxValueBytes: 16 << 20, MaxPending: 10_000,
	}
}

func raw(s string) json.RawMessage { return json.RawMessage(s) }
