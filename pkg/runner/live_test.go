package runner

import (
	"testing"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
)

// A claim of this process is not taken over, however old it looks: its pass is well,
// only its sign of life was late.
func TestOwnClaimIsNotTakenOver(t *testing.T) {
	t.Parallel()
	x, id := newRig(t, nil), newID()
	request := execution.Request{ID: id, Code: `"done"`}
	d := x.request(id, request)
	rev := x.put(id, 0, journal.State{
		Status: execution.Running, Attempt: 1, Try: 1, Carrier: journal.Carrier{Seq: d.Seq}, Seed: string(id), Digest: request.Digest(),
	})
	_, ended := x.r.live.add(x.key(id), x.state(id).State.Nonce)
	x.age(id)
	x.handle(d)
	if got := x.state(id); got.Revision != rev || !x.queued(d.Seq) {
		t.Fatalf("state %+v, in queue %v: want the claim left alone", got.State, x.queued(d.Seq))
	}
	ended()
	x.handle(x.next())
	if got := x.state(id).State; got.Status != execution.Completed || got.Attempt != 2 {
		t.Errorf("state %+v, want completed by attempt 2", got)
	}
}

// The answer to a claim can be late, and its message come again meanwhile: so the
// claim is known as this process's own before it can be read.
func TestOwnClaimIsKnownWhileItsAnswerIsAwaited(t *testing.T) {
	t.Parallel()
	srv := natstest.Run(t)
	p := natstest.NewProxy(t, srv.URL())
	x, id := newRigOn(t, srv, natstest.Connect(t, p.URL()), nil), newID()
	direct, err := stream.Open(t.Context(), srv.Conn(), stream.Config{})
	if err != nil {
		t.Fatal(err)
	}
	d := x.request(id, execution.Request{Code: `"done"`})
	sent := p.CutAfter("PUB $KV.executions." + x.key(id).String() + ".state")
	done := make(chan struct{})
	go func() { defer close(done); x.handle(d) }()
	<-sent
	var claim journal.Stored
	natstest.Eventually(t, "the claim", func() bool {
		claim, err = direct.Journal().State(t.Context(), x.key(id))
		return err == nil
	})
	if !x.r.live.has(claim.State) {
		t.Error("the claim is there, and this process does not know it as its own")
	}
	p.Resume()
	<-done
	if got := x.state(id).State; got.Status != execution.Completed || got.Attempt != 1 {
		t.Errorf("state %+v, want completed by attempt 1", got)
	}
	if x.r.live.has(claim.State) {
		t.Error("the pass has ended, and its claim still counts as alive")
	}
}

// A message that is not the carrier is not held while the pass runs: what it tells of,
// the settle looks for.
func TestSurplusWakeIsDroppedWhileAPassRuns(t *testing.T) {
	t.Parallel()
	x, id := newRig(t, nil), newID()
	request := execution.Request{ID: id, Code: `"done"`}
	d := x.request(id, request)
	x.put(id, 0, journal.State{
		Status: execution.Running, Attempt: 1, Try: 1, Carrier: journal.Carrier{Seq: d.Seq}, Seed: string(id), Digest: request.Digest(),
	})
	_, gone := x.r.live.add(x.key(id), x.state(id).State.Nonce)
	defer gone()
	w := x.wake(id, stream.WakeSignal)
	x.handle(w)
	x.gone(w)
}
