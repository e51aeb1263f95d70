package runner

import (
	"testing"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
)

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

// What becomes of a wake.
const (
	acked  = "acked"
	kept   = "kept"
	goesOn = "claimed"
)

// restWake is a wake of an execution that rests.
type restWake struct {
	status execution.Status
	due    time.Duration // 0: no time
	awaits string
	read   string // signals that the last pass has read
	news   string // and one that came since
	reason string
	want   string
	sched  bool // a schedule is arranged
}

func restWakes() map[string]restWake {
	soon, later, past := 30*time.Second, time.Hour, -time.Second
	return map[string]restWake{
		"waiting, a signal came":             {status: execution.Waiting, awaits: "go", news: "go", reason: stream.WakeSignal, want: goesOn},
		"waiting, a signal came, swept":      {status: execution.Waiting, awaits: "go", news: "go", reason: stream.WakeSweep, want: goesOn},
		"waiting, it has read it":            {status: execution.Waiting, awaits: "go", read: "go", reason: stream.WakeSignal, want: acked},
		"waiting, another signal":            {status: execution.Waiting, awaits: "go", news: "stop", reason: stream.WakeSignal, want: acked},
		"waiting, no signal":                 {status: execution.Waiting, awaits: "go", reason: stream.WakeSweep, want: acked},
		"waiting, not due":                   {status: execution.Waiting, awaits: "go", due: soon, reason: stream.WakeSignal, want: acked},
		"waiting, not due, woken by time":    {status: execution.Waiting, awaits: "go", due: soon, reason: stream.WakeTimer, want: kept},
		"waiting, long not due, by time":     {status: execution.Waiting, awaits: "go", due: later, reason: stream.WakeTimer, want: acked, sched: true},
		"waiting, not due, a signal came":    {status: execution.Waiting, awaits: "go", due: later, news: "go", reason: stream.WakeSignal, want: goesOn},
		"waiting, due":                       {status: execution.Waiting, awaits: "go", due: past, reason: stream.WakeTimer, want: goesOn},
		"waiting, due, swept":                {status: execution.Waiting, awaits: "go", due: past, reason: stream.WakeSweep, want: goesOn},
		"paused, a signal came":              {status: execution.Paused, awaits: "go", news: "go", reason: stream.WakeSignal, want: goesOn},
		"paused, waits for none":             {status: execution.Paused, news: "go", reason: stream.WakeSignal, want: acked},
		"paused, not due":                    {status: execution.Paused, due: soon, reason: stream.WakeApproved, want: acked},
		"paused, not due, by time":           {status: execution.Paused, due: soon, reason: stream.WakeTimer, want: kept},
		"paused, due":                        {status: execution.Paused, due: past, reason: stream.WakeTimer, want: goesOn},
		"paused, a stale schedule":           {status: execution.Paused, reason: stream.WakeTimer, want: acked},
		"sleeping, due":                      {status: execution.Sleeping, due: past, reason: stream.WakeTimer, want: goesOn},
		"sleeping, not due":                  {status: execution.Sleeping, due: soon, reason: stream.WakeTimer, want: kept},
		"sleeping, not due for long":         {status: execution.Sleeping, due: later, reason: stream.WakeTimer, want: acked, sched: true},
		"sleeping, a signal for later comes": {status: execution.Sleeping, due: later, news: "go", reason: stream.WakeSignal, want: acked, sched: true},
	}
}

// What a wake means for an execution that rests. It goes on for a signal that nobody has
// read, and when its time has come; a wake that does not concern it is not held.
func TestWakesOfExecutionsThatRest(t *testing.T) {
	t.Parallel()
	for name, tt := range restWakes() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x, id := newRig(t, nil), newID()
			rev := x.rests(id, tt)
			d := x.wake(id, tt.reason)
			x.handle(d)
			after := x.state(id)
			if tt.want == goesOn {
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

// rests writes the execution that is woken.
func (x *rig) rests(id execution.ID, tt restWake) journal.Revision {
	x.t.Helper()
	s := journal.State{Status: tt.status, Carrier: journal.Carrier{Seq: 1 << 40, Spent: true}}
	if tt.awaits != "" {
		s.Signals = []string{tt.awaits}
	}
	if tt.read != "" {
		x.signal(id, tt.read)
		inbox, err := x.s.Journal().Inbox(x.t.Context(), x.key(id), 0)
		if err != nil {
			x.t.Fatal(err)
		}
		s.Heard = inbox[0].Position
	}
	if tt.news != "" {
		x.signal(id, tt.news)
	}
	if tt.due != 0 {
		s.RetryAt, s.DelayMs = at(tt.due), max(tt.due, 0).Milliseconds()
	}
	return x.rested(id, s)
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
