package runner

import (
	"testing"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// R13: a message that a settle has spent never claims, not even when the execution is due: it
// does again what the settle promised, and the execution goes on by that.
func TestSpentMessageKeepsThePromiseAndNeverClaims(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]journal.State{
		"a schedule": {Status: execution.Retrying, RetryAt: at(-time.Second), DelayMs: 100},
		"a wake":     {Status: execution.Queued},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x, id := newRig(t, nil), newID()
			request := execution.Request{ID: id, Code: `"done"`}
			d := x.request(id, request)
			s.Carrier = journal.Carrier{Seq: d.Seq, Spent: true}
			s.Attempt, s.Try, s.Seed, s.Digest, s.StartedAt = 1, 1, string(id), request.Digest(), time.Now()
			rev := x.put(id, 0, s)
			if err := x.s.Journal().PutRequest(t.Context(), x.key(id), rev, request); err != nil {
				t.Fatal(err)
			}
			x.handle(d)
			x.gone(d)
			if got := x.state(id); got.Revision != rev {
				t.Fatalf("state %+v: it was written by a spent message", got.State)
			}
			promised := x.next()
			if !promised.IsWake || promised.Seq == d.Seq {
				t.Errorf("message %d, wake %v; want the wake that was promised", promised.Seq, promised.IsWake)
			}
			x.handle(promised)
			x.gone(promised)
			if got := x.state(id).State; got.Status != execution.Completed || got.Carrier.Seq != promised.Seq {
				t.Errorf("state %+v, want completed by the wake", got)
			}
		})
	}
}

// Another body under an id that is in use runs nowhere, whatever the execution
// waits for; the same body may carry it on.
func TestOtherBodyUnderAnIDInUseIsDropped(t *testing.T) {
	t.Parallel()
	x, id := newRig(t, nil), newID()
	mine := x.request(id, execution.Request{ID: id, Code: `"mine"`})
	other := x.submit(`{"id": "`+string(id)+`", "code": "\"other\""}`, "")
	request := execution.Request{ID: id, Code: `"mine"`}
	rev := x.put(id, 0, journal.State{
		Status: execution.Queued, Attempt: 1, Try: 1, Carrier: journal.Carrier{Seq: mine.Seq},
		Seed: string(id), Digest: request.Digest(), StartedAt: time.Now(),
	})
	x.handle(other)
	x.gone(other)
	if got := x.state(id); got.Revision != rev {
		t.Fatalf("state %+v: the other body claimed", got.State)
	}
	x.handle(mine)
	x.gone(mine)
	if got := x.state(id).State; got.Status != execution.Completed || string(got.Result.JSON) != `"mine"` {
		t.Errorf("state %+v, want completed with mine", got)
	}
}
