package e2e

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/reprise-run/reprise/internal/executor"
	"github.com/reprise-run/reprise/internal/fixture"
	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/stream"
)

// expire expires what is older than the age, and checks that it is those.
func (r *rig) expire(age time.Duration, want ...execution.ID) {
	r.t.Helper()
	got, err := r.client.Expire(r.t.Context(), age)
	if err != nil || !slices.Equal(got, want) {
		r.t.Errorf("expire %v = %v, %v, want %v", age, got, err, want)
	}
}

// expireAll expires everything that can, once it is a millisecond old.
func (r *rig) expireAll(want ...execution.ID) {
	r.t.Helper()
	var got []execution.ID
	natstest.Eventually(r.t, "the expiry", func() bool {
		ids, err := r.client.Expire(r.t.Context(), 0)
		if err != nil {
			r.t.Fatalf("expire: %v", err)
		}
		got = append(got, ids...)
		return len(got) >= len(want)
	})
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		r.t.Errorf("expired %v, want %v", got, want)
	}
}

// events collects the events of an execution as "name status", from now on.
type events struct {
	mu   sync.Mutex // guards seen
	seen []string
}

func (r *rig) events(id execution.ID) *events {
	r.t.Helper()
	sub, err := r.nc.SubscribeSync(stream.EventSubject(r.key(id), ">"))
	if err == nil {
		err = r.nc.Flush()
	}
	if err != nil {
		r.t.Fatal(err)
	}
	e := &events{}
	done := make(chan struct{})
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		defer close(done)
		for {
			m, err := sub.NextMsgWithContext(ctx)
			if err != nil {
				return
			}
			var body execution.StatusEvent
			_ = json.Unmarshal(m.Data, &body)
			name := m.Subject[strings.LastIndex(m.Subject, ".")+1:]
			e.mu.Lock()
			e.seen = append(e.seen, strings.TrimSpace(name+" "+string(body.Status)))
			e.mu.Unlock()
		}
	}()
	r.t.Cleanup(func() { cancel(); <-done })
	return e
}

// are waits for the events, and checks that they are those and no more. Other names
// than these are not looked at.
func (e *events) are(t *testing.T, want ...string) {
	t.Helper()
	about := []string{"dispose", "pass_end", "stop", "rejected", "error", "completed"}
	got := func() (all []string) {
		e.mu.Lock()
		defer e.mu.Unlock()
		for _, s := range e.seen {
			if name, _, _ := strings.Cut(s, " "); slices.Contains(about, name) {
				all = append(all, s)
			}
		}
		return all
	}
	natstest.Eventually(t, "the events", func() bool { return len(got()) >= len(want) })
	if !slices.Equal(got(), want) {
		t.Errorf("events %q, want %q", got(), want)
	}
}

func TestB186B187B189PausedExecutionExpires(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.paused(gated)
	seen := r.events(o.ExecutionID)
	r.expire(time.Minute)
	if rec := r.get(o.ExecutionID); rec.Status != execution.Paused {
		t.Fatalf("status %s after an expiry that it is too young for", rec.Status)
	}
	r.expireAll(o.ExecutionID)
	rec := r.get(o.ExecutionID)
	if rec.Status != execution.Rejected || rec.Error != "Expired awaiting approval" || len(rec.Pending) > 0 {
		t.Errorf("record %+v", rec)
	}
	if got, want := states(rec.Calls), "items.list_items applied items.create_item reverted"; got != want {
		t.Errorf("calls %s, want %s", got, want)
	}
	if d := rec.Calls[1].Decision; d == nil || d.Verdict != execution.ExpiredWait || d.As != "" {
		t.Errorf("decision %+v, want that nobody decided in time", d)
	}
	if p, err := r.client.Pending(t.Context(), control.PendingQuery{}); err != nil || len(p.Pending) > 0 {
		t.Errorf("pending %v, %v", p, err)
	}
	_, err := r.client.Approve(t.Context(), control.Approval{ID: o.ExecutionID}, control.Follow{})
	if !errors.Is(err, control.ErrConflict) || !strings.Contains(err.Error(), "not paused (rejected)") {
		t.Errorf("approve = %v", err)
	}
	r.expire(0)
	// No pass has ended: 177, 181.
	seen.are(t, "rejected rejected", "dispose rejected")
	if n := r.items.Runs("create_item"); n != 0 {
		t.Errorf("create_item ran %d times", n)
	}
}

