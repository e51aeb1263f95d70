package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/retry"
	"github.com/reprise-run/reprise/pkg/stream"
)

// Section 9: the retry of a failed pass.

// failing returns a method that asks for a retry until its n-th execution.
func failing(name string, n int, err error) tool {
	return method(name, func(_ context.Context, _ connector.Call, run int) (json.RawMessage, error) {
		if run < n {
			return nil, err
		}
		return fmt.Appendf(nil, `{"calls":%d}`, run), nil
	})
}

// again asks for a retry at once.
func again(text string) error { return retry.After(0, errors.New(text)) }

// passes checks how many there were.
func passes(want int) func(*testing.T, *rig, execution.Outcome) {
	return func(t *testing.T, r *rig, o execution.Outcome) {
		if got := r.get(o.ExecutionID).Attempt; got != want || o.Attempt != want {
			t.Errorf("%d passes (%d in the record), want %d", o.Attempt, got, want)
		}
	}
}

func TestRetry(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	once := func(name string) tool { return failing(name, 2, again("once")) }
	plain := func(name string) tool { return failing(name, 2, errors.New("plain")) }
	_, named := newTools("own", plain("plain1"), plain("plain2"), plain("plain3"), once("a"), once("b"), once("c"), once("d"), once("e"), once("f"), once("g"),
		once("off1"), once("off2"), once("declined"), once("zero"), once("js"), once("together"), once("async"), failing("always", 1000, again("still busy")))
	r.start(nil, named)
	const noDelay = `"initialDelayMs": 0`
	rows(t, r, []row{
		{name: "B123 a plain error is not retried", code: `async () => await own.plain1()`, fails: []string{"plain"}, calls: "own.plain1 failed", check: passes(1)},
		{name: "B124 nor is a timeout", code: `async () => await items.brief()`, fails: []string{"items.brief"}, calls: "items.brief failed",
			check: func(t *testing.T, r *rig, o execution.Outcome) {
				passes(1)(t, r, o)
				if o.Failure.Kind != execution.KindTimeout {
					t.Errorf("failure %+v", o.Failure)
				}
			}},
		{name: "B129 retries are off", code: `async () => await own.off1()`, retry: `false`, fails: []string{"once"}, calls: "own.off1 failed", check: passes(1)},
		{name: "B130 a policy that declines", code: `async () => await own.declined()`, retry: `{"shouldRetry": "() => false"}`, fails: []string{"once"},
			calls: "own.declined failed", check: passes(1)},
		{name: "B131 no tries are one", code: `async () => await own.zero()`, retry: `{"maxAttempts": 0}`, fails: []string{"once"}, calls: "own.zero failed", check: passes(1)},
		{name: "B135 a policy that throws", code: `async () => { console.log("l"); await own.always() }`, retry: `{"shouldRetry": "() => { throw new Error('policy down') }"}`,
			fails: []string{"Code execution failed: policy down", "\n\nConsole output:\nl"}, logs: []string{"l"}, calls: "own.always failed",
			check: func(t *testing.T, r *rig, o execution.Outcome) {
				passes(1)(t, r, o)
				if rec := r.get(o.ExecutionID); !slices.Equal(rec.Logs, []string{"l"}) || rec.Failure.Reason != execution.ReasonPolicy {
					t.Errorf("record: logs %q, failure %+v", rec.Logs, rec.Failure)
				}
			}},
		{name: "B135 a delay that throws", code: `async () => { await own.always() }`, retry: `{"delayMs": "() => { throw new Error('delay down') }"}`,
			fails: []string{"Code execution failed: delay down"}, logs: []string{}, calls: "own.always failed", check: passes(1)},
		{name: "B136 callbacks may be asynchronous", code: `async () => await own.async()`,
			retry:  `{"shouldRetry": "async (c) => { await null; return c.failure.kind === 'retryable' }", "delayMs": "async () => 0"}`,
			result: `{"calls": 2}`, calls: "own.async applied", check: passes(2)},
		{name: "B137 the code cannot swallow it", code: `async () => { let v; try { v = await own.a() } catch { return "swallowed" } return v }`, result: `{"calls": 2}`, calls: "own.a applied", check: passes(2)},
		{name: "B138 nothing is called after it", code: `async () => { try { await own.b() } catch {} await items.echo("after"); return "end" }`, result: `"end"`,
			calls: "own.b applied items.echo applied", check: passes(2)},
		{name: "B139 retries are off and the code caught it", code: `async () => { try { await own.off2() } catch {} return "went on" }`, retry: `false`, fails: []string{"once"},
			calls: "own.off2 failed", check: passes(1)},
		{name: "B140 a policy for every failure", code: `async () => await own.plain2()`, retry: `{"shouldRetry": "() => true", ` + noDelay + `}`, result: `{"calls": 2}`, calls: "own.plain2 applied", check: passes(2)},
		{name: "B140 errors of the code", code: `async () => { throw new Error("mine") }`, retry: `{"on": ["error"], ` + noDelay + `}`, fails: []string{"mine"}, logs: []string{}, check: passes(3)},
		{name: "B140 errors of syntax", code: `async () => {`, retry: `{"on": ["error"], ` + noDelay + `}`, fails: []string{"SyntaxError"}, check: passes(3)},
		{name: "B140 a caught error is no failed pass", code: `async () => { try { await own.plain3() } catch (e) { return e.message } }`, retry: `{"on": ["error"], ` + noDelay + `}`,
			result: `"plain"`, calls: "own.plain3 failed", check: passes(1)},
		{name: "B142 tries are counted for all calls", code: `async () => [await own.c(), await own.d(), await own.e()]`, fails: []string{"once"},
			calls: "own.c applied own.d applied own.e failed", check: passes(3)},
		{name: "B145 one of several together", code: `async () => await Promise.all([items.echo(1), own.together(), items.echo(2)])`, result: `[1, {"calls": 2}, 2]`,
			calls: "items.echo applied own.together applied items.echo applied", check: passes(2)},
		{name: "B147 lines of the last pass", code: `async () => { console.log("l"); return await own.f() }`, result: `{"calls": 2}`, logs: []string{"l"}, calls: "own.f applied", check: passes(2)},
	})
}

