package engine

import (
	"context"
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// sees shows everything that might differ from pass to pass to a connector: if it
// did, the arguments would diverge.
const sees = `async () => {
	const all = []
	const look = () => {
		const v = [Math.random(), crypto.randomUUID(), Date.now(), new Date().toISOString(), Date(), performance.now(),
			[...crypto.getRandomValues(new Uint8Array(4))]]
		all.push(v)
		return items.echo(v)
	}
	await look()
	await items.sleep({ms: 7})
	await look()
	await new Promise((r) => setTimeout(r, 13))
	await look()
	await Promise.all([items.sleep({ms: 5}), items.sleep({ms: 3})].map((p) => p.then(look)))
	await codemode.step("s", async () => { Math.random(); await new Promise((r) => setTimeout(r, 11)); return Date.now() })
	await look()
	try { await items.boom() } catch { await look() }
	let n = 0
	await new Promise((r) => { const t = setInterval(() => { look(); if (++n === 3) { clearInterval(t); r() } }, 2) })
	const dead = setTimeout(() => look(), 1)
	clearTimeout(dead)
	await items.retry_once()
	await look()
	return all.length
}`

func TestChanceAndTimeReplayIdentically(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		count := &cutStore{Store: journal.NewMem()}
		r := newRig(t, func(c *Config) { c.Store = count })
		r.want(r.run(sees), `11`)
		for cut := 1; cut <= count.appends; cut++ {
			for _, after := range []bool{false, true} {
				r := newRig(t, func(c *Config) { c.Store = &cutStore{Store: journal.NewMem(), cutAt: cut, after: after} })
				if res := r.run(sees); res.Status != execution.Completed {
					t.Errorf("cut at record %d, after the write: %v: %s %q", cut, after, res.Status, res.Error)
				}
			}
		}
	})
}

func TestExecutionsDrawDifferently(t *testing.T) {
	t.Parallel()
	const code = `() => [Math.random(), crypto.randomUUID()]`
	a, b := newRig(t, nil), newRig(t, nil)
	if x, y := string(a.run(code).Value.Shown()), string(b.run(code).Value.Shown()); x == y {
		t.Errorf("two executions drew the same: %s", x)
	}
}

func TestClockInTheSandboxIsThatOfTheLastCompletion(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil)
		r.want(r.run(`async () => {
			const start = Date.now()
			await items.sleep({ms: 40})
			const one = Date.now() - start
			await codemode.step("s", () => new Promise((r) => setTimeout(r, 25)))
			return [one, Date.now() - start]
		}`), `[40,65]`)
	})
}

// What a pass has waited for is not waited for again.
func TestTimersThatFiredReplayAtOnce(t *testing.T) {
	t.Parallel()
	for name, code := range map[string]string{
		"a timeout":   `async () => { await new Promise((r) => setTimeout(r, 300)); await items.retry_once(); return 1 }`,
		"an interval": `async () => { let n = 0; await new Promise((r) => { const t = setInterval(() => { if (++n === 3) { clearInterval(t); r() } }, 100) }); await items.retry_once(); return n - 2 }`,
		"in a step":   `async () => { await codemode.step("s", () => new Promise((r) => setTimeout(r, 300))); await items.retry_once(); return 1 }`,
		"cleared":     `async () => { const t = setTimeout(() => items.boom(), 100); await new Promise((r) => setTimeout(r, 50)); clearTimeout(t); await new Promise((r) => setTimeout(r, 250)); await items.retry_once(); return 1 }`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, nil)
				r.want(r.run(code), `1`)
				if got, want := r.results[0].Elapsed, 300*time.Millisecond; got != want {
					t.Errorf("first pass took %v, want %v", got, want)
				}
				if got := r.results[1].Elapsed; got != 0 {
					t.Errorf("second pass took %v, want no time", got)
				}
				if n := r.items.Runs("boom"); n != 0 {
					t.Errorf("a cleared timer fired %d times", n)
				}
			})
		})
	}
}

func TestTimerUnderWayWaitsOnlyTheRest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil)
		start := time.Now()
		r.want(r.run(`async () => { const t = new Promise((r) => setTimeout(r, 300)); await items.sleep({ms: 100}); await items.retry_once(); await t; return 1 }`), `1`)
		if got, want := time.Since(start), 300*time.Millisecond; got != want {
			t.Errorf("both passes took %v, want %v", got, want)
		}
	})
}

// The journal says who won, whatever the latencies of the second pass are.
func TestRaceIsDecidedByTheJournal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		x := new(fake).on(connector.Method{Name: "work"}, func(ctx context.Context, call connector.Call) (json.RawMessage, error) {
			wait := map[string]time.Duration{`"a"`: 10 * time.Millisecond, `"b"`: 20 * time.Millisecond}[string(call.Args)]
			if call.Attempt > 1 {
				wait = 0
			}
			select {
			case <-time.After(wait):
				return call.Args, nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		})
		r := cutAfter(t, 2, x.named()) // a has won; b is in flight
		r.want(r.run(`async () => { const p = ["a", "b"].map((v) => x.work(v)); const first = await Promise.race(p.toReversed()); await items.echo(first); await Promise.all(p); return first }`), `"a"`)
		if r.state.Attempt != 2 {
			t.Errorf("%d passes, want 2", r.state.Attempt)
		}
	})
}

// The time that a replay takes does not count against the timeout of a pass.
func TestReplayIsNotTimed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, func(c *Config) { c.Store = &slowValues{journal.NewMem()} })
		res := r.execute(execution.Request{
			Code: `async () => { await items.echo(1); await items.echo(2); await items.retry_once(); await items.sleep({ms: 30}); return 1 }`, TimeoutMs: 50,
		})
		r.want(res, `1`)
	})
}

// slowValues takes a while to fetch a value, as one does that was offloaded.
type slowValues struct{ *journal.Mem }

func (s *slowValues) Resolve(ctx context.Context, key journal.Key, v journal.Value) (json.RawMessage, error) {
	time.Sleep(20 * time.Millisecond)
	return s.Mem.Resolve(ctx, key, v)
}
