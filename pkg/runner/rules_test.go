package runner

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// supersede writes a newer claim, as another executor would.
func (x *rig) supersede(id execution.ID) journal.Revision {
	x.t.Helper()
	stored := x.state(id)
	s := stored.State
	s.Attempt++
	s.Executor = "executor-2"
	return x.put(id, stored.Revision, s)
}

// R4: a pass that was superseded writes nothing and touches no message.
func TestSupersededPassTouchesNothing(t *testing.T) {
	t.Parallel()
	for name, code := range map[string]string{
		"between two calls":  `async () => { await items.echo(1); await items.hold(); await items.echo(2) }`,
		"at its end":         `async () => { await items.hold(); return 1 }`,
		"asking for a retry": `async () => { await items.hold(); await items.retry_always() }`,
		"malformed in time":  `async () => { await items.hold(); throw new Error("no") }`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := newRig(t, nil)
			id := newID()
			d := x.request(id, execution.Request{Code: code})
			done := make(chan struct{})
			go func() { defer close(done); x.handle(d) }()
			natstest.Eventually(t, "the call", func() bool { return x.items.Runs("hold") == 1 })
			rev := x.supersede(id)
			x.items.Release()
			<-done
			if got := x.state(id); got.Revision != rev {
				t.Errorf("the state was written: %+v", got.State)
			}
			if !x.queued(d.Seq) {
				t.Error("the message was acknowledged: the newer pass has lost it")
			}
			// Nobody handed it back either: it comes when its new holder is silent.
			if d := x.next(); d.Delivered != 2 {
				t.Errorf("delivered %d times, want 2", d.Delivered)
			}
			if x.items.Runs("echo") > 1 {
				t.Error("a call started after the pass was superseded")
			}
		})
	}
}

// R4: the heartbeat notices that the pass was superseded, ends it, and stops.
func TestHeartbeatEndsASupersededPass(t *testing.T) {
	t.Parallel()
	x := newRig(t, nil)
	id := newID()
	d := x.request(id, execution.Request{Code: `async () => { await items.sleep({ms: 60000}) }`})
	done := make(chan struct{})
	go func() { defer close(done); x.handle(d) }()
	natstest.Eventually(t, "the call", func() bool { return x.items.Runs("sleep") == 1 })
	x.supersede(id)
	select {
	case <-done:
	case <-time.After(natstest.StartWait):
		t.Fatal("the pass goes on")
	}
	natstest.Eventually(t, "the end of the call", func() bool { return x.items.Aborts() == 1 })
}

// A pass that takes longer than AckWait keeps its message.
func TestHeartbeatKeepsTheMessage(t *testing.T) {
	t.Parallel()
	const long = 9 * time.Second // two heartbeats are lost in it before the message is
	srv := natstest.Run(t)
	patient(t, srv, long)
	x := newRigOn(t, srv, srv.Conn(), nil)
	id := newID()
	d := x.request(id, execution.Request{Code: `async () => { await items.hold(); return 1 }`})
	// Another executor would take the message if it came again.
	waiting, stop := context.WithCancel(t.Context())
	taken := make(chan error, 1)
	go func() { _, err := x.q.Next(waiting); taken <- err }()
	done := make(chan struct{})
	go func() { defer close(done); x.handle(d) }()
	natstest.Eventually(t, "the call", func() bool { return x.items.Runs("hold") == 1 })
	x.older(id, long+time.Second)
	x.items.Release()
	<-done
	stop()
	if err := <-taken; err == nil {
		t.Error("the message was delivered again while its pass ran")
	}
	x.gone(d)
	if got := x.state(id).State; got.Status != execution.Completed || got.Attempt != 1 || x.items.Runs("hold") != 1 {
		t.Errorf("state %+v, want completed by attempt 1", got)
	}
}