func TestB188RunningLeftByADeadExecutorExpires(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	dying := r.server.Conn()
	r.start(func(c *executor.Config) { c.Conn, c.AckWait = dying, time.Minute })
	id := r.begin(execution.Request{Code: `async () => { await items.add_note("a"); await items.hold() }`})
	natstest.Eventually(t, "the second call", func() bool { return r.items.Runs("hold") == 1 })
	dying.Close()
	r.start(nil)
	seen := r.events(id)
	r.expireAll(id)
	rec := r.get(id)
	if rec.Status != execution.Error || rec.Error != "Expired while running" || rec.Failure == nil || rec.Failure.Reason != execution.ReasonExpired {
		t.Errorf("record %+v, failure %+v", rec, rec.Failure)
	}
	if got, want := states(rec.Calls), "items.add_note applied items.hold unknown"; got != want {
		t.Errorf("calls %s, want %s", got, want)
	}
	r.expire(0)
	seen.are(t, "stop error", "error error", "dispose rejected")
}

func TestRunningPassIsSupersededByItsExpiry(t *testing.T) {
	t.Parallel()
	r := up(t)
	id := r.begin(execution.Request{Code: `async () => { await items.hold(); await items.add_note("late") }`})
	natstest.Eventually(t, "the call", func() bool { return r.items.Runs("hold") == 1 })
	r.expireAll(id)
	r.items.Release()
	r.drained()
	if rec := r.get(id); rec.Status != execution.Error || rec.Failure.Reason != execution.ReasonExpired || r.items.Runs("add_note") != 0 {
		t.Errorf("record %+v, %d notes", rec, r.items.Runs("add_note"))
	}
}

func TestB186WhatHasATimeOfItsOwnDoesNotExpire(t *testing.T) {
	t.Parallel()
	r := up(t)
	hour := time.Now().Add(time.Hour)
	later := r.begin(execution.Request{Code: "1", StartAt: &hour})
	again := r.begin(execution.Request{Code: `async () => items.retry_later({ms: 3600000})`})
	for id, want := range map[execution.ID]execution.Status{later: execution.Sleeping, again: execution.Retrying} {
		natstest.Eventually(t, "status "+string(want), func() bool {
			rec, err := r.client.Get(t.Context(), id)
			return err == nil && rec.Status == want
		})
	}
	o := r.paused(gated)
	r.expireAll(o.ExecutionID)
}

func TestB196DeletedExecutionIsGone(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.run(`async () => items.add_note("a")`)
	id := o.ExecutionID
	seen := r.events(id)
	if err := r.client.Delete(t.Context(), id); err != nil {
		t.Fatalf("delete: %v", err)
	}
	if _, err := r.client.Get(t.Context(), id); !errors.Is(err, control.ErrGone) {
		t.Errorf("get = %v, want ErrGone", err)
	}
	if l, err := r.client.List(t.Context(), control.ListQuery{}); err != nil || len(l.Executions) > 0 {
		t.Errorf("list %v, %v", l, err)
	}
	if err := r.client.Delete(t.Context(), id); !errors.Is(err, control.ErrGone) {
		t.Errorf("second delete = %v, want ErrGone", err)
	}
	if err := r.client.Delete(t.Context(), execution.NewID(time.Now())); !errors.Is(err, control.ErrNotFound) {
		t.Errorf("delete of an unknown one = %v, want ErrNotFound", err)
	}
	var out any
	if err := r.client.Call(t.Context(), "submit", execution.Request{ID: id, Code: `async () => items.add_note("b")`}, &out); !errors.Is(err, control.ErrGone) {
		t.Errorf("submit of the id = %v, want ErrGone", err)
	}
	r.onlyTheTombstone(id)
	seen.are(t) // 178
}

func TestB177B197DeletedPausedExecutionIsDisposedOf(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.paused(gated)
	seen := r.events(o.ExecutionID)
	if err := r.client.Delete(t.Context(), o.ExecutionID); err != nil {
		t.Fatal(err)
	}
	_, err := r.client.Approve(t.Context(), control.Approval{ID: o.ExecutionID}, control.Follow{})
	if !errors.Is(err, control.ErrGone) {
		t.Errorf("approve = %v, want ErrGone", err)
	}
	r.onlyTheTombstone(o.ExecutionID)
	seen.are(t, "dispose rejected")
}

