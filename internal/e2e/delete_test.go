package e2e

import (
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/stream"
)

func TestB196DeletedExecutionIsGone(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.run(`async () => items.add_note("a")`)
	id := o.ExecutionID
	seen := r.watch(id)
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
	seen := r.watch(o.ExecutionID)
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
	seen := r.watch(id)
	if err := r.client.Delete(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	r.drained()
	natstest.Eventually(t, "both events", func() bool {
		told := seen.told()
		return slices.Contains(told, "stop deleted") && slices.Contains(told, "dispose rejected")
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
