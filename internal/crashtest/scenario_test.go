package crashtest

import (
	"cmp"
	"crypto/rand"
	"encoding/json"
	"testing"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
)

// scenario is one way that an execution goes, and thereby some rows of the table of
// transitions.
type scenario struct {
	name  string
	rows  string // of the table in ARCHITECTURE that a cut run takes
	code  string
	retry *execution.Retry
	delay time.Duration // before the start
	body  string        // in place of all these
	ends  execution.Status

	// parks says that the execution waits on a schedule, which the test then
	// finds and makes due.
	parks bool

	// signals are the values that are sent one by one when the execution waits for `go`.
	signals []string

	// rough says that runs of a method differ in their results.
	rough bool

	// stops is the code with which the scenario is drained: its calls take time.
	stops string
}

func scenarios() []scenario {
	quick := &execution.Retry{MaxAttempts: 4, InitialDelayMs: 50, MaxDelayMs: 100}
	return []scenario{
		{
			name: "sequential", rows: "1-4, 6, 9", ends: execution.Completed,
			code:  `async () => { let s = 0; for (const x of [1, 2, 3]) s += await items.echo(x); return s }`,
			stops: `async () => { let s = 0; for (const x of [1, 2, 3]) s += (await items.sleep({ms: 80, x})).x; return s }`,
		},
		{
			name: "parallel", rows: "1-4, 6", ends: execution.Completed,
			code: `async () => { const a = await Promise.all([40, 5, 20].map((ms) => items.sleep({ms}))); ` +
				`return [await items.echo("end"), ...a.map((x) => x.ms)] }`,
			stops: `async () => { const a = await Promise.all([120, 30, 60].map((ms) => items.sleep({ms}))); ` +
				`return [await items.echo("end"), ...a.map((x) => x.ms)] }`,
		},
		{
			name: "steps and timers", rows: "1-4, 6", ends: execution.Completed,
			code: `async () => { const a = await codemode.step("one", async () => 1); await new Promise((r) => setTimeout(r, 20)); ` +
				`return [a, await items.echo(2), await codemode.step("three", async () => 3)] }`,
		},
		{
			name: "caught error", rows: "1-4, 6", ends: execution.Completed,
			code: `async () => { let m; try { await items.boom() } catch (e) { m = e.message } return [m, await items.echo(1)] }`,
		},
		{
			name: "short retry", rows: "5a, 8, 11", ends: execution.Completed, retry: quick, rough: true,
			code:  `async () => { await items.echo(1); await items.retry_twice(); return await items.echo(2) }`,
			stops: `async () => { await items.sleep({ms: 60}); await items.retry_twice(); return await items.sleep({ms: 60}) }`,
		},
		{
			name: "long retry", rows: "5b, 8, 10, 11", ends: execution.Completed, parks: true,
			code: `async () => { await items.echo(1); return [await lab.later(), await items.echo(2)] }`,
		},
		{
			name: "large value", rows: "1-4, 6", ends: execution.Completed,
			code: `async () => { const big = await items.big_result(); return [big.length, await items.echo(1)] }`,
		},
		{
			name: "paused", rows: "5d, 9", ends: execution.Paused,
			code: `async () => { await items.echo(1); return await items.create_item({title: "a"}) }`,
		},
		{
			name: "error", rows: "4, 9", ends: execution.Error,
			code: `async () => { await items.echo(1); await items.boom() }`,
		},
		{name: "malformed", rows: "15, 9", ends: execution.Error, body: `{"code": 1}`},
		{
			name: "short sleep", rows: "5e, 8, 11", ends: execution.Completed,
			code:  `async () => { await items.echo(1); await codemode.sleep(300); await codemode.sleep(400); return await items.echo(2) }`,
			stops: `async () => { await items.sleep({ms: 60}); await codemode.sleep(300); return await items.sleep({ms: 60}) }`,
		},
		{
			name: "long sleep", rows: "5f, 8, 10, 11", ends: execution.Completed,
			code: `async () => { await items.echo(1); await codemode.sleep(2600); return await items.echo(2) }`,
		},
		{
			name: "signals", rows: "5d, 5f, 16, 17", ends: execution.Completed, signals: []string{`1`, `2`},
			code: `async () => { const a = await codemode.waitFor("go"); await items.echo(a); return [a, await codemode.waitFor("go", {timeoutMs: 3600_000})] }`,
		},
		{
			name: "wait that times out", rows: "5f, 8, 10, 11", ends: execution.Completed,
			code: `async () => { await items.echo(1); return await codemode.waitFor("go", {timeoutMs: 2600}).catch((e) => e.name) }`,
		},
		{
			name: "paused with a time", rows: "5d, 5f, 9, 10, 11", ends: execution.Paused,
			code: `async () => { const nap = codemode.sleep(2600).then(() => items.echo(1)); await items.create_item({title: "a"}); await nap }`,
		},
		{
			name: "starts soon", rows: "13, 8", ends: execution.Completed, delay: 1200 * time.Millisecond,
			code: `async () => await items.echo(1)`,
		},
		{
			name: "starts late", rows: "13, 10", ends: execution.Completed, delay: time.Hour, parks: true,
			code: `async () => await items.echo(1)`,
		},
	}
}

