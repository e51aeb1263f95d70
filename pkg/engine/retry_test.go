package engine

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
)

func TestRetryReplaysWhatWasApplied(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.want(r.run(`async () => { const before = await items.checkpoint_read(); const retried = await items.retry_once(); return {before, retried} }`),
		`{"before":{"reads":1},"retried":{"calls":2}}`)
	if n := r.items.Runs("checkpoint_read"); n != 1 {
		t.Errorf("checkpoint_read ran %d times, want 1", n)
	}
	got := r.entries()
	if len(got) != 2 || got[0].State != execution.Applied || got[1].State != execution.Applied || got[1].Seq != 1 {
		t.Errorf("entries %+v", got)
	}
	if r.state.Attempt != 2 || r.state.Try != 2 {
		t.Errorf("attempt %d, try %d, want 2 and 2", r.state.Attempt, r.state.Try)
	}
}

func TestRetriesAreExhausted(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	res := r.run(`async () => { console.log("pass"); await items.retry_always() }`)
	if res.Status != execution.Error || !strings.HasPrefix(res.Error, "Code execution failed: still busy") || !strings.HasSuffix(res.Error, "Console output:\npass") {
		t.Errorf("got %s %q", res.Status, res.Error)
	}
	if n := r.items.Runs("retry_always"); n != 3 {
		t.Errorf("ran %d times, want 3", n)
	}
	if res.Failure.Kind != execution.KindRetryable || res.Failure.Reason != execution.ReasonRetries {
		t.Errorf("failure %+v", res.Failure)
	}
	if e := r.entries()[0]; e.State != execution.Failed || e.Error.Message != "still busy" {
		t.Errorf("entry %+v", e)
	}
}

func TestRetryPolicies(t *testing.T) {
	t.Parallel()
	retry := func(change func(*execution.Retry)) *execution.Retry {
		p := &execution.Retry{MaxAttempts: -1, InitialDelayMs: -1, MaxDelayMs: -1}
		change(p)
		return p
	}
	on := func(n int, kinds ...execution.Kind) *execution.Retry {
		return retry(func(p *execution.Retry) { p.MaxAttempts, p.On = n, kinds })
	}
	for name, tt := range map[string]struct {
		retry  *execution.Retry
		code   string
		method string
		runs   int
		status execution.Status
		text   string
	}{
		"off":                       {&execution.Retry{Off: true}, `items.retry_once()`, "retry_once", 1, execution.Error, "try again"},
		"zero":                      {on(0, execution.KindRetryable), `items.retry_once()`, "retry_once", 1, execution.Error, "try again"},
		"two":                       {retry(func(p *execution.Retry) { p.MaxAttempts = 2 }), `items.retry_always()`, "retry_always", 2, execution.Error, "still busy at line 1:19\n  items.retry_always()"},
		"not this kind":             {on(3, execution.KindTimeout), `items.retry_once()`, "retry_once", 1, execution.Error, "try again"},
		"a plain error":             {on(3, execution.KindError), `items.boom_once()`, "boom_once", 2, execution.Completed, ""},
		"a plain error, by default": {nil, `items.boom_once()`, "boom_once", 1, execution.Error, "connector boom"},
		"a caught error is none":    {on(3, execution.KindError), `async () => { try { await items.boom() } catch {} return 1 }`, "boom", 1, execution.Completed, ""},
		"declined by code":          {retry(func(p *execution.Retry) { p.ShouldRetry = `() => false` }), `items.retry_once()`, "retry_once", 1, execution.Error, "try again"},
		"accepted by code":          {retry(func(p *execution.Retry) { p.ShouldRetry = `async ({failure}) => failure.kind === "error"` }), `items.boom_once()`, "boom_once", 2, execution.Completed, ""},
		"code cannot exceed":        {retry(func(p *execution.Retry) { p.MaxAttempts, p.ShouldRetry = 2, `() => true` }), `items.retry_always()`, "retry_always", 2, execution.Error, "still busy"},
		"code that throws":          {retry(func(p *execution.Retry) { p.ShouldRetry = `() => { throw new Error("policy broke") }` }), `items.retry_once()`, "retry_once", 1, execution.Error, "Code execution failed: policy broke at line 1:15 of retry.shouldRetry\n  () => { throw new Error(\"policy broke\") }"},
		"a delay that throws":       {retry(func(p *execution.Retry) { p.DelayMs = `() => { throw new Error("delay broke") }` }), `items.retry_once()`, "retry_once", 1, execution.Error, "Code execution failed: delay broke at line 1:15 of retry.delayMs\n  () => {"},
		"code that does not parse":  {retry(func(p *execution.Retry) { p.ShouldRetry = `() => {` }), `items.retry_once()`, "retry_once", 0, execution.Error, "retry.shouldRetry"},
		"caught all the same":       {nil, `async () => { try { return await items.retry_once() } catch { return "caught" } }`, "retry_once", 2, execution.Completed, ""},
		"caught, and off":           {&execution.Retry{Off: true}, `async () => { try { await items.retry_once() } catch {} return 1 }`, "retry_once", 1, execution.Error, "try again"},
		"one of several":            {nil, `Promise.all([items.list_items(), items.retry_once(), items.echo(1)])`, "retry_once", 2, execution.Completed, ""},
		"a syntax error":            {on(2, execution.KindError), `async () => { const = }`, "none", 0, execution.Error, "SyntaxError"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, nil)
			res := r.execute(execution.Request{Code: tt.code, Retry: tt.retry})
			if res.Status != tt.status || !strings.Contains(res.Error, tt.text) {
				t.Errorf("got %s %q, want %s %q", res.Status, res.Error, tt.status, tt.text)
			}
			if n := r.items.Runs(tt.method); n != tt.runs {
				t.Errorf("%s ran %d times, want %d", tt.method, n, tt.runs)
			}
		})
	}
}

