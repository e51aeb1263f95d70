package e2e

import (
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
)

// noMessages fails unless the queue has no message of the runtime.
func (r *rig) noMessages(s *stream.Stream) {
	r.t.Helper()
	natstest.Eventually(r.t, "an empty queue", func() bool {
		n, err := s.Queued(r.t.Context(), execution.DefaultRuntime)
		return err == nil && n == 0
	})
}

func TestSleepOutlastsExecutorAndServer(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	stop := r.start(nil)
	w, begun := r.watch(""), time.Now()
	id := r.begin(execution.Request{Code: `async () => { await items.echo(1); const from = Date.now(); await codemode.sleep(3500); await items.echo(2); return Date.now() - from >= 3500 }`})
	end := w.body(t, execution.EventPassEnd, 1).(*execution.StatusEvent)
	if end.Status != execution.Sleeping || end.RetryAt == nil || end.RetryAt.Before(begun.Add(3*time.Second)) {
		t.Errorf("the first pass ends %+v, want asleep, until the time of the sleep", end)
	}
	r.noMessages(r.stream())
	stop()
	r.server.Restart()
	natstest.Eventually(t, "the client", r.nc.IsConnected)
	r.start(nil)
	r.completed(r.wait(id), "true")
	if n := r.items.Runs("echo"); n != 2 {
		t.Errorf("echo ran %d times, want 2", n)
	}
}

// What sleeps costs the executor nothing: no message, no goroutine.
func TestThousandSleepersHoldNothing(t *testing.T) {
	r := up(t)
	s := r.stream()
	r.completed(r.run(`async () => { await codemode.sleep(0); return 1 }`), "1")
	before := runtime.NumGoroutine()
	const sleepers, submitters = 1000, 20
	var work sync.WaitGroup
	for n := range submitters {
		work.Go(func() {
			for range sleepers / submitters {
				code := `async () => { await codemode.sleep(3600_000) }`
				if n%2 == 0 {
					code = `async () => { await codemode.waitFor("go", {timeoutMs: 3600_000}) }`
				}
				if _, err := r.client.Submit(t.Context(), execution.Request{Code: code}); err != nil {
					t.Errorf("submit: %v", err)
				}
			}
		})
	}
	work.Wait()
	natstest.InTheEnd(t, "all asleep", func() bool {
		n := 0
		states, err := s.States(t.Context(), execution.DefaultRuntime, stream.StatesQuery{})
		for _, l := range states {
			if l.State.Status == execution.Sleeping || l.State.Status == execution.Waiting {
				n++
			}
		}
		return err == nil && n == sleepers
	})
	r.noMessages(s)
	natstest.Eventually(t, fmt.Sprintf("no more than %d goroutines", before+20), func() bool { return runtime.NumGoroutine() <= before+20 })
}

// A gate and a sleep stand beside each other: the time lets the code go on, and the
// person can still decide.
func TestSleepEndsWhileAPersonIsAsked(t *testing.T) {
	t.Parallel()
	r := up(t)
	w := r.watch("")
	o := r.paused(`async () => { const item = items.create_item({title: "a"}); const slept = codemode.sleep(700).then(() => items.echo("late")); return [await slept, (await item).title] }`)
	if end := w.body(t, execution.EventPassEnd, 1).(*execution.StatusEvent); end.Status != execution.Paused || end.RetryAt == nil {
		t.Errorf("the first pass ends %+v, want paused with a time", end)
	}
	natstest.Eventually(t, "the end of the sleep", func() bool { return r.items.Runs("echo") == 1 })
	if rec := r.reach(o.ExecutionID, execution.Paused); rec.RetryAt != nil {
		t.Errorf("retryAt %v, want none any more", rec.RetryAt)
	}
	r.completed(r.approve(o.ExecutionID), `["late", "a"]`)
}

// An approval lets an execution go on that has a time as well; the sleep is not cut short,
// and leaves no schedule.
func TestApprovedExecutionSleepsOn(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.paused(`async () => { const nap = codemode.sleep(3600_000); await items.create_item({title: "a"}); await Promise.race([nap, codemode.waitFor("go")]); return "went" }`)
	approved := make(chan execution.Outcome, 1)
	go func() { approved <- r.approve(o.ExecutionID) }()
	if rec := r.reach(o.ExecutionID, execution.Waiting); rec.RetryAt == nil || len(rec.Signals) != 1 {
		t.Errorf("retryAt %v, signals %v, want both", rec.RetryAt, rec.Signals)
	}
	if delivered, err := r.client.Signal(t.Context(), o.ExecutionID, "go", nil); err != nil || !delivered {
		t.Errorf("Signal = %v, %v, want delivered", delivered, err)
	}
	r.completed(<-approved, `"went"`)
	if there, err := r.stream().Scheduled(t.Context(), journal.Key{Runtime: execution.DefaultRuntime, ID: o.ExecutionID}); err != nil || there {
		t.Errorf("scheduled %v, %v", there, err)
	}
}

func TestPostponedExecutionStartsInTime(t *testing.T) {
	t.Parallel()
	r := up(t)
	later := time.Now().Add(time.Hour)
	id := r.begin(execution.Request{Code: `() => Date.now()`, StartAt: &later})
	if rec := r.reach(id, execution.Sleeping); rec.RetryAt == nil || !rec.RetryAt.Equal(later.UTC()) {
		t.Errorf("retryAt %v, want %v", rec.RetryAt, later)
	}
	start := time.Now().Add(1500 * time.Millisecond)
	o := r.wait(r.begin(execution.Request{Code: `() => Date.now()`, StartAt: &start}))
	r.status(o, execution.Completed)
	if string(o.Result) < fmt.Sprint(start.UnixMilli()) {
		t.Errorf("started at %s, want %d or later", o.Result, start.UnixMilli())
	}
}

// A schedule of the server that anybody publishes submits again and again, each time an
// execution of its own.
func TestCronSubmits(t *testing.T) {
	t.Parallel()
	r := up(t)
	// What nats pub --schedule-cron … --schedule-dest … publishes.
	m := nats.NewMsg("executions.schedule.default.nightly")
	m.Header.Set(jetstream.ScheduleHeader, "* * * * * *")
	m.Header.Set(jetstream.ScheduleTargetHeader, "executions.submit.default")
	m.Data = []byte(`{"code": "async (input) => await items.echo(input)", "input": "tick", "labels": {"by": "cron"}}`)
	s := r.stream()
	if _, err := s.JetStream().PublishMsg(t.Context(), m); err != nil {
		t.Fatalf("publish: %v", err)
	}
	seen := map[execution.ID]bool{}
	natstest.Eventually(t, "three executions", func() bool {
		l, err := r.client.List(t.Context(), control.ListQuery{Status: control.Statuses{execution.Completed}, Label: "by=cron"})
		for _, rec := range l.Executions {
			seen[rec.ExecutionID] = true
		}
		return err == nil && len(seen) >= 3
	})
	queue, err := s.JetStream().Stream(t.Context(), stream.StreamName)
	if err == nil {
		err = queue.Purge(t.Context(), jetstream.WithPurgeSubject(m.Subject))
	}
	if err != nil {
		t.Errorf("end the schedule: %v", err)
	}
}
