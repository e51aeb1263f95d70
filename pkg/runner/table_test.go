package runner

import (
	"strings"
	"testing"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
)

func at(d time.Duration) *time.Time {
	t := time.Now().Add(d).UTC()
	return &t
}

// R13: what a delivery means in the light of the state. other stands for a message
// that is not the carrier.
func TestDeliveriesMeanWhatTheStateSays(t *testing.T) {
	t.Parallel()
	const (
		acked   = "acked"
		kept    = "kept"
		claimed = "claimed"
		parked  = "parked"
	)
	type row struct {
		state journal.State
		other bool          // the message is not the carrier, which is still in the queue
		lost  bool          // the message is not the carrier, which is gone
		old   bool          // the claim is older than AckWait
		want  string        // what becomes of the message
		sched bool          // and the execution has a schedule
		due   time.Duration // if set, the time to wait from the beginning of the case
	}
	spent := journal.Carrier{Spent: true}
	for name, tt := range map[string]row{
		"completed":                   {state: journal.State{Status: execution.Completed}, want: acked},
		"error":                       {state: journal.State{Status: execution.Error}, want: acked},
		"a tombstone":                 {state: journal.State{Status: execution.Deleted}, want: acked},
		"cancelled when it was due":   {state: journal.State{Status: execution.Cancelled, RetryAt: at(-time.Second), DelayMs: 10}, want: acked},
		"cancelled when it slept":     {state: journal.State{Status: execution.Cancelled, RetryAt: at(time.Hour), DelayMs: 3600_000}, want: acked},
		"cancelled when parked":       {state: journal.State{Status: execution.Cancelled, Carrier: spent, RetryAt: at(time.Hour), DelayMs: 3600_000}, want: acked},
		"deleted when it was due":     {state: journal.State{Status: execution.Deleted, RetryAt: at(-time.Second), DelayMs: 10}, want: acked},
		"paused":                      {state: journal.State{Status: execution.Paused, Carrier: spent}, want: acked},
		"spent, parked":               {state: journal.State{Status: execution.Retrying, Carrier: spent, RetryAt: at(time.Hour), DelayMs: 3600_000}, want: acked, sched: true},
		"spent, due":                  {state: journal.State{Status: execution.Retrying, Carrier: spent, RetryAt: at(-time.Second), DelayMs: 10}, want: acked, sched: true},
		"running, young claim":        {state: journal.State{Status: execution.Running}, want: kept},
		"running, old claim":          {state: journal.State{Status: execution.Running}, old: true, want: claimed},
		"running by another message":  {state: journal.State{Status: execution.Running}, other: true, want: acked},
		"running, its message gone":   {state: journal.State{Status: execution.Running}, lost: true, want: claimed},
		"queued":                      {state: journal.State{Status: execution.Queued}, want: claimed},
		"queued, by another message":  {state: journal.State{Status: execution.Queued}, other: true, want: claimed},
		"due":                         {state: journal.State{Status: execution.Retrying, RetryAt: at(-time.Second), DelayMs: 10}, want: claimed},
		"not due":                     {state: journal.State{Status: execution.Retrying}, due: 55 * time.Second, want: kept},
		"not due for long":            {state: journal.State{Status: execution.Retrying, RetryAt: at(time.Hour), DelayMs: 3600_000}, want: parked, sched: true},
		"due by the delay, not clock": {state: journal.State{Status: execution.Retrying, RetryAt: at(time.Hour), DelayMs: 1}, old: true, want: claimed},
		"sleeping, due":               {state: journal.State{Status: execution.Sleeping, RetryAt: at(-time.Second), DelayMs: 10}, want: claimed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rigFor := newPatientRig // a claim stays young
			if tt.old {
				rigFor = newRig
			}
			x := rigFor(t, nil)
			id := newID()
			request := execution.Request{ID: id, Code: `"done"`}
			d := x.request(id, request)
			carrier := d.Seq
			if tt.other {
				other := x.submit("1", "")
				t.Cleanup(func() { _ = other.Ack(t.Context()) })
				carrier = other.Seq
			}
			if tt.lost {
				carrier = d.Seq + 1000
			}
			s := tt.state
			if tt.due > 0 {
				s.RetryAt, s.DelayMs = at(tt.due), tt.due.Milliseconds()
			}
			s.Carrier.Seq, s.Attempt, s.Try, s.Seed, s.Digest, s.StartedAt = carrier, 1, 1, string(id), request.Digest(), time.Now()
			rev := x.put(id, 0, s)
			if err := x.s.Journal().PutRequest(t.Context(), x.key(id), rev, request); err != nil {
				t.Fatal(err)
			}
			if tt.old {
				x.age(id)
			}
			x.handle(d)
			after := x.state(id)
			switch tt.want {
			case acked:
				x.gone(d)
				if after.Revision != rev {
					t.Errorf("the state was written: %+v", after.State)
				}
			case parked:
				x.gone(d)
				if !after.State.Carrier.Spent || after.State.Status != tt.state.Status {
					t.Errorf("state %+v, want its carrier spent", after.State)
				}
			case kept:
				if !x.queued(d.Seq) || after.Revision != rev {
					t.Errorf("in queue %v, state %+v: want it kept, and the state as it was", x.queued(d.Seq), after.State)
				}
			case claimed:
				if after.State.Status != execution.Completed || after.State.Attempt != 2 {
					t.Errorf("state %+v, want completed by attempt 2", after.State)
				}
				x.gone(d)
			}
			scheduled, err := x.s.Scheduled(t.Context(), x.key(id))
			if err != nil || scheduled != tt.sched {
				t.Errorf("scheduled %v, %v, want %v", scheduled, err, tt.sched)
			}
		})
	}
}

