package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/sandbox"
)

// mortal is a sandbox that ends with err in the turn after the given number of
// turns: as a worker does that is killed. What it was asked for is kept.
type mortal struct {
	sandbox.Sandbox
	err    error
	after  int
	passes int // that die; the next ones live
	script sandbox.Script
	ran    int
}

func (m *mortal) Run(ctx context.Context, s sandbox.Script, h sandbox.Host) (sandbox.Result, error) {
	m.script = s
	if m.ran++; m.ran > m.passes {
		return m.Sandbox.Run(ctx, s, h)
	}
	return m.Sandbox.Run(ctx, s, &mortalHost{Host: h, left: m.after, err: m.err})
}

func (m *mortal) Call(ctx context.Context, f sandbox.Function) (json.RawMessage, error) {
	if m.after == 0 {
		return nil, m.err
	}
	return m.Sandbox.Call(ctx, f)
}

type mortalHost struct {
	sandbox.Host
	left int
	err  error
}

func (h *mortalHost) Turn(ctx context.Context, issued []sandbox.Op) (sandbox.Event, error) {
	if h.left--; h.left < 0 {
		return sandbox.Event{}, h.err
	}
	return h.Host.Turn(ctx, issued)
}

func onError(tries int) *execution.Retry {
	return &execution.Retry{MaxAttempts: tries, MaxDelayMs: -1, On: []execution.Kind{execution.KindError}}
}

// ends are the ways in which a sandbox ends a pass, with what comes of them.
var ends = map[string]struct {
	err    error
	reason execution.Reason
	text   string
}{
	"memory":           {sandbox.ErrMemory, execution.ReasonMemory, "out of memory: the code used more than 64 MB; raise limits.memoryMB of the submission (--max-memory of the executor is 256)"},
	"memory, in words": {fmt.Errorf("exit status 2: %w", sandbox.ErrMemory), execution.ReasonMemory, "more than 64 MB"},
	"CPU time":         {fmt.Errorf("SIGXCPU: %w", sandbox.ErrCPU), execution.ReasonCPU, "out of CPU time: the code computed for more than 700 ms; raise limits.cpuMs of the submission (--max-cpu of the executor is 30000)"},
	"the stack":        {sandbox.ErrStack, execution.ReasonStack, "maximum call stack size exceeded: more than 2000 calls deep; raise --max-stack of the executor"},
	"a crash":          {&sandbox.CrashError{Detail: "signal: killed\ngoroutine 1"}, execution.ReasonCrash, "the sandbox crashed: signal: killed"},
	"a long story":     {&sandbox.CrashError{Detail: strings.Repeat("x", 1e6)}, execution.ReasonCrash, "the sandbox crashed: xxx"},
	"no known way":     {errors.New("read frame: EOF"), execution.ReasonCrash, "the sandbox crashed: read frame: EOF"},
}

// A sandbox that ends at a limit, or breaks, ends its execution: with its reason,
// what was printed, and all that is known of the calls.
func TestSandboxThatEndsThePass(t *testing.T) {
	t.Parallel()
	for name, tt := range ends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				m := &mortal{err: tt.err, after: 1, passes: 9}
				r := newRig(t, func(c *Config) { m.Sandbox, c.Sandbox, c.Confined = c.Sandbox, m, true })
				res := r.execute(execution.Request{
					Code:   `async () => { console.log("l"); const late = items.sleep({ms: 60000}); await items.echo(1); await items.echo(2); await late }`,
					Limits: &execution.Limits{MemoryMB: 64, CPUMs: 700},
				})
				if res.Status != execution.Error || res.Failure.Kind != execution.KindError || res.Failure.Reason != tt.reason {
					t.Fatalf("got %s %+v, want error, kind error, reason %s", res.Status, res.Failure, tt.reason)
				}
				if !strings.HasPrefix(res.Error, "Code execution failed: ") || !strings.Contains(res.Error, tt.text) ||
					!strings.HasSuffix(res.Error, "\n\nConsole output:\nl") || strings.Contains(res.Error, "goroutine") || len(res.Error) > 3000 {
					t.Errorf("error %.400q, want %q in it and the output", res.Error, tt.text)
				}
				if got := strings.Join(res.Logs, "|"); got != "l" {
					t.Errorf("logs %q", got)
				}
				if got := strings.Join(r.states(), " "); got != "items.sleep unknown items.echo applied" {
					t.Errorf("entries %q", got)
				}
				if m.ran != 1 {
					t.Errorf("%d passes, want 1: it is not retried by default", m.ran)
				}
			})
		})
	}
}

