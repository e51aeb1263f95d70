package engine

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/execution"
)

func TestLimitsEndTheExecution(t *testing.T) {
	t.Parallel()
	const flood = `async () => { const all = []; for (let i = 0; i < 5; i++) all.push(items.echo(i).catch(() => {})); await Promise.all(all); return 1 }`
	const chain = `async () => { for (let i = 0; i < 5; i++) try { await items.echo(i) } catch {} return 1 }`
	for name, tt := range map[string]struct {
		code   string
		limits execution.Limits
		reason execution.Reason // empty: completed
		text   string
	}{
		"calls":                  {chain, execution.Limits{Calls: 4}, execution.ReasonCalls, "more than 4 calls"},
		"calls, just enough":     {chain, execution.Limits{Calls: 5}, "", ""},
		"pending calls":          {flood, execution.Limits{PendingCalls: 4}, execution.ReasonPending, "more than 4 calls pending"},
		"pending, just enough":   {flood, execution.Limits{PendingCalls: 5}, "", ""},
		"pending, one by one":    {chain, execution.Limits{PendingCalls: 1}, "", ""},
		"steps are calls":        {`async () => { for (let i = 0; i < 3; i++) await codemode.step("s", () => i) }`, execution.Limits{Calls: 2}, execution.ReasonCalls, "more than 2 calls"},
		"source":                 {`async () => { return 1 }`, execution.Limits{SourceBytes: 10}, execution.ReasonSource, "too large to record durably"},
		"stack":                  {`const f = (n) => n ? f(n - 1) : 1; f(300)`, execution.Limits{Stack: 100}, execution.ReasonStack, "call stack"},
		"stack, deep enough":     {`const f = (n) => n ? f(n - 1) : 1; f(300)`, execution.Limits{Stack: 400}, "", ""},
		"timers at once":         {`async () => { for (let i = 0; i < 50; i++) setTimeout(() => {}, 1e6); return 1 }`, execution.Limits{PendingCalls: 10}, execution.ReasonPending, "pending"},
		"timers in a step":       {`codemode.step("s", () => { for (let i = 0; i < 50; i++) setTimeout(() => {}, 1e6); return 1 })`, execution.Limits{PendingCalls: 10}, execution.ReasonPending, "pending"},
		"timers, over the time":  {`async () => { setInterval(() => {}, 0); await new Promise(() => {}) }`, execution.Limits{Calls: 50}, execution.ReasonCalls, "more than 50"},
		"memory, without worker": {`1`, execution.Limits{MemoryMB: 1}, execution.ReasonUnsupported, "limits.memoryMB"},
		"time, without worker":   {`1`, execution.Limits{CPUMs: 1}, execution.ReasonUnsupported, "limits.cpuMs"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, nil)
			res := r.execute(execution.Request{Code: tt.code, Limits: &tt.limits})
			if tt.reason == "" {
				if res.Status != execution.Completed {
					t.Errorf("got %s %q, want completed", res.Status, res.Error)
				}
				return
			}
			if res.Status != execution.Error || res.Failure.Reason != tt.reason || !strings.Contains(res.Error, tt.text) {
				t.Errorf("got %s %+v %q, want error %s with %q", res.Status, res.Failure, res.Error, tt.reason, tt.text)
			}
		})
	}
}

func TestSubmissionOnlyLowersLimits(t *testing.T) {
	t.Parallel()
	const code = `async () => { for (let i = 0; i < 5; i++) await items.echo(i); return 1 }`
	r := newRig(t, func(c *Config) { c.Limits.Calls = 3 })
	res := r.execute(execution.Request{Code: code, Limits: &execution.Limits{Calls: 100}})
	if res.Status != execution.Error || res.Failure.Reason != execution.ReasonCalls || r.items.Runs("echo") != 3 {
		t.Errorf("got %s %+v, echo ran %d times, want the executor's limit of 3", res.Status, res.Failure, r.items.Runs("echo"))
	}
}