// R5: passes that die without progress are counted, and the execution ends.
func TestLostPassesAreCounted(t *testing.T) {
	t.Parallel()
	x := newRig(t, func(c *Config) { c.MaxLostPasses = 3 })
	id := newID()
	request := execution.Request{ID: id, Code: `1`}
	d := x.request(id, request)
	x.put(id, 0, journal.State{
		Status: execution.Running, Attempt: 5, Try: 1, LostPasses: 2, Carrier: journal.Carrier{Seq: d.Seq},
		Seed: string(id), Digest: request.Digest(), StartedAt: time.Now(),
	})
	x.age(id)
	x.handle(d)
	x.gone(d)
	got := x.state(id).State
	if got.Status != execution.Error || got.Failure == nil || got.Failure.Reason != execution.ReasonLostPasses || got.LostPasses != 3 {
		t.Errorf("state %+v, want error lost_passes after 3", got)
	}
	// They died before they wrote the request: the message that is dropped was the last to have it.
	if got, err := x.s.Journal().Request(t.Context(), x.key(id)); err != nil || got.Digest() != request.Digest() {
		t.Errorf("request %+v, %v", got, err)
	}
}

// R5: a completion since the last lost pass, and any settle, start the count anew.
func TestProgressAndSettleResetLostPasses(t *testing.T) {
	t.Parallel()
	x := newRig(t, func(c *Config) { c.MaxLostPasses = 3 })
	id := newID()
	request := execution.Request{ID: id, Code: `async () => { await items.echo(1); return await items.echo(2) }`}
	d := x.request(id, request)
	s := journal.State{
		Status: execution.Running, Attempt: 5, Try: 1, LostPasses: 2, Progress: 0, Carrier: journal.Carrier{Seq: d.Seq},
		Seed: string(id), Digest: request.Digest(), StartedAt: time.Now(),
	}
	rev := x.put(id, 0, s)
	one := journal.NewValue([]byte("1"))
	records := []journal.Record{
		{Attempt: 5, At: 1, Issued: []journal.Intent{{Seq: 0, Connector: "items", Method: "echo", Args: one}}},
		{Attempt: 5, At: 2, Done: []journal.Completion{{Mark: journal.MarkApplied, Result: one, At: 2, Attempt: 5}}},
	}
	for n, r := range records {
		if _, err := x.s.Journal().Append(t.Context(), x.key(id), rev, n, r); err != nil {
			t.Fatal(err)
		}
	}
	x.age(id)
	x.handle(d)
	got := x.state(id).State
	if got.Status != execution.Completed || got.LostPasses != 0 || got.Attempt != 6 || got.Try != 1 {
		t.Errorf("state %+v, want completed by attempt 6 in try 1, no lost passes", got)
	}
	if x.items.Runs("echo") != 1 {
		t.Errorf("echo ran %d times, want 1: the first was applied", x.items.Runs("echo"))
	}
}

// R8: a delay above a minute is parked on a schedule; the message is gone, and a
// message that comes early is not dropped before the execution is due.
func TestLongDelayHoldsNothing(t *testing.T) {
	t.Parallel()
	x := newRig(t, nil)
	id := newID()
	d := x.request(id, execution.Request{Code: `async () => { await items.retry_later({ms: 3600000}); return 1 }`})
	x.handle(d)
	x.gone(d)
	got := x.state(id)
	if got.State.Status != execution.Retrying || !got.State.Carrier.Spent || got.State.DelayMs != 3600_000 || time.Until(*got.State.RetryAt) < 59*time.Minute {
		t.Fatalf("state %+v, want retrying in an hour, carrier spent", got.State)
	}
	if there, err := x.s.Scheduled(t.Context(), x.key(id)); err != nil || !there {
		t.Fatalf("scheduled %v, %v", there, err)
	}
	// A wake that comes early arranges another one and goes.
	if err := x.s.Unschedule(t.Context(), x.key(id)); err != nil {
		t.Fatal(err)
	}
	if err := x.s.Wake(t.Context(), x.key(id), "timer", got.Revision); err != nil {
		t.Fatal(err)
	}
	early := x.next()
	x.handle(early)
	x.gone(early)
	if there, err := x.s.Scheduled(t.Context(), x.key(id)); err != nil || !there {
		t.Fatalf("after an early wake: scheduled %v, %v", there, err)
	}
	// When it is due, any wake lets it go on, as the next try.
	s := got.State
	s.RetryAt = at(-time.Second)
	rev := x.put(id, got.Revision, s)
	if err := x.s.Wake(t.Context(), x.key(id), "timer", rev); err != nil {
		t.Fatal(err)
	}
	due := x.next()
	x.handle(due)
	x.gone(due)
	if got := x.state(id).State; got.Status != execution.Completed || got.Attempt != 2 || got.Try != 2 {
		t.Errorf("state %+v, want completed by attempt 2", got)
	}
}

