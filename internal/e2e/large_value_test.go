package e2e

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/stream"
)

// Large values of every kind: they are shown as pointers, can be fetched, and go.
func TestLargeValuesAreShownFetchedAndRemoved(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.request(execution.Request{Input: large("i"), Code: `async (input) => {
		for (let i = 0; i < 300; i++) console.log("l".repeat(1000))
		const got = await items.big_result()
		await items.echo("e".repeat(300000))
		await items.create_item({title: "t".repeat(300000)})
		return input + got
	}`})
	r.status(o, execution.Paused)
	id := o.ExecutionID
	told := r.watch(id)
	o, err := r.client.Approve(t.Context(), control.Approval{ID: id, Args: json.RawMessage(`{"title": ` + string(large("a")) + `}`), As: "ann"}, control.Follow{})
	if err != nil {
		t.Fatal(err)
	}
	r.status(o, execution.Completed)
	rec := r.get(id)
	r.pointsTo(id, "result", rec.Result, `"iii`, 1_400_002)
	r.pointsTo(id, "outcome", o.Result, `"iii`, 1_400_002)
	r.pointsTo(id, "result of a call", rec.Calls[0].Result, `"xxx`, 1_100_002)
	r.pointsTo(id, "arguments", rec.Calls[1].Args, `"eee`, 300_002)
	r.pointsTo(id, "approved arguments", rec.Calls[2].ApprovedArgs, `{"title":"aaa`, 300_012)
	told.areSmall(t)
	r.straysOf(id)
	if n := len(r.objects(id)); n < 6 {
		t.Errorf("%d values were stored, want 6 or more", n)
	}
	if err := r.client.Delete(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	r.onlyTheTombstone(id)
	if s, err := natstest.JetStream(t, r.nc).Stream(t.Context(), "OBJ_executions"); err != nil || s.CachedInfo().State.Msgs != 0 {
		t.Errorf("%d messages of values are left, %v", s.CachedInfo().State.Msgs, err)
	}
}

// large is a text that is too large for a record.
func large(letter string) json.RawMessage {
	return json.RawMessage(`"` + strings.Repeat(letter, 300_000) + `"`)
}

// pointsTo checks that a value is shown as a pointer to so many bytes, which can be
// fetched and begin so.
func (r *rig) pointsTo(id execution.ID, what string, shown json.RawMessage, first string, bytes int) {
	r.t.Helper()
	var pointer struct {
		Object string `json:"$object"`
		Bytes  int    `json:"bytes"`
	}
	if err := json.Unmarshal(shown, &pointer); err != nil || pointer.Bytes != bytes {
		r.t.Errorf("%s: shown as %.80s, %v, want a pointer to %d bytes", what, shown, err, bytes)
		return
	}
	body, err := r.client.Object(r.t.Context(), id, pointer.Object)
	if err != nil || len(body) != bytes || !strings.HasPrefix(string(body), first) {
		r.t.Errorf("%s: fetched %d bytes, %.20s, %v", what, len(body), body, err)
	}
}

// areSmall waits for the end, and checks that the events up to it show pointers.
func (w *watcher) areSmall(t *testing.T) {
	t.Helper()
	natstest.Eventually(t, "the event of the end", func() bool { return len(w.named(string(execution.Completed))) > 0 })
	pointers := 0
	for _, e := range w.events() {
		if e.Name != execution.EventLog && len(e.Data) > 4000 && e.Name != string(execution.Completed) {
			t.Errorf("event %s has %d bytes", e.Name, len(e.Data))
		}
		pointers += strings.Count(string(e.Data), `{"$object":`)
		if e.Name == string(execution.Completed) {
			break
		}
	}
	if pointers < 5 {
		t.Errorf("the events show %d pointers, want 5 or more", pointers)
	}
}

// straysOf adds a signal that came early, and a value of a pass that was superseded.
func (r *rig) straysOf(id execution.ID) {
	r.t.Helper()
	js := natstest.JetStream(r.t, r.nc)
	kv, err := js.KeyValue(r.t.Context(), stream.Bucket)
	if err == nil {
		_, err = kv.PutString(r.t.Context(), stream.SignalKey(r.key(id), execution.NewID(time.Now())), "{}")
	}
	if err == nil {
		var objects jetstream.ObjectStore
		if objects, err = js.ObjectStore(r.t.Context(), stream.Bucket); err == nil {
			_, err = objects.PutString(r.t.Context(), "default."+string(id)+".0123", "what nothing points to")
		}
	}
	if err != nil {
		r.t.Fatal(err)
	}
}
