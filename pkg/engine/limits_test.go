package engine

import (
	"strings"
	"testing"

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
			res := r.execute(execution.Request{Code: tt.code, Limits: &tt.limits, TimeoutMs: 3000})
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