func TestTriesCountPerExecutionNotPerCall(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	res := r.run(`async () => { await items.retry_once(); await items.retry_twice(); }`)
	if res.Status != execution.Error {
		t.Errorf("got %s: 1 + 2 failures use up 3 tries", res.Status)
	}
}

func TestDelays(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		retry *execution.Retry
		code  string
		want  time.Duration
	}{
		"asked":        {nil, `items.retry_later({ms: 250})`, 250 * time.Millisecond},
		"negative":     {nil, `items.retry_later({ms: -5})`, 0},
		"hours":        {nil, `items.retry_later({ms: 7200000})`, 2 * time.Hour},
		"the longest":  {nil, `Promise.all([items.retry_later({ms: 300}), items.retry_once()])`, 300 * time.Millisecond},
		"by code":      {&execution.Retry{MaxAttempts: -1, InitialDelayMs: -1, MaxDelayMs: -1, DelayMs: `({attempt, failure}) => attempt * 10 + failure.retryAfterMs`}, `items.retry_later({ms: 7})`, 17 * time.Millisecond},
		"code says no": {&execution.Retry{MaxAttempts: -1, InitialDelayMs: -1, MaxDelayMs: -1, DelayMs: `() => NaN`}, `items.retry_later({ms: 7})`, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, nil)
			r.execute(execution.Request{Code: tt.code, Retry: tt.retry})
			if len(r.delays) == 0 || r.delays[0] != tt.want {
				t.Errorf("delays %v, want %v first", r.delays, tt.want)
			}
		})
	}
}

func TestPolicyGetsItsContext(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	const policy = `(c) => { throw new Error(JSON.stringify([c.executionId.length, c.attempt, c.failure.kind, c.failure.message, c.failure.retryAfterMs,
		c.execution.status, c.execution.calls.map(e => e.method + " " + e.state)])) }`
	res := r.execute(execution.Request{
		Code:  `async () => { await items.list_items(); await items.retry_once() }`,
		Retry: &execution.Retry{MaxAttempts: -1, InitialDelayMs: -1, MaxDelayMs: -1, ShouldRetry: policy},
	})
	want := `[26,1,"retryable","try again",0,"running",["list_items applied","retry_once executing"]]`
	if !strings.Contains(res.Error, want) {
		t.Errorf("context %q, want %s", res.Error, want)
	}
}

