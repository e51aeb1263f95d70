package runner

import (
	"context"
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/engine"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/sandbox"
	"github.com/reprise-run/reprise/pkg/stream"
)

// signal puts a signal into the inbox and tells nobody.
func (x *rig) signal(id execution.ID, name string) journal.Signal {
	x.t.Helper()
	s := journal.Signal{ID: execution.NewID(time.Now()), Name: name, Value: journal.NewValue(json.RawMessage(`"` + name + `"`)), At: time.Now()}
	if err := x.s.Journal().PutSignal(context.Background(), x.key(id), s); err != nil {
		x.t.Fatalf("PutSignal: %v", err)
	}
	return s
}

func (x *rig) wake(id execution.ID, reason string) *stream.Delivery {
	x.t.Helper()
	if err := x.s.Wake(x.t.Context(), x.key(id), reason, 0); err != nil {
		x.t.Fatal(err)
	}
	return x.next()
}

func (x *rig) scheduled(id execution.ID) bool {
	x.t.Helper()
	there, err := x.s.Scheduled(x.t.Context(), x.key(id))
	if err != nil {
		x.t.Fatal(err)
	}
	return there
}

// What a wake means for an execution that rests. It goes on for a signal that nobody has
// read, and when its time has come; a wake that does not concern it is not held.
func TestWakesOfExecutionsThatRest(t *testing.T) {
	t.Parallel()
	const (
		acked   = "acked"
		kept    = "kept"
		claimed = "claimed"
	)
	soon, later, past := 30*time.Second, time.Hour, -time.Second
	for name, tt := range map[string]struct {
		status execution.Status
		due    time.Duration // 0: no time
		awaits string
		read   string // signals that the last pass has read
		news   string // and one that came since
		reason string
		want   string
		sched  bool // a schedule is arranged
	}{
		"waiting, a signal came":             {status: execution.Waiting, awaits: "go", news: "go", reason: stream.WakeSignal, want: claimed},
		"waiting, a signal came, swept":      {status: execution.Waiting, awaits: "go", news: "go", reason: stream.WakeSweep, want: claimed},
		"waiting, it has read it":            {status: execution.Waiting, awaits: "go", read: "go", reason: stream.WakeSignal, want: acked},
		"waiting, another signal":            {status: execution.Waiting, awaits: "go", news: "stop", reason: stream.WakeSignal, want: acked},
		"waiting, no signal":                 {status: execution.Waiting, awaits: "go", reason: stream.WakeSweep, want: acked},
		"waiting, not due":                   {status: execution.Waiting, awaits: "go", due: soon, reason: stream.WakeSignal, want: acked},
		"waiting, not due, woken by time":    {status: execution.Waiting, awaits: "go", due: soon, reason: stream.WakeTimer, want: kept},
		"waiting, long not due, by time":     {status: execution.Waiting, awaits: "go", due: later, reason: stream.WakeTimer, want: acked, sched: true},
		"waiting, not due, a signal came":    {status: execution.Waiting, awaits: "go", due: later, news: "go", reason: stream.WakeSignal, want: claimed},
		"waiting, due":                       {status: execution.Waiting, awaits: "go", due: past, reason: stream.WakeTimer, want: claimed},
		"waiting, due, swept":                {status: execution.Waiting, awaits: "go", due: past, reason: stream.WakeSweep, want: claimed},
		"paused, a signal came":              {status: execution.Paused, awaits: "go", news: "go", reason: stream.WakeSignal, want: claimed},
		"paused, waits for none":             {status: execution.Paused, news: "go", reason: stream.WakeSignal, want: acked},
		"paused, not due":                    {status: execution.Paused, due: soon, reason: stream.WakeApproved, want: acked},
		"paused, not due, by time":           {status: execution.Paused, due: soon, reason: stream.WakeTimer, want: kept},
		"paused, due":                        {status: execution.Paused, due: past, reason: stream.WakeTimer, want: claimed},
		"paused, a stale schedule":           {status: execution.Paused, reason: stream.WakeTimer, want: acked},
		"sleeping, due":                      {status: execution.Sleeping, due: past, reason: stream.WakeTimer, want: claimed},
		"sleeping, not due":                  {status: execution.Sleeping, due: soon, reason: stream.WakeTimer, want: kept},
		"sleeping, not due for long":         {status: execution.Sleeping, due: later, reason: stream.WakeTimer, want: acked, sched: true},
		"sleeping, a signal for later comes": {status: execution.Sleeping, due: later, news: "go", reason: stream.WakeSignal, want: acked, sched: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x, id := newRig(t, nil), newID()
			s := journal.State{Status: tt.status, Carrier: journal.Carrier{Seq: 1 << 40, Spent: true}}
			if tt.awaits != "" {
				s.Signals = []string{tt.awaits}
			}
			if tt.read != "" {
				x.signal(id, tt.read)
				inbox, err := x.s.Journal().Inbox(t.Context(), x.key(id), 0)
				if err != nil {
					t.Fatal(err)
				}
				s.Heard = inbox[0].Position
			}
			if tt.news != "" {
				x.signal(id, tt.news)
			}
			if tt.due != 0 {
				s.RetryAt, s.DelayMs = at(tt.due), max(tt.due, 0).Milliseconds()
			}
			rev := x.rested(id, s)
			d := x.wake(id, tt.reason)
			x.handle(d)
			after := x.state(id)
			if tt.want == claimed {
				if after.State.Status != execution.Completed || after.State.Attempt != 2 || after.State.Try != 1 {
					t.Errorf("state %+v, want completed by attempt 2", after.State)
				}
			} else if after.Revision != rev {
				t.Errorf("the state was written: %+v", after.State)
			}
			if tt.want == kept {
				if !x.queued(d.Seq) {
					t.Error("a message that came early is gone")
				}
			} else {
				x.gone(d)
			}
			if got := x.scheduled(id); got != tt.sched {
				t.Errorf("scheduled %v, want %v", got, tt.sched)
			}
		})
	}
}