func TestB125B128RetriedCall(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.run(`async () => await items.retry_once()`)
	r.completed(o, `{"calls": 2}`)
	r.entries(o.Calls, "items.retry_once applied")
	r.runs(map[string]int{"retry_once": 2})
}

func TestB124B126RetriesAreExhausted(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.run(`async () => { console.log("l"); await items.retry_always() }`)
	r.failed(o, "still busy")
	r.runs(map[string]int{"retry_always": 3})
	if rec := r.get(o.ExecutionID); !slices.Equal(o.Logs, []string{"l"}) || !slices.Equal(rec.Logs, []string{"l"}) || o.Failure.Kind != execution.KindRetryable {
		t.Errorf("logs %q, in the record %q, failure %+v", o.Logs, rec.Logs, o.Failure)
	}
}

func TestB127RetryReplaysTheRest(t *testing.T) {
	t.Parallel()
	r := up(t)
	id := execution.NewID(time.Now())
	o := r.request(execution.Request{ID: id, Code: `async () => { const before = await items.checkpoint_read(); return {before, retried: await items.retry_once()} }`})
	r.completed(o, `{"before": {"reads": 1}, "retried": {"calls": 2}}`)
	r.entries(o.Calls, "items.checkpoint_read applied items.retry_once applied")
	r.runs(map[string]int{"checkpoint_read": 1, "retry_once": 2})
	if o.ExecutionID != id || o.Calls[0].Seq != 0 || o.Calls[1].Seq != 1 {
		t.Errorf("id %s, calls %+v", o.ExecutionID, o.Calls)
	}
}

