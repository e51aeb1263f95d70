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

// resting is an execution that rests, a signal in its inbox, and whether a sweep wakes it.
type resting struct {
	state  journal.State
	signal string
	woken  bool
}

func restings() []resting {
	return []resting{
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
	for _, row := range restings() {
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
}

// A young signal may have its wake on the way.
func TestSweepLeavesAYoungSignalAlone(t *testing.T) {
	t.Parallel()
	x := newRig(t, func(c *Config) { c.Overdue = time.Hour })
	id := newID()
	x.signal(id, "go")
	x.rested(id, journal.State{Status: execution.Waiting, Signals: []string{"go"}, Carrier: journal.Carrier{Seq: 1 << 40, Spent: true}})
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