// rested writes an execution that rests after its first pass.
func (x *rig) rested(id execution.ID, s journal.State) journal.Revision {
	x.t.Helper()
	request := execution.Request{ID: id, Code: `"done"`}
	s.Attempt, s.Try, s.Seed, s.Digest, s.StartedAt = 1, 3, string(id), request.Digest(), time.Now()
	rev := x.put(id, 0, s)
	if err := x.s.Journal().PutRequest(x.t.Context(), x.key(id), rev, request); err != nil {
		x.t.Fatal(err)
	}
	return rev
}

// The message of a settle that waits comes again after a crash: it arranges what was
// promised, looks into the inbox again, and never claims.
func TestSpentMessageLooksIntoTheInboxAgain(t *testing.T) {
	t.Parallel()
	x, id := newRig(t, nil), newID()
	request := execution.Request{ID: id, Code: `async () => await codemode.waitFor("go")`}
	d := x.request(id, request)
	rev := x.put(id, 0, journal.State{
		Status: execution.Waiting, Signals: []string{"go"}, RetryAt: at(time.Hour), DelayMs: 3600_000, Carrier: journal.Carrier{Seq: d.Seq, Spent: true},
		Attempt: 1, Try: 1, Seed: string(id), Digest: request.Digest(), StartedAt: time.Now(),
	})
	if err := x.s.Journal().PutRequest(t.Context(), x.key(id), rev, request); err != nil {
		t.Fatal(err)
	}
	x.signal(id, "go")
	x.handle(d)
	x.gone(d)
	if got := x.state(id); got.Revision != rev || !x.scheduled(id) {
		t.Fatalf("state %+v, scheduled %v: want it left alone, with its schedule", got.State, x.scheduled(id))
	}
	w := x.next()
	x.handle(w)
	x.gone(w)
	if got := x.state(id).State; got.Status != execution.Completed || string(got.Result.JSON) != `"go"` {
		t.Errorf("state %+v, want completed with the signal", got)
	}
	if x.scheduled(id) {
		t.Error("the schedule of its timeout is left")
	}
}

// lastMoment is a sandbox that does something between the end of the code and the settle.
type lastMoment struct {
	sandbox.Sandbox
	do func()
}

func (s *lastMoment) Run(ctx context.Context, script sandbox.Script, h sandbox.Host) (sandbox.Result, error) {
	res, err := s.Sandbox.Run(ctx, script, h)
	s.do()
	return res, err
}

// withEngine gives the runner an engine of its own.
func withEngine(t *testing.T, change func(*engine.Config)) func(*Config) {
	t.Helper()
	return func(c *Config) {
		cfg := engine.Config{
			Sandbox: sandbox.NewInProcess(sandbox.Config{}), Store: c.Stream.Journal(), Now: time.Now, Version: "test",
		}
		change(&cfg)
		e, err := engine.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		c.Engine = e
	}
}

