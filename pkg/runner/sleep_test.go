package runner

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/reprise-run/reprise/pkg/engine"
	"github.com/reprise-run/reprise/pkg/execution"
)

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