// A policy that makes no sense ends the execution with an error that names the field.
func TestB131BadPolicies(t *testing.T) {
	t.Parallel()
	r := up(t)
	for retry, field := range map[string]string{
		`{"maxAttempts": -3}`: "retry.maxAttempts", `{"maxAttempts": 2.9}`: "retry.maxAttempts", `{"maxAttempts": "3"}`: "retry.maxAttempts",
		`{"maxAttempts": 1e99}`: "retry.maxAttempts", `{"initialDelayMs": -1}`: "retry.initialDelayMs", `{"on": ["never"]}`: "retry.on", `{"tries": 2}`: "retry.tries",
	} {
		id := execution.NewID(time.Now())
		body := fmt.Sprintf(`{"id": %q, "code": "1", "retry": %s}`, id, retry)
		if _, err := r.server.JetStream().Publish(t.Context(), stream.SubmitSubject("default"), []byte(body)); err != nil {
			t.Fatal(err)
		}
		if rec := r.reach(id, execution.Error); !strings.Contains(rec.Error, field) || rec.Failure.Reason != execution.ReasonRequest {
			t.Errorf("%s: error %q, failure %+v", retry, rec.Error, rec.Failure)
		}
	}
}

// The connector's delay counts, else one that doubles from 500 ms up to 10 s.
func TestB132B133Delays(t *testing.T) {
	t.Parallel()
	after := func(d time.Duration) error { return &retry.Error{After: d, Err: errors.New("later")} }
	for name, tt := range map[string]struct {
		err    error
		policy string
		try    int // whose delay it is, from 1
		want   int64
	}{
		"B132 the connector's":           {after(250 * time.Millisecond), `{}`, 1, 250},
		"B132 the connector's, negative": {after(-5 * time.Millisecond), `{}`, 1, 0},
		"B132 the first":                 {after(0), `{}`, 1, 500},
		"B132 the second":                {after(0), `{}`, 2, 1000},
		"B132 the longest":               {after(0), `{"initialDelayMs": 60000}`, 1, 10000},
		"B133 a callback's":              {after(250 * time.Millisecond), `{"delayMs": "c => c.attempt * 7 + (c.failure.retryAfterMs === 250)"}`, 1, 8},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			_, named := newTools("own", failing("busy", 100, tt.err))
			r.start(nil, named)
			w := r.watch("")
			r.begin(execution.Request{Code: `async () => await own.busy()`, Retry: policy(t, tt.policy)})
			if e := w.body(t, execution.EventRetrying, tt.try).(*execution.RetryingEvent); e.DelayMs != tt.want {
				t.Errorf("delay %d ms, want %d", e.DelayMs, tt.want)
			}
		})
	}
}

// Both callbacks get the same: what failed, which try that was, and the execution so far.
func TestB133B134ContextOfThePolicy(t *testing.T) {
	t.Parallel()
	r := up(t)
	const tell = `c => { if (c.attempt < 2) return 1; throw new Error(JSON.stringify(c)) }`
	for field, policyText := range map[string]string{
		"shouldRetry": fmt.Sprintf(`{"shouldRetry": %q, "delayMs": "() => 0"}`, tell),
		"delayMs":     fmt.Sprintf(`{"shouldRetry": "() => true", "delayMs": %q}`, tell),
	} {
		o := r.request(execution.Request{Code: `async () => { await items.echo(1); await items.retry_always() }`, Retry: policy(t, policyText)})
		var c struct {
			ExecutionID execution.ID `json:"executionId"`
			Attempt     int          `json:"attempt"`
			Failure     execution.Failure
			Execution   execution.Record
		}
		if err := json.Unmarshal([]byte(o.Failure.Message), &c); err != nil {
			t.Fatalf("%s: error %q: %v", field, o.Error, err)
		}
		if c.ExecutionID != o.ExecutionID || c.Attempt != 2 || c.Failure.Kind != execution.KindRetryable || c.Failure.Message != "still busy" {
			t.Errorf("%s: context %+v", field, c)
		}
		if c.Failure.RetryAfterMs == nil || *c.Failure.RetryAfterMs != 0 || c.Execution.Status != execution.Running {
			t.Errorf("%s: failure %+v, status %s", field, c.Failure, c.Execution.Status)
		}
		r.entries(c.Execution.Calls, "items.echo applied items.retry_always executing")
	}
}