// R14: a signal that comes when the pass has read the inbox for the last time finds
// nobody to wake. The settle finds it.
func TestSignalThatComesDuringTheSettleIsNotLost(t *testing.T) {
	t.Parallel()
	for name, code := range map[string]string{
		"waiting":                  `codemode.waitFor("go")`,
		"waiting, its message too": `codemode.waitFor("go", {timeoutMs: 1500})`,
		"waiting for a time too":   `codemode.waitFor("go", {timeoutMs: 3600000})`,
		"paused":                   `Promise.race([items.create_item({}), codemode.waitFor("go")])`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var x *rig
			id := newID()
			var once sync.Once
			set := newRig(t, nil).set
			x = newRig(t, withEngine(t, func(c *engine.Config) {
				c.Connectors = set
				c.Sandbox = &lastMoment{c.Sandbox, func() { once.Do(func() { x.signal(id, "go") }) }}
			}))
			x.handle(x.request(id, execution.Request{Code: `async () => await ` + code}))
			first := x.state(id).State
			if len(first.Signals) != 1 || first.Heard != 0 {
				t.Fatalf("state %+v, want one that has not read the signal", first)
			}
			w := x.next()
			if first.DelayMs == 1500 && !w.IsWake { // its own time has come before the wake did
				x.handle(w)
				w = x.next()
			}
			if !w.IsWake {
				t.Fatalf("message %d, want a wake", w.Seq)
			}
			x.handle(w)
			if got := x.state(id).State; got.Status != execution.Completed || string(got.Result.JSON) != `"go"` || got.Attempt != 2 {
				t.Errorf("state %+v, want completed with the signal", got)
			}
			if x.scheduled(id) {
				t.Error("a schedule is left")
			}
		})
	}
}

// A short sleep keeps its message, which comes back in time.
func TestShortSleepComesBack(t *testing.T) {
	t.Parallel()
	x, id := newRig(t, nil), newID()
	d := x.request(id, execution.Request{Code: `async () => { const from = Date.now(); await codemode.sleep(700); return Date.now() - from >= 700 }`})
	began := time.Now()
	x.handle(d)
	if got := x.state(id).State; got.Status != execution.Sleeping || got.Carrier.Spent || got.RetryAt == nil || x.scheduled(id) {
		t.Fatalf("state %+v, want sleeping on its message", got)
	}
	again := x.next()
	if waited := time.Since(began); waited < 600*time.Millisecond || again.Seq != d.Seq {
		t.Errorf("message %d after %v, want %d after 700 ms", again.Seq, waited, d.Seq)
	}
	x.handle(again)
	x.gone(d)
	if got := x.state(id).State; got.Status != execution.Completed || string(got.Result.JSON) != "true" || got.Attempt != 2 {
		t.Errorf("state %+v, want completed", got)
	}
}

// A long sleep holds nothing, and goes on by the schedule of the server.
func TestLongSleepHoldsNothing(t *testing.T) {
	t.Parallel()
	x, id := newRig(t, nil), newID()
	for _, ms := range []string{"3600000", "2500"} {
		id = newID()
		d := x.request(id, execution.Request{Code: `async () => { await codemode.sleep(` + ms + `); return "slept" }`})
		x.handle(d)
		x.gone(d)
		if got := x.state(id).State; got.Status != execution.Sleeping || !got.Carrier.Spent {
			t.Fatalf("state %+v, want sleeping on a schedule", got)
		}
		if ms == "3600000" && !x.scheduled(id) { // the other one may have come already
			t.Fatal("there is no schedule")
		}
	}
	got := x.state(id).State
	w := x.next()
	if !w.IsWake || w.Time.Before(*got.RetryAt) {
		t.Errorf("woken at %v, want a wake after %v", w.Time, got.RetryAt)
	}
	x.handle(w)
	x.gone(w)
	if got := x.state(id).State; got.Status != execution.Completed || got.Attempt != 2 {
		t.Errorf("state %+v, want completed", got)
	}
}

// An executor whose clock is behind goes on when the server says that it is time.
func TestSleepEndsByTheServersClock(t *testing.T) {
	t.Parallel()
	set := newRig(t, nil).set
	x := newRig(t, withEngine(t, func(c *engine.Config) {
		c.Connectors = set
		c.Now = func() time.Time { return time.Now().Add(-time.Hour) }
	}))
	id := newID()
	d := x.request(id, execution.Request{Code: `async () => { const from = Date.now(); await codemode.sleep(300); return Date.now() - from }`})
	x.handle(d)
	if got := x.state(id).State; got.Status != execution.Sleeping || got.DelayMs > 300 {
		t.Fatalf("state %+v, want sleeping for 300 ms at most", got)
	}
	x.handle(x.next())
	if got := x.state(id).State; got.Status != execution.Completed || string(got.Result.JSON) != "300" || got.Attempt != 2 {
		t.Errorf("state %+v, want completed with 300", got)
	}
}

// The clock of a script begins when its execution does, not when that was submitted.
func TestClockOfAPostponedExecutionBeginsWithIt(t *testing.T) {
	t.Parallel()
	x, id := newRig(t, nil), newID()
	later := time.Now().Add(50 * time.Second)
	x.handle(x.request(id, execution.Request{Code: `() => Date.now()`, StartAt: &later}))
	if got := x.state(id).State; got.Status != execution.Sleeping || got.RetryAt == nil || !got.RetryAt.Equal(later) {
		t.Fatalf("state %+v, want sleeping until %v", got, later)
	}
	id = newID()
	start := time.Now().Add(500 * time.Millisecond)
	x.handle(x.request(id, execution.Request{Code: `() => Date.now()`, StartAt: &start}))
	if !x.state(id).State.Status.Terminal() { // as it is on a machine that did not stand still
		x.handle(x.next())
	}
	var ms int64
	if got := x.state(id).State; got.Status != execution.Completed || json.Unmarshal(got.Result.JSON, &ms) != nil || ms < start.UnixMilli() {
		t.Errorf("state %+v, want a clock that shows %d or later", got, start.UnixMilli())
	}
}