func TestSandboxThatEndsThePassIsRetriedByPolicyAlone(t *testing.T) {
	t.Parallel()
	const code = `async () => { await items.echo(1); return await items.echo(2) }`
	for name, tt := range ends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				m := &mortal{err: tt.err, after: 1, passes: 1}
				r := newRig(t, func(c *Config) { m.Sandbox, c.Sandbox = c.Sandbox, m })
				r.want(r.execute(execution.Request{Code: code, Retry: onError(3)}), `2`)
				if n := r.items.Runs("echo"); n != 2 {
					t.Errorf("echo ran %d times, want 2: what was applied stays applied", n)
				}
				m = &mortal{err: tt.err, after: 1, passes: 100}
				r = newRig(t, func(c *Config) { m.Sandbox, c.Sandbox = c.Sandbox, m })
				res := r.execute(execution.Request{Code: code, Retry: onError(3)})
				if res.Status != execution.Error || res.Failure.Reason != tt.reason || m.ran != 3 {
					t.Errorf("got %s %+v after %d passes, want an end after 3", res.Status, res.Failure, m.ran)
				}
			})
		})
	}
}

// A sandbox that breaks in a callback of the policy ends the execution too.
func TestPolicyThatTheSandboxCannotAnswer(t *testing.T) {
	t.Parallel()
	for name, tt := range ends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := &mortal{err: tt.err}
			r := newRig(t, func(c *Config) { m.Sandbox, c.Sandbox, c.Confined = c.Sandbox, m, true })
			retry := onError(3)
			retry.ShouldRetry = `() => true`
			res := r.execute(execution.Request{Code: `throw new Error("no")`, Retry: retry, Limits: &execution.Limits{MemoryMB: 64, CPUMs: 700}})
			if res.Status != execution.Error || res.Failure.Reason != execution.ReasonPolicy || !strings.HasPrefix(res.Failure.Message, "retry policy: ") || len(res.Error) > 3000 {
				t.Errorf("got %s %+v, want error policy", res.Status, res.Failure)
			}
		})
	}
	for name, source := range map[string]string{
		"never settles":    `() => new Promise(() => {})`,
		"no JSON":          `() => { const o = {}; o.o = o; return o }`,
		"takes for ever":   `() => { for (;;) {} }`,
		"recurses":         `function f() { f() }`,
		"is no function":   `42`,
		"returns a symbol": `() => { throw Symbol("x") }`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, nil)
			retry := onError(3)
			retry.ShouldRetry = source
			res := r.execute(execution.Request{Code: `throw new Error("no")`, Retry: retry, TimeoutMs: 200})
			if res.Status != execution.Error || res.Failure.Reason != execution.ReasonPolicy {
				t.Errorf("got %s %+v, want error policy", res.Status, res.Failure)
			}
		})
	}
}

// The sandbox is told the limits in force: the executor's, lowered by the submission.
func TestSandboxIsToldItsLimits(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		own   execution.Limits
		asked *execution.Limits
		mem   int64
		cpu   time.Duration
		stack int
	}{
		"the defaults":   {execution.Limits{}, nil, 256 << 20, 30 * time.Second, 2000},
		"the executor's": {execution.Limits{MemoryMB: 100, CPUMs: 1500, Stack: 50}, nil, 100 << 20, 1500 * time.Millisecond, 50},
		"lowered":        {execution.Limits{}, &execution.Limits{MemoryMB: 40, CPUMs: 20, Stack: 60}, 40 << 20, 20 * time.Millisecond, 60},
		"not raised":     {execution.Limits{}, &execution.Limits{MemoryMB: 1 << 52, CPUMs: 1 << 52, Stack: 1 << 52}, 256 << 20, 30 * time.Second, 2000},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := &mortal{}
			r := newRig(t, func(c *Config) { m.Sandbox, c.Sandbox, c.Confined, c.Limits = c.Sandbox, m, true, tt.own })
			r.want(r.execute(execution.Request{Code: `1`, Limits: tt.asked}), `1`)
			if s := m.script; s.MaxMemory != tt.mem || s.MaxCPU != tt.cpu || s.MaxStack != tt.stack {
				t.Errorf("got %d bytes, %v, %d deep, want %d, %v, %d", s.MaxMemory, s.MaxCPU, s.MaxStack, tt.mem, tt.cpu, tt.stack)
			}
		})
	}
}