// R8: a short delay keeps the message, which comes back in time.
func TestShortDelayComesBack(t *testing.T) {
	t.Parallel()
	x := newRig(t, nil)
	id := newID()
	d := x.request(id, execution.Request{Code: `async () => (await items.retry_later({ms: 400})).calls`})
	began := time.Now()
	x.handle(d)
	if got := x.state(id).State; got.Status != execution.Retrying || got.Carrier.Spent {
		t.Fatalf("state %+v, want retrying on its message", got)
	}
	again := x.next()
	if waited := time.Since(began); waited < 400*time.Millisecond || again.Seq != d.Seq {
		t.Errorf("message %d after %v, want %d after 400 ms", again.Seq, waited, d.Seq)
	}
	x.handle(again)
	if got := x.state(id).State; got.Status != execution.Completed || got.Attempt != 2 {
		t.Errorf("state %+v, want completed", got)
	}
}

// A drained pass is handed over at once and is not a lost one.
func TestDrainHandsOver(t *testing.T) {
	t.Parallel()
	x := newRig(t, nil)
	id := newID()
	d := x.request(id, execution.Request{Code: `async () => { await items.echo(1); await items.abortable_slow_once(); return 1 }`})
	done := make(chan struct{})
	go func() { defer close(done); x.handle(d) }()
	natstest.Eventually(t, "the call", func() bool { return x.items.Runs("abortable_slow_once") == 1 })
	close(x.r.handOver)
	<-done
	if got := x.state(id).State; got.Status != execution.Queued || got.LostPasses != 0 {
		t.Fatalf("state %+v, want queued", got)
	}
	again := x.next()
	if again.Seq != d.Seq || again.Delivered != 2 {
		t.Errorf("message %d for the %d. time, want %d for the second", again.Seq, again.Delivered, d.Seq)
	}
	x.r.handOver = make(chan struct{}) // the next executor's
	x.handle(again)
	if got := x.state(id).State; got.Status != execution.Completed || got.Attempt != 2 || got.Try != 1 || x.items.Runs("echo") != 1 {
		t.Errorf("state %+v, echo ran %d times; want completed in try 1, echo once", got, x.items.Runs("echo"))
	}
}

// The same id again never runs twice, whatever it brings.
func TestSameIDRunsOnce(t *testing.T) {
	t.Parallel()
	x := newRig(t, nil)
	id := newID()
	x.handle(x.request(id, execution.Request{Code: `async () => await items.echo("first")`}))
	before := x.state(id)
	for _, body := range []string{`{"id":"` + string(id) + `","code":"async () => await items.echo(\"first\")"}`, `{"id":"` + string(id) + `","code":"items.echo(2)"}`} {
		d := x.submit(body, "") // without our Msg-Id the queue takes it
		x.handle(d)
		x.gone(d)
	}
	if after := x.state(id); after.Revision != before.Revision || x.items.Runs("echo") != 1 {
		t.Errorf("echo ran %d times, state %+v", x.items.Runs("echo"), after.State)
	}
}