func TestDeleteRemovesTheSchedule(t *testing.T) {
	t.Parallel()
	r := up(t)
	hour := time.Now().Add(time.Hour)
	id := r.begin(execution.Request{Code: "1", StartAt: &hour})
	natstest.Eventually(t, "the schedule", func() bool { return len(r.subjects(stream.StreamName, string(id))) == 1 })
	if err := r.client.Delete(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	r.onlyTheTombstone(id)
}

func TestB177DeleteStopsARunningPass(t *testing.T) {
	t.Parallel()
	r := up(t)
	id := r.begin(execution.Request{Code: `async () => { for (;;) await items.add_note("x".repeat(300000)) }`})
	natstest.Eventually(t, "some calls", func() bool { return r.items.Runs("add_note") > 3 })
	seen := r.events(id)
	if err := r.client.Delete(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	r.drained()
	natstest.Eventually(t, "both events", func() bool {
		seen.mu.Lock()
		defer seen.mu.Unlock()
		return slices.Contains(seen.seen, "stop deleted") && slices.Contains(seen.seen, "dispose rejected")
	})
	if got := r.subjects("KV_executions", string(id)); len(got) != 1 {
		t.Errorf("left %v", got)
	}
}

// A late delivery of the message, and a wake, are acked and run nothing.
func TestDeletedExecutionIsNotRunByALateDelivery(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.run(`async () => items.add_note("a")`)
	if err := r.client.Delete(t.Context(), o.ExecutionID); err != nil {
		t.Fatal(err)
	}
	body := []byte(`{"id":"` + string(o.ExecutionID) + `","code":"async () => items.add_note(\"a\")"}`)
	js := natstest.JetStream(t, r.nc)
	for _, subject := range []string{"executions.submit.default", "executions.wake.default"} {
		if _, err := js.Publish(t.Context(), subject, body); err != nil {
			t.Fatal(err)
		}
	}
	r.drained()
	if n := r.items.Runs("add_note"); n != 1 {
		t.Errorf("it ran %d times, want once", n)
	}
	r.onlyTheTombstone(o.ExecutionID)
}

func TestB194B195PruneKeepsTheNewest(t *testing.T) {
	t.Parallel()
	r := up(t)
	waiting := r.paused(gated).ExecutionID
	var ids []execution.ID
	for range 5 {
		ids = append(ids, r.run("1").ExecutionID)
	}
	slices.Sort(ids)
	for _, step := range []struct {
		keep int
		want []execution.ID
	}{{10, nil}, {2, ids[:3]}, {2, nil}, {0, ids[3:]}} {
		got, err := r.client.Prune(t.Context(), step.keep)
		if err != nil || !slices.Equal(got, step.want) {
			t.Errorf("prune %d = %v, %v, want %v", step.keep, got, err, step.want)
		}
	}
	l, err := r.client.List(t.Context(), control.ListQuery{})
	if err != nil || len(l.Executions) != 1 || l.Executions[0].ExecutionID != waiting {
		t.Errorf("list %+v, %v, want what waits alone", l, err)
	}
	for _, id := range ids {
		r.onlyTheTombstone(id)
	}
}

// Large values of every kind: they are shown as pointers, can be fetched, and go.
func TestLargeValuesAreShownFetchedAndRemoved(t *testing.T) {
	t.Parallel()
	r := up(t)
	large := func(letter string) string { return `"` + strings.Repeat(letter, 300_000) + `"` }
	o := r.request(execution.Request{Input: json.RawMessage(large("i")), Code: `async (input) => {
		for (let i = 0; i < 300; i++) console.log("l".repeat(1000))
		const got = await items.big_result()
		await items.echo("e".repeat(300000))
		await items.create_item({title: "t".repeat(300000)})
		return input + got
	}`})
	r.status(o, execution.Paused)
	id := o.ExecutionID
	events, err := r.nc.SubscribeSync(stream.EventSubject(r.key(id), ">"))
	if err != nil {
		t.Fatal(err)
	}
	o, err = r.client.Approve(t.Context(), control.Approval{ID: id, Args: json.RawMessage(`{"title": ` + large("a") + `}`), As: "ann"}, control.Follow{})
	if err != nil {
		t.Fatal(err)
	}
	r.status(o, execution.Completed)
	rec := r.get(id)
	for what, at := range map[string]struct {
		shown json.RawMessage
		first string
		bytes int
	}{
		"result": {rec.Result, `"iii`, 1_400_002}, "outcome": {o.Result, `"iii`, 1_400_002}, "result of a call": {rec.Calls[0].Result, `"xxx`, 1_100_002},
		"arguments": {rec.Calls[1].Args, `"eee`, 300_002}, "approved arguments": {rec.Calls[2].ApprovedArgs, `{"title":"aaa`, 300_012},
	} {
		var pointer struct {
			Object string `json:"$object"`
			Bytes  int    `json:"bytes"`
		}
		if err := json.Unmarshal(at.shown, &pointer); err != nil || pointer.Bytes != at.bytes {
			t.Errorf("%s: shown as %.80s, %v, want a pointer to %d bytes", what, at.shown, err, at.bytes)
			continue
		}
		body, err := r.client.Object(t.Context(), id, pointer.Object)
		if err != nil || len(body) != at.bytes || !strings.HasPrefix(string(body), at.first) {
			t.Errorf("%s: fetched %d bytes, %.20s, %v", what, len(body), body, err)
		}
	}
	pointers := 0
	for {
		m, err := events.NextMsg(patience)
		if err != nil {
			t.Fatalf("no event of the end: %v", err)
		}
		name := m.Subject[strings.LastIndex(m.Subject, ".")+1:]
		if name != execution.EventLog && len(m.Data) > 4000 && name != string(execution.Completed) {
			t.Errorf("event %s has %d bytes", name, len(m.Data))
		}
		pointers += strings.Count(string(m.Data), `{"$object":`)
		if name == string(execution.Completed) {
			break
		}
	}
	if pointers < 5 {
		t.Errorf("the events show %d pointers, want 5 or more", pointers)
	}
	// A signal that came early, and a value of a pass that was superseded.
	js := natstest.JetStream(t, r.nc)
	kv, err := js.KeyValue(t.Context(), stream.Bucket)
	if err == nil {
		_, err = kv.PutString(t.Context(), stream.SignalKey(r.key(id), execution.NewID(time.Now())), "{}")
	}
	if err == nil {
		var objects jetstream.ObjectStore
		if objects, err = js.ObjectStore(t.Context(), stream.Bucket); err == nil {
			_, err = objects.PutString(t.Context(), "default."+string(id)+".0123", "what nothing points to")
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	if n := len(r.objects(id)); n < 6 {
		t.Errorf("%d values were stored, want 6 or more", n)
	}
	if err := r.client.Delete(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	r.onlyTheTombstone(id)
	if s, err := js.Stream(t.Context(), "OBJ_executions"); err != nil || s.CachedInfo().State.Msgs != 0 {
		t.Errorf("%d messages of values are left, %v", s.CachedInfo().State.Msgs, err)
	}
}

// onlyTheTombstone checks that nothing else is left of an execution.
func (r *rig) onlyTheTombstone(id execution.ID) {
	r.t.Helper()
	if got, want := r.subjects("KV_executions", string(id)), "$KV.executions.default."+string(id)+".state"; len(got) != 1 || got[0] != want {
		r.t.Errorf("the journal has %v, want the tombstone", got)
	}
	if got := r.subjects(stream.StreamName, string(id)); len(got) > 0 {
		r.t.Errorf("the queue has %v", got)
	}
	if got := r.objects(id); len(got) > 0 {
		r.t.Errorf("the object store has %v", got)
	}
}

// subjects lists the subjects of a stream that contain the text.
func (r *rig) subjects(name, text string) (all []string) {
	r.t.Helper()
	s, err := natstest.JetStream(r.t, r.nc).Stream(r.t.Context(), name)
	if err != nil {
		r.t.Fatal(err)
	}
	info, err := s.Info(r.t.Context(), jetstream.WithSubjectFilter(">"))
	if err != nil {
		r.t.Fatal(err)
	}
	for subject := range info.State.Subjects {
		if strings.Contains(subject, text) {
			all = append(all, subject)
		}
	}
	return all
}

// objects lists the names of the large values of an execution.
func (r *rig) objects(id execution.ID) (all []string) {
	r.t.Helper()
	for _, subject := range r.subjects("OBJ_executions", "$O.executions.M.") {
		name, err := base64.URLEncoding.DecodeString(strings.TrimPrefix(subject, "$O.executions.M."))
		if err != nil {
			r.t.Fatal(err)
		}
		if strings.Contains(string(name), string(id)) {
			all = append(all, string(name))
		}
	}
	return all
}

// cluster is a rig on three servers, with two executors. A pass that the machine holds up
// for some seconds is not taken over: the tests count calls.
func cluster(t testing.TB) *rig {
	t.Helper()
	nc := natstest.Cluster(t, 3).Conn()
	if err := stream.Init(t.Context(), nc, stream.Config{Replicas: 3, AckWait: time.Minute}); err != nil {
		t.Fatal(err)
	}
	c, err := control.NewClient(control.ClientConfig{Conn: nc, Timeout: requestTime})
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, nc: nc, items: new(fixture.Items), client: c}
	r.start(nil)
	r.start(nil)
	return r
}