func TestNoCallOrStepStartsAfterARetryWasAskedFor(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	res := r.execute(execution.Request{
		Code:  `async () => { try { await items.retry_always() } catch {} await codemode.step("s", () => 1); await items.echo(1); await items.create_item({}) }`,
		Retry: &execution.Retry{Off: true},
	})
	if res.Status != execution.Error || r.items.Runs("echo") != 0 || len(r.entries()) != 1 {
		t.Errorf("got %s, %d entries, echo ran %d times", res.Status, len(r.entries()), r.items.Runs("echo"))
	}
}

func TestCallsInFlightGetTheirGrace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, func(c *Config) { c.Grace = 5 * time.Second })
		r.want(r.run(`Promise.all([items.sleep({ms: 40}), items.retry_once()]).then(() => 1)`), `1`)
		if n := r.items.Runs("sleep"); n != 1 {
			t.Errorf("sleep ran %d times, want 1: it arrived within the grace", n)
		}
		r = newRig(t, func(c *Config) { c.Grace = 10 * time.Millisecond })
		r.want(r.run(`Promise.all([items.abortable_slow_once(), items.retry_once()]).then(() => 1)`), `1`)
		synctest.Wait()
		if n := r.items.Runs("abortable_slow_once"); n != 2 || r.items.Aborts() != 1 {
			t.Errorf("ran %d times, %d aborts, want 2 and 1: the grace was over", n, r.items.Aborts())
		}
	})
}

func TestTimeouts(t *testing.T) {
	t.Parallel()
	on := &execution.Retry{MaxAttempts: -1, InitialDelayMs: -1, MaxDelayMs: -1, On: []execution.Kind{execution.KindTimeout, execution.KindRetryable}}
	for name, tt := range map[string]struct {
		retry  *execution.Retry
		code   string
		ms     int64
		status execution.Status
		text   string
	}{
		"of the pass":          {nil, `async () => { console.log("l"); await items.sleep({ms: 5000}) }`, 30, execution.Error, "Code execution failed: Execution timed out: the pass took longer than 30ms; raise timeoutMs of the submission (--pass-timeout of the executor is 1m0s)\n\nConsole output:\nl"},
		"of a loop":            {nil, `for (;;) {}`, 30, execution.Error, "Code execution failed: Execution timed out"},
		"retried when asked":   {on, `items.abortable_slow_once()`, 200, execution.Completed, ""},
		"of a call":            {nil, `items.brief()`, 5000, execution.Error, "Code execution failed: "},
		"of a call, retried":   {on, `items.brief()`, 5000, execution.Completed, ""},
		"of a call, caught":    {nil, `async () => { try { await items.brief() } catch (e) { return e.name } }`, 5000, execution.Completed, ""},
		"deaf connector, late": {on, `items.slow_once()`, 20, execution.Completed, ""},
	} {
		check := func(t *testing.T) {
			r := newRig(t, nil)
			res := r.execute(execution.Request{Code: tt.code, TimeoutMs: tt.ms, Retry: tt.retry})
			if res.Status != tt.status || !strings.HasPrefix(res.Error, tt.text) {
				t.Errorf("got %s %q, want %s %q", res.Status, res.Error, tt.status, tt.text)
			}
			if res.Status == execution.Error && res.Failure.Kind != execution.KindTimeout {
				t.Errorf("failure %+v, want kind timeout", res.Failure)
			}
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if name == "of a loop" { // no fake time goes by while code runs
				check(t)
				return
			}
			synctest.Test(t, func(t *testing.T) {
				check(t)
				<-time.After(time.Minute) // until a deaf call has ended too
			})
		})
	}
}