// R17: an executor that lacks a connector hands the execution on, and asks a person
// when nobody took it for long.
func TestExecutorWithoutTheConnectorHandsOn(t *testing.T) {
	t.Parallel()
	x := newRig(t, nil)
	id := newID()
	request := execution.Request{ID: id, Code: `1`}
	d := x.request(id, request)
	s := journal.State{
		Status: execution.Queued, Attempt: 1, Try: 1, Carrier: journal.Carrier{Seq: d.Seq}, Connectors: []string{"items", "github"},
		Seed: string(id), Digest: request.Digest(), StartedAt: time.Now(), UpdatedAt: time.Now(),
	}
	rev := x.put(id, 0, s)
	x.handle(d)
	if got := x.state(id); got.Revision != rev || !x.queued(d.Seq) {
		t.Fatalf("state %+v, want it left alone", got.State)
	}
	s.UpdatedAt = time.Now().Add(-connectorWait)
	rev = x.put(id, rev, s)
	x.handle(d) // the message is young: the execution may have waited for its time
	if got := x.state(id); got.Revision != rev {
		t.Fatalf("state %+v, want it left alone", got.State)
	}
	d.Time = time.Now().Add(-connectorWait)
	x.handle(d)
	got := x.state(id).State
	if got.Status != execution.Paused || !strings.Contains(got.Error, `requires connector(s) "github"`) || got.Failure.Reason != execution.ReasonConnectors {
		t.Errorf("state %+v, want paused for the connector", got)
	}
}

// R11: the sweep wakes what lost its message, and nothing else.
func TestSweepWakesWhatLostItsMessage(t *testing.T) {
	t.Parallel()
	const overdue = 10 * time.Millisecond
	x := newRig(t, func(c *Config) { c.Overdue = overdue })
	request := execution.Request{Code: `1`}
	held := x.submit("1", "") // a message that is in the queue
	state := func(status execution.Status, carrier uint64, retry *time.Time) execution.ID {
		id := newID()
		s := journal.State{
			Status: status, Attempt: 1, Try: 1, Carrier: journal.Carrier{Seq: carrier}, RetryAt: retry, DelayMs: 1,
			Seed: string(id), Digest: request.Digest(), StartedAt: time.Now(),
		}
		rev := x.put(id, 0, s)
		if err := x.s.Journal().PutRequest(t.Context(), x.key(id), rev, request); err != nil {
			t.Fatal(err)
		}
		return id
	}
	const gone = 1 << 40
	wanted := map[execution.ID]bool{
		state(execution.Queued, gone, nil):                true,
		state(execution.Running, gone, nil):               true,
		state(execution.Retrying, gone, at(-time.Minute)): true,
	}
	state(execution.Queued, held.Seq, nil)
	state(execution.Running, held.Seq, nil)
	state(execution.Retrying, held.Seq, at(-time.Minute))
	state(execution.Retrying, gone, at(time.Hour))
	state(execution.Completed, gone, nil)
	state(execution.Paused, gone, nil)
	scheduled := state(execution.Retrying, gone, at(-time.Minute))
	if err := x.s.Schedule(t.Context(), x.key(scheduled), time.Now().Add(time.Hour), x.state(scheduled).Revision); err != nil {
		t.Fatal(err)
	}

	// What was written a moment ago may be on its way.
	x.r.cfg.Overdue = time.Hour
	if woken, err := x.r.Sweep(t.Context(), "default"); err != nil || woken != 0 {
		t.Fatalf("woke %d, %v; want none: all of them are young", woken, err)
	}
	x.r.cfg.Overdue = overdue
	x.older(scheduled, overdue) // the last one that was written: a fast server takes less than that for all
	woken, err := x.r.Sweep(t.Context(), "default")
	if err != nil || woken != len(wanted) {
		t.Fatalf("woke %d, %v; want %d", woken, err, len(wanted))
	}
	if again, err := x.r.Sweep(t.Context(), "default"); err != nil || again != 0 {
		t.Fatalf("the next sweep woke %d, %v; want none: their wakes are in the queue", again, err)
	}
	for range wanted {
		d := x.next()
		m, err := read(d)
		if err != nil || !wanted[m.key.ID] {
			t.Errorf("woke %s, %v: not one of those that lost their message", m.key.ID, err)
		}
		x.handle(d)
		if got := x.state(m.key.ID).State; got.Status != execution.Completed {
			t.Errorf("state %+v, want completed", got)
		}
	}
}
