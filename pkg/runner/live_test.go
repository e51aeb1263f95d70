package runner

import (
	"encoding/json"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
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
	ended := x.r.live.add(x.state(id).State.Nonce)
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
func TestOwnClaimIsKnownBeforeItIsWritten(t *testing.T) {
	t.Parallel()
	x, id := newRig(t, nil), newID()
	known := make(chan bool, 10)
	nc := x.srv.Conn()
	if _, err := nc.Subscribe("$KV.executions."+x.key(id).String()+".state", func(m *nats.Msg) {
		var s journal.State
		if json.Unmarshal(m.Data, &s) == nil && s.Status == execution.Running {
			known <- x.r.live.has(s)
		}
	}); err != nil {
		t.Fatal(err)
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	x.handle(x.request(id, execution.Request{Code: `async () => await items.sleep({ms: 100})`}))
	if !<-known {
		t.Error("the claim was published before this process knew it as its own")
	}
	if x.r.live.has(x.state(id).State) {
		t.Error("the pass has ended, and its claim still counts as alive")
	}
}
