package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/execution"
)

// rests runs one pass, which must end with this status.
func (r *rig) rests(code string, want execution.Status) Result {
	r.t.Helper()
	res, err := r.pass(r.t.Context(), execution.Request{Code: code})
	if err != nil || res.Status != want {
		r.t.Fatalf("%s %q, %v, want %s", res.Status, res.Error, err, want)
	}
	return res
}

func TestSleepHoldsNothingAndIsDueByTheJournal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil)
		code := `async () => { await items.echo(1); const from = Date.now(); await codemode.sleep(3600_000); const to = Date.now(); await items.echo(2); return to - from }`
		began := time.Now()
		res := r.rests(code, execution.Sleeping)
		if res.Due == nil || !res.Due.Equal(began.Add(time.Hour)) || len(res.Signals) > 0 || len(res.Pending) > 0 {
			t.Fatalf("due %v, want %v", res.Due, began.Add(time.Hour))
		}
		// Whoever wakes it too early changes nothing.
		<-time.After(10 * time.Minute)
		if again := r.rests(code, execution.Sleeping); !again.Due.Equal(*res.Due) {
			t.Errorf("due %v in the second pass, want %v as in the first", again.Due, res.Due)
		}
		r.want(r.run(code), "3600000")
		if got := r.items.Runs("echo"); got != 2 {
			t.Errorf("echo ran %d times, want 2", got)
		}
		if took := time.Since(began); took != time.Hour {
			t.Errorf("it took %v, want an hour", took)
		}
	})
}

// A firing is a completion: a later pass delivers it in its place, at once.
func TestSleepThatEndedIsReplayed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil)
		res := r.run(`async () => { const log = []
			await Promise.all([codemode.sleep(2000).then(() => log.push("b")), codemode.sleep(1000).then(() => log.push("a")), codemode.sleep(new Date(Date.now() + 3000)).then(() => log.push("c"))])
			await items.retry_once(); return log.join("") + Date.now() }`)
		r.want(res, fmt.Sprintf("%q", fmt.Sprint("abc", time.Now().UnixMilli())))
		var order []string
		for _, c := range res.Log.Order {
			order = append(order, c.Ref.String())
		}
		if got, want := strings.Join(order, ", "), "sleep 1, sleep 0, sleep 2, seq 0"; got != want {
			t.Errorf("order %s, want %s", got, want)
		}
	})
}

// While something else is outstanding the pass goes on, and the sleep ends in it.
func TestSleepEndsInThePassThatRuns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil)
		r.want(r.run(`async () => { let slept = 0; const nap = codemode.sleep(200).then(() => slept = Date.now()); const from = Date.now()
			await items.sleep({ms: 500}); await nap; return slept - from }`), "200")
		if len(r.results) != 1 {
			t.Errorf("%d passes, want 1", len(r.results))
		}
	})
}

// The sleep whose time woke the execution has ended, also where the clock is behind.
func TestSleepEndsByTheTimeThatWokeIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		behind := time.Duration(0)
		r := newRig(t, func(c *Config) { c.Now = func() time.Time { return time.Now().Add(-behind) } })
		code := `async () => { const from = Date.now(); await codemode.sleep(60_000); return Date.now() - from }`
		res := r.rests(code, execution.Sleeping)
		<-time.After(time.Minute)
		behind = 30 * time.Second
		if again := r.rests(code, execution.Sleeping); !again.Due.Equal(*res.Due) {
			t.Fatalf("due %v, want %v", again.Due, res.Due)
		}
		r.due = *res.Due
		final, err := r.pass(t.Context(), execution.Request{Code: code})
		if err != nil {
			t.Fatal(err)
		}
		r.want(final, "60000")
	})
}

func TestSleepOfNoTimeEndsAtOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.want(r.run(`async () => { for (let i = 0; i < 100; i++) await codemode.sleep(0); await codemode.sleep(-5); await codemode.sleep(new Date(0)); return "done" }`), `"done"`)
	if len(r.results) != 1 {
		t.Errorf("%d passes, want 1", len(r.results))
	}
}

// A person comes before a signal and a signal before a time; the time stands beside both.
func TestWhatAnExecutionRestsFor(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{
		`codemode.sleep(5000)`: "sleeping 5s []",
		`Promise.race([codemode.sleep(9000), codemode.sleep(5000)])`: "sleeping 5s []",
		`codemode.waitFor("a")`:                    "waiting none [a]",
		`codemode.waitFor("a", {timeoutMs: 7000})`: "waiting 7s [a]",
		`Promise.all([codemode.waitFor("b"), codemode.waitFor("a"), codemode.waitFor("b")])`:    "waiting none [b a b]",
		`Promise.race([codemode.waitFor("a", {timeoutMs: 7000}), codemode.sleep(5000)])`:        "waiting 5s [a]",
		`items.create_item({title: "x"})`:                                                       "paused none []",
		`Promise.race([items.create_item({title: "x"}), codemode.sleep(5000)])`:                 "paused 5s []",
		`Promise.all([items.create_item({}), codemode.waitFor("a"), codemode.sleep(5000)])`:     "paused 5s [a]",
		`Promise.all([items.supplied({}), codemode.waitFor("a", {timeoutMs: 1})])`:              "paused 1ms [a]",
		`Promise.race([items.create_item({}), codemode.waitFor("a", {timeoutMs: 0})])`:          "error none []",
		`Promise.race([codemode.sleep(1e9), codemode.waitFor("a", {timeoutMs: 24 * 3600000})])`: "waiting 24h0m0s [a]",
	} {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t, nil)
			began := time.Now()
			res, err := r.pass(t.Context(), execution.Request{Code: `async () => await ` + code})
			if err != nil {
				t.Fatal(err)
			}
			due := "none"
			if res.Due != nil {
				due = res.Due.Sub(began).String()
			}
			if got := fmt.Sprintf("%s %s %v", res.Status, due, res.Signals); got != want {
				t.Errorf("%s: %s (%s), want %s", code, got, res.Error, want)
			}
		})
	}
}