func TestWakesOfNobodyAreDropped(t *testing.T) {
	t.Parallel()
	x := newRig(t, nil)
	id := newID()
	if err := x.s.Wake(t.Context(), x.key(id), stream.WakeSweep, 7); err != nil {
		t.Fatal(err)
	}
	d := x.next()
	x.handle(d)
	x.gone(d)
	if got := x.state(id); got.Revision != 0 {
		t.Errorf("state %+v, want none", got.State)
	}
	if _, err := x.js.Publish(t.Context(), stream.WakeSubject("default"), []byte("nonsense")); err != nil {
		t.Fatal(err)
	}
	d = x.next()
	x.handle(d)
	x.gone(d)
}

// A malformed submission ends under its own id where that can be read, and under
// the derived one where it cannot; its message is gone.
func TestMalformedSubmissionsEnd(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ body, want string }{
		"empty":             {"", "empty"},
		"not text":          {"\xff\xfe\x00", "not UTF-8"},
		"no code":           {`{"input": 1}`, "code: missing"},
		"an unknown field":  {`{"code": "1", "colour": "red"}`, "colour: unknown field"},
		"a bad type":        {`{"code": "1", "timeoutMs": "soon"}`, "timeoutMs: must be"},
		"a bad id":          {`{"code": "1", "id": "42"}`, `id: "42"`},
		"a bad retry":       {`{"code": "1", "retry": {"maxAttempts": -1}}`, "retry.maxAttempts: must be"},
		"a bad connector":   {`{"code": "1", "connectors": ["nope"]}`, "nope not configured"},
		"no parse":          {"const = 1", "SyntaxError"},
		"source too large":  {`"` + strings.Repeat("x", execution.MaxSourceBytes) + `"`, "too large to record durably"},
		"text that is code": {"throw new Error('no')", "Code execution failed: no"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := newRig(t, nil)
			d := x.submit(tt.body, "")
			m, err := read(d)
			if err != nil {
				t.Fatal(err)
			}
			x.handle(d)
			x.gone(d)
			got := x.state(m.key.ID)
			if got.State.Status != execution.Error || !strings.Contains(got.State.Error, tt.want) || got.State.Failure == nil {
				t.Errorf("state %+v, want error with %q", got.State, tt.want)
			}
		})
	}
}

func TestIDsComeFromBodyHeaderOrMessage(t *testing.T) {
	t.Parallel()
	id := newID()
	for name, tt := range map[string]struct {
		body string
		msg  execution.ID
		want execution.ID // empty: derived
		bad  bool
	}{
		"body":             {`{"code": "1", "id": "` + strings.ToLower(string(id)) + `"}`, "", id, false},
		"header":           {"1", id, id, false},
		"both":             {`{"code": "1", "id": "` + string(id) + `"}`, id, id, false},
		"neither":          {"1", "", "", false},
		"they differ":      {`{"code": "1", "id": "` + string(newID()) + `"}`, id, "", true},
		"no ULID":          {"1", "order-42", "", true},
		"bad, with a ULID": {`{"code": 1}`, id, id, true},
	} {
		m, err := read(&stream.Delivery{Runtime: "default", Seq: 7, Time: time.Unix(1000, 0), Delivered: 1, MsgID: string(tt.msg), Body: []byte(tt.body)})
		if err != nil {
			t.Fatal(err)
		}
		want := tt.want
		if want == "" {
			want = execution.DeriveID(stream.StreamName, time.Unix(1000, 0), 7)
		}
		if m.key.ID != want || (m.bad != nil) != tt.bad {
			t.Errorf("%s: id %s, failure %+v; want %s, bad %v", name, m.key.ID, m.bad, want, tt.bad)
		}
	}
}