// The text says which limit it was, how large it is, and who can raise it.
func TestLimitsSayHowToRaiseThem(t *testing.T) {
	t.Parallel()
	own := execution.Limits{Calls: 5, PendingCalls: 3, SourceBytes: 200, Stack: 100, ConsoleBytes: 100, ResultBytes: 100}
	for name, tt := range map[string]struct {
		code         string
		asked        execution.Limits
		mine, theirs string // of the executor, of the submission
	}{
		"calls": {`async () => { for (let i = 0; i < 9; i++) await items.echo(i) }`, execution.Limits{Calls: 2},
			"more than 5 calls in one execution; raise --max-calls of the executor",
			"more than 2 calls in one execution; raise limits.calls of the submission (--max-calls of the executor is 5)"},
		"timers": {`async () => { for (let i = 0; i < 9; i++) await new Promise((r) => setTimeout(r, 0)) }`, execution.Limits{Calls: 2},
			"more than 5 timers in one execution; raise --max-calls of the executor",
			"more than 2 timers in one execution; raise limits.calls of the submission (--max-calls of the executor is 5)"},
		"pending calls": {`Promise.all([1, 2, 3, 4].map((i) => items.echo(i)))`, execution.Limits{PendingCalls: 2},
			"more than 3 calls pending at once; raise --max-pending-calls of the executor",
			"more than 2 calls pending at once; raise limits.pendingCalls of the submission (--max-pending-calls of the executor is 3)"},
		"gates": {`Promise.all([1, 2, 3, 4].map((i) => items.create_item({title: "t" + i})))`, execution.Limits{PendingCalls: 2},
			"more than 3 calls pending at once", "more than 2 calls pending at once"},
		"source": {"1 //" + strings.Repeat("x", 300), execution.Limits{SourceBytes: 150},
			"304 bytes, the limit is 200; raise --max-source of the executor",
			"304 bytes, the limit is 150; raise limits.sourceBytes of the submission (--max-source of the executor is 200)"},
		"stack": {`const f = (n) => n ? f(n - 1) : 1; f(300)`, execution.Limits{Stack: 50},
			"more than 100 calls deep; raise --max-stack of the executor",
			"more than 50 calls deep; raise limits.stack of the submission (--max-stack of the executor is 100)"},
		"console": {`async () => { for (let i = 0; i < 99; i++) console.log("line " + i); throw new Error("end") }`, execution.Limits{ConsoleBytes: 50},
			"earlier lines of output dropped: the limit is 100 bytes; raise --max-console of the executor]",
			"earlier lines of output dropped: the limit is 50 bytes; raise limits.consoleBytes of the submission (--max-console of the executor is 100)]"},
		"a line": {`async () => { console.log("x".repeat(500)); throw new Error("end") }`, execution.Limits{ConsoleBytes: 50},
			strings.Repeat("x", 100) + "… [line of 500 bytes cut at the limit of 100]",
			strings.Repeat("x", 50) + "… [line of 500 bytes cut at the limit of 50]"},
		"result": {`"x".repeat(500)`, execution.Limits{ResultBytes: 50},
			"502 bytes, the limit is 100; raise --max-result of the executor",
			"502 bytes, the limit is 50; raise limits.resultBytes of the submission (--max-result of the executor is 100)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, asked := range []*execution.Limits{nil, &tt.asked} {
				want := tt.mine
				if asked != nil {
					want = tt.theirs
				}
				r := newRig(t, func(c *Config) { c.Limits = own })
				res := r.execute(execution.Request{Code: tt.code, Limits: asked})
				if got := res.Error + string(res.Value.Shown()); !strings.Contains(got, want) {
					t.Errorf("got %s %q, want %q in it", res.Status, got, want)
				}
			}
		})
	}
}

// What cannot be raised is not said to be.
func TestLimitsThatNobodyRaises(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	if res := r.run("1 //" + strings.Repeat("x", execution.MaxSourceBytes)); !strings.HasSuffix(res.Error, "the limit is 1000000; more is never stored") {
		t.Errorf("got %s %q", res.Status, res.Error)
	}
	r = newRig(t, func(c *Config) { c.MaxValueBytes, c.Limits.ResultBytes = 1000, 1<<40 })
	res := r.run(`"x".repeat(2000)`)
	if got := string(res.Value.Shown()); !strings.Contains(got, "the limit is 1000; a larger value is never recorded") {
		t.Errorf("got %s %q", res.Status, got)
	}
}

func TestSubmissionOnlyLowersTheWallClock(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		ms   int64
		want time.Duration
		text string
	}{
		"lower":  {400, 400 * time.Millisecond, "longer than 400ms; raise timeoutMs of the submission (--pass-timeout of the executor is 2s)"},
		"none":   {0, 2 * time.Second, "longer than 2s; raise --pass-timeout of the executor"},
		"higher": {60_000, 2 * time.Second, "longer than 2s; raise --pass-timeout of the executor"},
		"huge":   {1e13, 2 * time.Second, "longer than 2s; raise --pass-timeout of the executor"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, func(c *Config) { c.PassTimeout = 2 * time.Second })
				res := r.execute(execution.Request{Code: `items.sleep({ms: 3600000})`, TimeoutMs: tt.ms})
				if res.Status != execution.Error || res.Failure.Reason != execution.ReasonTimeout || res.Failure.Kind != execution.KindTimeout ||
					res.Elapsed != tt.want || !strings.HasSuffix(res.Error, tt.text) {
					t.Errorf("got %s %+v after %v, want a timeout after %v with %q", res.Status, res.Failure, res.Elapsed, tt.want, tt.text)
				}
			})
		})
	}
}

// A replay has the executor's time, and says so when that is over.
func TestReplayThatTakesTooLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		wait := func(ctx context.Context, _ connector.Call) (json.RawMessage, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		x := new(fake).on(connector.Method{Name: "read", Reexecute: true}, answers("1"))
		r := newRig(t, func(c *Config) { c.PassTimeout = 2 * time.Second }, x.named())
		r.onPass = func() {
			if r.state.Attempt == 1 {
				x.do["read"] = wait
			}
		}
		res := r.execute(execution.Request{Code: `async () => { await x.read(); await items.retry_once() }`, TimeoutMs: 500})
		if want := "replaying the journal took longer than 2s; raise --pass-timeout of the executor"; !strings.HasSuffix(res.Error, want) {
			t.Errorf("got %s %q, want %q", res.Status, res.Error, want)
		}
	})
}

