package control

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
)

// queued returns the bodies in the queue, oldest first.
func (b *bench) queued() []execution.Request {
	b.t.Helper()
	q, err := b.s.JetStream().Stream(b.t.Context(), stream.StreamName)
	if err != nil {
		b.t.Fatalf("open queue: %v", err)
	}
	var all []execution.Request
	info := q.CachedInfo().State
	for seq := info.FirstSeq; seq <= info.LastSeq && info.Msgs > 0; seq++ {
		m, err := q.GetMsg(b.t.Context(), seq)
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			continue
		}
		if err != nil {
			b.t.Fatalf("read queue: %v", err)
		}
		r, err := execution.Parse(m.Data)
		if err != nil {
			b.t.Fatalf("parse %s: %v", m.Data, err)
		}
		all = append(all, r)
	}
	return all
}

func (b *bench) untilQueued(id execution.ID) {
	b.t.Helper()
	natstest.Eventually(b.t, "the submission", func() bool {
		for _, r := range b.queued() {
			if r.ID == id {
				return true
			}
		}
		return false
	})
}

func TestSubmitPublishesWhatWasAskedFor(t *testing.T) {
	t.Parallel()
	b := setup(t, natstest.Options{})
	b.serve(ServiceConfig{})
	var answer struct{ ExecutionID execution.ID }
	err := b.client.Call(t.Context(), "submit", json.RawMessage(`{"code":"() => 1","input":[1],"labels":{"a":"b"},"connectors":[]}`), &answer)
	if err != nil {
		t.Fatalf("submit: %v", err)
	}
	if err := b.raw("submit", []byte("() => 2")); err != nil {
		t.Fatalf("submit source: %v", err)
	}
	got := b.queued()
	if len(got) != 2 || got[0].ID != answer.ExecutionID || got[0].Code != "() => 1" || string(got[0].Input) != "[1]" || got[0].Connectors == nil {
		t.Errorf("queued = %+v", got)
	}
	if len(got) == 2 && got[1].Code != "() => 2" {
		t.Errorf("source arrived as %q", got[1].Code)
	}
}

func TestSubmitRefusesAndNamesTheField(t *testing.T) {
	t.Parallel()
	b := setup(t, natstest.Options{})
	b.serve(ServiceConfig{})
	for body, says := range map[string]string{
		`{"code":1}`:                        "code: ",
		`{}`:                                "code: ",
		`{"code":"x","wait":"yes"}`:         "wait: ",
		`{"code":"x","timeoutMs":-1}`:       "timeoutMs: ",
		`{"code":"x","retry":{"tries":1}}`:  "retry.tries: ",
		`{"code":"x","colour":"red"}`:       "colour: ",
		`{"code":"x","id":"nope"}`:          "id: ",
		``:                                  "empty",
		strings.Repeat("x", 1_000_001):      "code: ",
		`{"code":"x","startAt":"tomorrow"}`: "startAt: ",
	} {
		if err := b.raw("submit", []byte(body)); err == nil || !errors.Is(err, ErrBadRequest) || !strings.Contains(err.Error(), says) {
			t.Errorf("submit %.40q = %v, want 400 that names %q", body, err, says)
		}
	}
	if got := b.queued(); len(got) != 0 {
		t.Errorf("queued = %+v, want nothing", got)
	}
}

func TestTheSameIDIsOneExecution(t *testing.T) {
	t.Parallel()
	b := setup(t, natstest.Options{})
	b.serve(ServiceConfig{})
	ctx := t.Context()
	first := execution.Request{ID: at(1), Code: "() => 1", Input: json.RawMessage("1")}
	other := first
	other.Input = json.RawMessage("2")

	// In the queue, claimed by nobody.
	for range 2 {
		if _, err := b.client.Submit(ctx, first); err != nil {
			t.Fatalf("Submit: %v", err)
		}
	}
	if _, err := b.client.Submit(ctx, other); !errors.Is(err, ErrConflict) {
		t.Errorf("another body before the claim = %v, want ErrConflict", err)
	}
	if got := b.queued(); len(got) != 1 {
		t.Errorf("%d messages are queued, want 1", len(got))
	}

	// Claimed, long after the queue forgot it.
	claimed := execution.Request{ID: at(2), Code: "() => 1"}
	w := b.claimed(claimed)
	if _, err := b.client.Submit(ctx, claimed); err != nil {
		t.Errorf("the same again = %v, want nil", err)
	}
	claimed.Code = "() => 2"
	if _, err := b.client.Submit(ctx, claimed); !errors.Is(err, ErrConflict) {
		t.Errorf("another body = %v, want ErrConflict", err)
	}
	w.settle(execution.Deleted, nil)
	if _, err := b.client.Submit(ctx, claimed); !errors.Is(err, ErrGone) {
		t.Errorf("a deleted one = %v, want ErrGone", err)
	}
	if got := b.queued(); len(got) != 1 {
		t.Errorf("%d messages are queued, want 1 still", len(got))
	}
}

func TestSubmitWithWaitAnswersTheOutcome(t *testing.T) {
	t.Parallel()
	b := setup(t, natstest.Options{})
	b.serve(ServiceConfig{})
	type answer struct {
		o   execution.Outcome
		err error
	}
	answers := make(chan answer, 2)
	for i := range 2 {
		go func() {
			var o execution.Outcome
			body, err := b.client.ask(context.Background(), "submit", map[string]any{"id": at(i), "code": "x", "wait": true}, natstest.StartWait)
			if err == nil {
				err = json.Unmarshal(body, &o)
			}
			answers <- answer{o, err}
		}()
	}
	for i := range 2 {
		b.untilQueued(at(i))
	}
	// The one that waits keeps nobody from asking.
	if _, err := b.client.List(t.Context(), ListQuery{}); err != nil {
		t.Errorf("List beside a waiting submission: %v", err)
	}
	// One end is heard, of the other one only the journal tells.
	for i := range 2 {
		w := b.claimed(execution.Request{ID: at(i), Code: "x"})
		w.settle(execution.Completed, func(s *journal.State) { s.Result = text("%d", i) })
		if i == 0 {
			o := execution.Outcome{Status: execution.Completed, ExecutionID: at(0), Result: json.RawMessage("0"), Attempt: 1}
			if err := stream.Event(b.s.Conn(), w.key, "completed", encode(t, o)); err != nil {
				t.Fatalf("publish event: %v", err)
			}
		}
	}
	for range 2 {
		a := <-answers
		if a.err != nil || a.o.Status != execution.Completed || at(int(a.o.Result[0]-'0')) != a.o.ExecutionID {
			t.Errorf("outcome = %+v, %v", a.o, a.err)
		}
	}
}