// R11: the sweep wakes what waits for a signal that nobody told it of, and what missed
// its time.
func TestSweepWakesWhoWaitsForASignalThatIsThere(t *testing.T) {
	t.Parallel()
	const overdue = 10 * time.Millisecond
	x := newRig(t, func(c *Config) { c.Overdue = overdue })
	spent := journal.Carrier{Seq: 1 << 40, Spent: true}
	wanted := map[execution.ID]bool{}
	var last execution.ID
	for _, row := range []struct {
		state  journal.State
		signal string
		woken  bool
	}{
		{journal.State{Status: execution.Waiting, Signals: []string{"go"}}, "go", true},
		{journal.State{Status: execution.Paused, Signals: []string{"go"}}, "go", true},
		{journal.State{Status: execution.Waiting, Signals: []string{"go"}, RetryAt: at(-time.Minute)}, "", true},
		{journal.State{Status: execution.Paused, RetryAt: at(-time.Minute)}, "", true},
		{journal.State{Status: execution.Waiting, Signals: []string{"go"}}, "stop", false},
		{journal.State{Status: execution.Waiting, Signals: []string{"go"}}, "", false},
		{journal.State{Status: execution.Waiting, Signals: []string{"go"}, RetryAt: at(time.Hour), DelayMs: 3600_000}, "", false},
		{journal.State{Status: execution.Waiting, Signals: []string{"go"}, Heard: 1 << 40}, "go", false},
		{journal.State{Status: execution.Paused}, "go", false},
		{journal.State{Status: execution.Sleeping, RetryAt: at(time.Hour), DelayMs: 3600_000}, "go", false},
		{journal.State{Status: execution.Completed}, "go", false},
	} {
		id := newID()
		if row.signal != "" {
			x.signal(id, row.signal)
		}
		row.state.Carrier = spent
		x.rested(id, row.state)
		if last = id; row.woken {
			wanted[id] = true
		}
	}
	x.older(last, overdue)
	woken, err := x.r.Sweep(t.Context(), "default")
	if err != nil || woken != len(wanted) {
		t.Errorf("woke %d, %v; want %d", woken, err, len(wanted))
	}
	for range woken {
		d := x.next()
		m, err := read(d)
		if err != nil || !wanted[m.key.ID] {
			t.Errorf("woke %s, %v: %+v", m.key.ID, err, x.state(m.key.ID).State)
		}
		x.handle(d)
		if got := x.state(m.key.ID).State; got.Status != execution.Completed {
			t.Errorf("state %+v, want completed", got)
		}
	}
	// A young signal may have its wake on the way.
	x.r.cfg.Overdue = time.Hour
	id := newID()
	x.signal(id, "go")
	x.rested(id, journal.State{Status: execution.Waiting, Signals: []string{"go"}, Carrier: spent})
	if woken, err := x.r.Sweep(t.Context(), "default"); err != nil || woken != 0 {
		t.Errorf("woke %d, %v; want none that is young", woken, err)
	}
}

// Events reach the pass that runs: its code goes on at once.
func TestPassHearsOfASignal(t *testing.T) {
	t.Parallel()
	x, id := newRig(t, nil), newID()
	defer x.r.hear()()
	d := x.request(id, execution.Request{Code: `async () => { const work = items.hold(); const v = await codemode.waitFor("go"); await items.echo(v); await work; return v }`})
	done := make(chan struct{})
	go func() { defer close(done); x.handle(d) }()
	tell := func(name string) bool {
		awaited, err := x.s.TellSignal(t.Context(), x.key(id), name, true)
		return err == nil && awaited
	}
	natstest.Eventually(t, "the wait", func() bool { return tell("go") })
	if tell("go") || tell("stop") {
		t.Error("one wait takes two signals, or another one")
	}
	x.signal(id, "go")
	tell("go")
	natstest.Eventually(t, "what follows the signal", func() bool { return x.items.Runs("echo") == 1 })
	if got := x.state(id).State; got.Status != execution.Running {
		t.Errorf("state %+v, want the pass to run", got)
	}
	x.items.Release()
	<-done
	if got := x.state(id).State; got.Status != execution.Completed || got.Attempt != 1 || string(got.Result.JSON) != `"go"` {
		t.Errorf("state %+v, want completed by attempt 1", got)
	}
}