// Code that does something else than the journal says has diverged.
func TestWaitsThatLeaveTheJournalEndTheExecution(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ first, second, want string }{
		"no sleep":        {`await codemode.sleep(0)`, ``, "divergence at sleep 0"},
		"a timer":         {`await codemode.sleep(0)`, `await new Promise((r) => setTimeout(r, 1))`, "divergence at sleep 0"},
		"no wait":         {`try { await codemode.waitFor("a", {timeoutMs: 0}) } catch {}`, ``, "divergence at signal 0"},
		"another signal":  {`try { await codemode.waitFor("a", {timeoutMs: 0}) } catch {}`, `try { await codemode.waitFor("b", {timeoutMs: 0}) } catch {}`, `recorded "a", but the code now asks for "b"`},
		"no snippet":      {`await codemode.run("one")`, ``, "divergence at snippet 0"},
		"another snippet": {`await codemode.run("one")`, `await codemode.run("two")`, `recorded "one", but the code now asks for "two"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(c *Config) { c.Snippets = snippets("one", "() => 1", "two", "() => 2") })
			res := r.twice(`async () => { `+tt.first+`; await items.retry_once() }`, `async () => { `+tt.second+`; await items.retry_once() }`)
			if res.Status != execution.Error || res.Failure.Reason != execution.ReasonDivergence || !strings.Contains(res.Error, tt.want) {
				t.Errorf("%s %q, want a divergence with %q", res.Status, res.Error, tt.want)
			}
		})
	}
}

// A failure from which the code went on by a wait cannot be forgotten alone.
func TestFailureThatWasActedOnByASleepIsNotForgotten(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	res := r.execute(execution.Request{
		Code:  `async () => { try { await items.boom() } catch (e) { await codemode.sleep(0); throw e } }`,
		Retry: &execution.Retry{MaxAttempts: 3, On: []execution.Kind{execution.KindError}, InitialDelayMs: 1, MaxDelayMs: 1},
	})
	if res.Status != execution.Error || res.Failure.Reason != execution.ReasonCall || r.items.Runs("boom") != 1 {
		t.Errorf("%s %q after %d calls, want error after 1", res.Status, res.Error, r.items.Runs("boom"))
	}
}

// Waits count among what is pending at once, and are bounded as calls are.
func TestWaitsAreBounded(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]execution.Reason{
		`Promise.all(Array.from({length: 11}, () => codemode.sleep(1e6)))`:                                                                execution.ReasonPending,
		`Promise.all(Array.from({length: 11}, () => codemode.waitFor("a")))`:                                                              execution.ReasonPending,
		`Promise.all(Array.from({length: 11}, () => codemode.run("one")))`:                                                                execution.ReasonPending,
		`(async () => { for (let i = 0; i < 21; i++) await codemode.sleep(0) })()`:                                                        execution.ReasonCalls,
		`(async () => { for (let i = 0; i < 21; i++) await codemode.run("one") })()`:                                                      execution.ReasonCalls,
		`Promise.all([...Array.from({length: 6}, () => codemode.sleep(1e6)), ...Array.from({length: 5}, () => items.sleep({ms: 1000}))])`: execution.ReasonPending,
	} {
		r := newRig(t, func(c *Config) { c.Snippets = snippets("one", "() => 1") })
		res := r.execute(execution.Request{Code: `async () => await ` + code, Limits: &execution.Limits{Calls: 20, PendingCalls: 10}})
		if res.Status != execution.Error || res.Failure.Reason != want {
			t.Errorf("%s: %s %q, want error %s", code, res.Status, res.Error, want)
		}
	}
	r := newRig(t, nil)
	res := r.run(`async () => await Promise.all(Array.from({length: 501}, () => codemode.waitFor("a")))`)
	if res.Status != execution.Error || res.Failure.Reason != execution.ReasonPending {
		t.Errorf("501 waits: %s %q, want error pending_calls", res.Status, res.Error)
	}
}

// A drained pass hands over: what has ended stays so, and the rest is due when it was.
func TestDrainedSleepIsDueWhenItWas(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		x := new(fake).on(connector.Method{Name: "hang"}, func(ctx context.Context, _ connector.Call) (json.RawMessage, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		})
		r := newRig(t, nil, x.named())
		code := `async () => { await codemode.sleep(1000); const later = codemode.sleep(60_000); await Promise.race([later, x.hang()]); return Date.now() }`
		ctx, drain := context.WithCancelCause(t.Context())
		first := r.rests(code, execution.Sleeping)
		<-time.After(time.Until(*first.Due))
		time.AfterFunc(10*time.Second, func() { drain(ErrDrain) })
		res, err := r.pass(ctx, execution.Request{Code: code})
		if err != nil || res.Status != execution.Queued {
			t.Fatalf("%s %q, %v, want queued", res.Status, res.Error, err)
		}
		r.want(r.run(code), fmt.Sprint(first.Due.Add(time.Minute).UnixMilli()))
	})
}