func TestHugeDelaysDoNotOverflow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil)
		retry := onError(2)
		retry.InitialDelayMs, retry.MaxDelayMs = 1e13, 1e13 // as nanoseconds beyond an int64
		r.execute(execution.Request{Code: `throw new Error("no")`, Retry: retry})
		if got := r.delays[0]; got < 24*time.Hour {
			t.Errorf("delay %v", got)
		}
	})
}

// What ends up in the state fits into a message, however it is written in JSON.
func TestTextsOfAFailureAreBounded(t *testing.T) {
	t.Parallel()
	for name, code := range map[string]string{
		"of the console": `console.log("\u0001".repeat(250_000)); throw new Error("end")`,
		"of markup":      `console.log("<&>".repeat(80_000)); throw new Error("end")`,
		"of the error":   `throw new Error("\u0001<\"".repeat(300_000))`,
		"of a call":      `await items.echo(1); throw new Error("é\u2028\\\\".repeat(200_000))`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, nil)
			res := r.run(`async () => { ` + code + ` }`)
			text, err := json.Marshal([]any{res.Error, res.Failure})
			if err != nil || res.Status != execution.Error || len(text) > 400<<10 || len(text) < 64<<10 {
				t.Errorf("got %s, %d bytes of texts, %v, want most of it and at most 400 KB", res.Status, len(text), err)
			}
		})
	}
}

func TestBadLimitsOfTheExecutorAreRefused(t *testing.T) {
	t.Parallel()
	for name, l := range map[string]execution.Limits{
		"CPU time": {CPUMs: -1}, "memory": {MemoryMB: -1}, "huge memory": {MemoryMB: 1 << 50}, "stack": {Stack: -1}, "source": {SourceBytes: -1},
		"calls": {Calls: -1}, "console": {ConsoleBytes: -1}, "result": {ResultBytes: -1}, "pending calls": {PendingCalls: -1},
	} {
		if _, err := New(Config{Limits: l}); err == nil || !strings.Contains(err.Error(), "limits: ") {
			t.Errorf("%s: New = %v", name, err)
		}
	}
}

func TestReplayedCallsCountOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	res := r.execute(execution.Request{
		Code:   `async () => { await items.echo(1); await items.retry_once(); return 1 }`,
		Limits: &execution.Limits{Calls: 2, PendingCalls: 1},
	})
	r.want(res, `1`)
}

func TestSourceOfAMillionBytesIsTheMost(t *testing.T) {
	t.Parallel()
	pad := func(n int) string { return "1 /*" + strings.Repeat("x", n-6) + "*/" }
	r := newRig(t, nil)
	r.want(r.run(pad(execution.MaxSourceBytes)), `1`)
	r = newRig(t, nil)
	res := r.run(pad(execution.MaxSourceBytes + 1))
	if res.Status != execution.Error || res.Failure.Reason != execution.ReasonSource || res.Log == nil {
		t.Errorf("got %s %+v %v", res.Status, res.Failure, res.Log)
	}
}

// At the limits of calls the outcome has what was printed, and the place, as at every
// other limit.
func TestLimitsOfCallsShowTheConsole(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		code   string
		limits execution.Limits
		reason execution.Reason
		want   string // the beginning
	}{
		"calls": {"console.log('l');\nfor (let i = 0; i < 5; i++) await items.echo(i)", execution.Limits{Calls: 2}, execution.ReasonCalls,
			"more than 2 calls in one execution; raise limits.calls of the submission (--max-calls of the executor is 100000) at line 2:45\n  for (let i"},
		"timers": {"console.log('l');\nfor (;;) await new Promise((r) => setTimeout(r, 0))", execution.Limits{Calls: 2}, execution.ReasonCalls, "more than 2 timers"},
		"pending calls": {"console.log('l');\nawait Promise.all([1, 2, 3].map((i) => items.echo(i)))", execution.Limits{PendingCalls: 2}, execution.ReasonPending,
			"more than 2 calls pending at once; raise limits.pendingCalls of the submission (--max-pending-calls of the executor is 10000)"},
		"a name": {"console.log('l');\nawait items['x'.repeat(5000)](1)", execution.Limits{}, execution.ReasonLimit, "a call or step with a name of 5005 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, nil)
			res := r.execute(execution.Request{Code: tt.code, Limits: &tt.limits})
			if res.Status != execution.Error || res.Failure.Reason != tt.reason || !strings.HasPrefix(res.Error, "Code execution failed: "+tt.want) ||
				!strings.HasSuffix(res.Error, "\n\nConsole output:\nl") || strings.Join(res.Logs, "|") != "l" {
				t.Errorf("got %s %+v, logs %q\n%s", res.Status, res.Failure, res.Logs, res.Error)
			}
		})
	}
}