// Nothing is called in a pass in which a call asked for a retry, and a gate there does
// not pause the execution.
func TestB138GateAfterARetryWasAskedFor(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.request(execution.Request{Code: `async () => { try { await items.retry_always() } catch {} await items.create_item({}); await items.echo(1) }`})
	r.failed(o, "still busy")
	r.entries(o.Calls, "items.retry_always failed")
	r.runs(map[string]int{"retry_always": 3, "echo": 0, "create_item": 0})
}

// A pass that timed out is retried where the policy says so.
func TestB141RetryOfATimeout(t *testing.T) {
	t.Parallel()
	r, h := newRig(t), newHeld(t)
	own, named := newTools("own", slowOnce(h, false))
	r.start(nil, named)
	o := r.request(execution.Request{Code: `async () => await own.slow()`, TimeoutMs: soonOver, Retry: policy(t, `{"on": ["timeout"], "initialDelayMs": 0}`)})
	r.completed(o, `{"call": 2}`)
	if n := own.Runs("slow"); n != 2 {
		t.Errorf("ran %d times, want 2", n)
	}
}

// slowOnce is a method whose first execution is held.
func slowOnce(h *held, listens bool) tool {
	return method("slow", func(ctx context.Context, _ connector.Call, run int) (json.RawMessage, error) {
		if run == 1 {
			if err := h.wait(ctx, listens); err != nil {
				return nil, err
			}
		}
		return fmt.Appendf(nil, `{"call":%d}`, run), nil
	})
}

func TestB143ApprovalStartsTheTriesAnew(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	_, named := newTools("own", failing("before", 3, again("busy")), failing("after", 3, again("busy")))
	r.start(nil, named)
	o := r.paused(`async () => { await own.before(); await items.create_item({}); return await own.after() }`)
	o = r.approve(o.ExecutionID)
	r.completed(o, `{"calls": 3}`)
	if o.Attempt != 6 {
		t.Errorf("%d passes, want 6", o.Attempt)
	}
}

func TestB144ApprovedCallIsRetriedWithoutAsking(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	pay := failing("pay", 2, again("busy"))
	pay.RequiresApproval = true
	own, named := newTools("own", pay)
	r.start(nil, named)
	o := r.approve(r.paused(`async () => await own.pay()`).ExecutionID)
	r.completed(o, `{"calls": 2}`)
	r.entries(o.Calls, "own.pay applied")
	if n := own.Runs("pay"); n != 2 {
		t.Errorf("ran %d times, want 2", n)
	}
}

// When the next pass is waited for, the failed one has let go of everything.
func TestB148FailedPassIsOverBeforeTheDelay(t *testing.T) {
	t.Parallel()
	r, h := newRig(t), newHeld(t)
	own, named := newTools("own", slowOnce(h, false), method("busy", func(context.Context, connector.Call, int) (json.RawMessage, error) {
		<-h.entered // both are under way
		return nil, retry.After(time.Hour, errors.New("in an hour"))
	}))
	r.start(nil, named)
	w := r.watch("")
	id := r.begin(execution.Request{Code: `async () => { const s = own.slow(); await own.busy(); return await s }`})
	w.body(t, execution.EventRetrying, 1)
	if h.ctx.Err() == nil {
		t.Error("the context of a call in flight goes on")
	}
	before := r.state(id)
	h.free()
	r.completed(r.run(`async () => await own.slow()`), `{"call": 2}`) // time for the late result to do harm
	if now := r.state(id); now.Revision != before.Revision {
		t.Errorf("the late result changed the state to %+v", now.State)
	}
	if n := own.Runs("slow"); n != 2 {
		t.Errorf("ran %d times, want 2", n)
	}
}