// slow returns the scenarios with calls that take long enough to be stopped in.
func slow(all []scenario) []scenario {
	for i := range all {
		all[i].code = cmp.Or(all[i].stops, all[i].code)
	}
	return all
}

// submission returns the body to submit.
func (s scenario) submission(t *testing.T) []byte {
	t.Helper()
	if s.body != "" {
		return []byte(s.body)
	}
	r := execution.Request{Code: s.code, Retry: s.retry}
	if s.delay > 0 {
		at := time.Now().Add(s.delay)
		r.StartAt = &at
	}
	body, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// finish waits until the execution has ended, or waits for a person, and the queue
// is empty. It does what the scenario needs to get there.
func (l *life) finish(s scenario) {
	l.t.Helper()
	if s.parks && !l.due {
		l.waitParked()
		l.makeDue()
	}
	l.await("an end of "+l.key.String()+" and an empty queue", func() bool {
		return l.over(s)
	})
}

// over reports whether the execution has ended, or rests where it should and no time
// lets it go on. It sends the
// signals that the scenario has, one by one, when the execution waits for it.
func (l *life) over(s scenario) bool {
	l.t.Helper()
	st, ok := l.state()
	if ok && st.State.Awaits("go") && l.sent < len(s.signals) && st.Revision > l.answered {
		l.answered = st.Revision
		l.signal(s.signals[l.sent])
		l.sent++
	}
	return ok && st.State.Status == s.ends && st.State.RetryAt == nil && l.queued() == 0
}

// signal sends a signal as an executor does that the link does not cut off.
func (l *life) signal(value string) {
	l.t.Helper()
	sig := journal.Signal{ID: execution.NewID(time.Now()), Name: "go", Value: journal.NewValue([]byte(value)), At: time.Now()}
	err := l.stream.Journal().PutSignal(l.t.Context(), l.key, sig)
	if err == nil {
		err = l.stream.Wake(l.t.Context(), l.key, stream.WakeSignal, 0)
	}
	if err != nil {
		l.t.Fatalf("signal: %v", err)
	}
}

// waitParked waits until the execution waits on its schedule and on nothing else.
func (l *life) waitParked() {
	l.t.Helper()
	l.await("a schedule of "+l.key.String()+" and an empty queue", func() bool {
		st, ok := l.state()
		return ok && waits(st.State.Status) && l.scheduled() && l.queued() == 0
	})
	st, _ := l.state()
	if !st.State.Carrier.Spent {
		l.t.Errorf("parked, with a carrier that is not marked as spent: %+v", st.State)
	}
}

func waits(s execution.Status) bool { return s == execution.Retrying || s == execution.Sleeping }

// makeDue lets the time pass: it writes the state as if the execution had been due
// some time ago, and sends the wake that the schedule stands for.
func (l *life) makeDue() {
	l.t.Helper()
	l.due = true
	st, _ := l.state()
	past := time.Now().Add(-time.Second)
	s := st.State
	s.RetryAt, s.DelayMs, s.Nonce, s.Write = &past, 0, rand.Text(), 1
	rev, err := l.stream.Journal().PutState(l.t.Context(), l.key, s, st.Revision)
	if err != nil {
		l.t.Fatalf("make due: %v", err)
	}
	if err := l.stream.Unschedule(l.t.Context(), l.key); err != nil {
		l.t.Fatalf("make due: %v", err)
	}
	l.lab.open()
	if err := l.stream.Wake(l.t.Context(), l.key, stream.WakeTimer, rev); err != nil {
		l.t.Fatalf("make due: %v", err)
	}
}

// applied returns how often each call that is journaled as applied ran by now: at
// least once, and at most as often as it had an executor. A call that ran at all
// must be named by a record.
func (l *life) applied(executors int) map[string]int {
	l.t.Helper()
	now := map[string]int{}
	unnamed := l.items.ByKey() // before the journal is read: it may only know more
	_, _, records, err := l.stream.View(l.t.Context(), l.key)
	st, ok := l.state()
	if !ok {
		if len(unnamed) > 0 {
			l.t.Errorf("calls %v ran without a claim", unnamed)
		}
		return now
	}
	if err != nil {
		l.t.Fatalf("read journal: %v", err)
	}
	log, err := journal.Fold(st.State, records)
	if err != nil {
		l.t.Fatalf("fold journal: %v", err)
	}
	ran := l.items.ByKey()
	for seq := range log.Entries {
		delete(unnamed, callKey(l.key, seq))
	}
	for key := range unnamed {
		l.t.Errorf("call %s ran, and no record names it", key)
	}
	for _, e := range log.Entries {
		if e.Mark != journal.MarkApplied || e.Connector != "items" {
			continue
		}
		key := callKey(l.key, e.Seq)
		if now[key] = ran[key]; now[key] < 1 || now[key] > executors {
			l.t.Errorf("call %s is journaled as applied and ran %d times on %d executors", key, now[key], executors)
		}
	}
	return now
}
