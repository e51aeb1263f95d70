package control

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
)

func TestExecuteFollowsToTheEnd(t *testing.T) {
	t.Parallel()
	b := setup(t, natstest.Options{})
	b.serve(ServiceConfig{})
	var names []string
	f := Follow{
		OnReceipt: func(r Receipt) {
			key := journal.Key{Runtime: runtime, ID: r.ID}
			for _, e := range []struct {
				name string
				body any
			}{
				{"started", execution.StartedEvent{ExecutionID: r.ID, Attempt: 1}},
				{"call", execution.CallEvent{ExecutionID: r.ID, Entry: execution.Entry{Connector: "demo", Method: "echo", State: execution.Applied}}},
				{"completed", execution.Outcome{Status: execution.Completed, ExecutionID: r.ID, Result: json.RawMessage("7")}},
			} {
				if err := stream.Event(b.s.Conn(), key, e.name, encode(t, e.body)); err != nil {
					t.Errorf("publish event: %v", err)
				}
			}
		},
		OnEvent: func(e Event) {
			names = append(names, e.Name)
			if _, err := e.Body(); err != nil {
				t.Errorf("body of %s: %v", e.Name, err)
			}
		},
	}
	got, err := b.client.Execute(t.Context(), execution.Request{Code: "x"}, f)
	if err != nil || string(got.Result) != "7" {
		t.Fatalf("Execute = %+v, %v", got, err)
	}
	if len(names) != 3 {
		t.Errorf("heard %q, want started, call and completed", names)
	}
}

func TestExecuteNeedsNoEvent(t *testing.T) {
	t.Parallel()
	b := setup(t, natstest.Options{})
	b.serve(ServiceConfig{})
	r := execution.Request{ID: at(1), Code: "x"}
	got, err := b.client.Execute(t.Context(), r, Follow{OnReceipt: func(Receipt) {
		b.claimed(r).settle(execution.Error, func(s *journal.State) {
			s.Error, s.Failure = "boom", &execution.Failure{Kind: execution.KindError, Message: "boom"}
		})
	}})
	if err != nil || got.Status != execution.Error || got.Error != "boom" || got.ExecutionID != r.ID {
		t.Errorf("Execute = %+v, %v", got, err)
	}
}

func TestAnEventThatCannotBeReadIsNotTheEnd(t *testing.T) {
	t.Parallel()
	b := setup(t, natstest.Options{})
	b.serve(ServiceConfig{})
	r := execution.Request{ID: at(1), Code: "x"}
	got, err := b.client.Execute(t.Context(), r, Follow{OnReceipt: func(Receipt) {
		key := journal.Key{Runtime: runtime, ID: r.ID}
		for _, body := range []string{"", "{", `{"status":"error"}`, `{"status":"completed","executionId":"other"}`} {
			if err := stream.Event(b.s.Conn(), key, "completed", []byte(body)); err != nil {
				t.Errorf("publish event: %v", err)
			}
		}
		b.claimed(r).settle(execution.Paused, nil)
	}})
	if err != nil || got.Status != execution.Paused {
		t.Errorf("Execute = %+v, %v, want what the journal says", got, err)
	}
}

func TestWaitingTellsThatNobodyAnswers(t *testing.T) {
	t.Parallel()
	b := setup(t, natstest.Options{})
	ctx, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	var troubles []error
	r := execution.Request{Code: "x"}
	_, err := b.client.Execute(ctx, r, Follow{OnTrouble: func(err error) {
		troubles = append(troubles, err)
		if errors.Is(err, ErrNoExecutor) {
			b.serve(ServiceConfig{})
			return
		}
		cancel(enough)
	}})
	if !errors.Is(err, enough) {
		t.Errorf("Execute = %v, want the cause of its context", err)
	}
	if len(troubles) != 2 || !errors.Is(troubles[0], ErrNoExecutor) || troubles[1] != nil {
		t.Errorf("troubles = %v, want ErrNoExecutor once and then nil", troubles)
	}
	if got := b.queued(); len(got) != 1 {
		t.Errorf("%d submissions are queued, want 1: it needs no executor", len(got))
	}
}

func TestWaitOfADeletedExecutionEnds(t *testing.T) {
	t.Parallel()
	b := setup(t, natstest.Options{})
	b.serve(ServiceConfig{})
	w := b.claimed(execution.Request{ID: at(1), Code: "x"})
	w.settle(execution.Deleted, nil)
	if _, err := b.client.Wait(t.Context(), w.key.ID, Follow{}); !errors.Is(err, ErrGone) {
		t.Errorf("Wait = %v, want ErrGone", err)
	}
}

func TestSubmitWithoutAQueueSaysSo(t *testing.T) {
	t.Parallel()
	server := natstest.Run(t)
	c, err := NewClient(ClientConfig{Conn: server.Conn(), Timeout: 100e6})
	if err != nil {
		t.Fatalf("new client: %v", err)
	}
	receipt, err := c.Submit(t.Context(), execution.Request{Code: "x"})
	if !errors.Is(err, ErrUnavailable) || receipt.ID == "" {
		t.Errorf("Submit = %+v, %v, want ErrUnavailable and the id", receipt, err)
	}
}

func TestObjectFetchesALargeValue(t *testing.T) {
	t.Parallel()
	b := setup(t, natstest.Options{})
	b.serve(ServiceConfig{})
	w := b.claimed(execution.Request{ID: at(1), Code: "x"})
	big := make([]byte, 600<<10)
	for i := range big {
		big[i] = 'a'
	}
	big[0], big[len(big)-1] = '"', '"'
	w.settle(execution.Completed, func(s *journal.State) { s.Result = journal.NewValue(big) })
	r, err := b.client.Get(t.Context(), w.key.ID)
	if err != nil {
		t.Fatalf("Get: %v", err)
	}
	var pointer struct {
		Object string `json:"$object"`
		Bytes  int    `json:"bytes"`
	}
	if err := json.Unmarshal(r.Result, &pointer); err != nil || pointer.Bytes != len(big) {
		t.Fatalf("result = %.80s, %v, want a pointer", r.Result, err)
	}
	got, err := b.client.Object(t.Context(), w.key.ID, pointer.Object)
	if err != nil || string(got) != string(big) {
		t.Errorf("Object = %d bytes, %v", len(got), err)
	}
	if _, err := b.client.Object(t.Context(), w.key.ID, "nope"); !errors.Is(err, ErrNotFound) {
		t.Errorf("Object of no value = %v, want ErrNotFound", err)
	}
}

func TestWatchHearsTheWholeRuntime(t *testing.T) {
	t.Parallel()
	b := setup(t, natstest.Options{})
	w, err := b.client.Watch("")
	if err != nil {
		t.Fatalf("Watch: %v", err)
	}
	defer w.Close()
	if err := b.client.nc.Flush(); err != nil {
		t.Fatalf("flush: %v", err)
	}
	for i := range 3 {
		key := journal.Key{Runtime: runtime, ID: at(i)}
		if err := stream.Event(b.s.Conn(), key, "log", encode(t, execution.LogEvent{Line: "x"})); err != nil {
			t.Fatalf("publish event: %v", err)
		}
	}
	n := 0
	for e, err := range w.All(t.Context()) {
		if err != nil || e.ID != at(n) {
			t.Fatalf("event %d = %+v, %v", n, e, err)
		}
		if n++; n == 3 {
			break
		}
	}
}

// An executor that hangs takes its share of the requests: what changes nothing is asked
// again, what changes something is not.
func TestReadsAreAskedAgain(t *testing.T) {
	t.Parallel()
	server := natstest.Run(t)
	nc := server.Conn()
	// The third request has all of the time, and the others a fifth each.
	c, err := NewClient(ClientConfig{Conn: server.Conn(), Timeout: 15 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	short, err := NewClient(ClientConfig{Conn: server.Conn(), Timeout: 500 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	asked := make(chan string, 10)
	if _, err := nc.Subscribe("executions.api.default.*", func(m *nats.Msg) {
		asked <- m.Subject
		if len(asked) == 3 {
			if err := m.Respond([]byte(`{"executions":[]}`)); err != nil {
				t.Error(err)
			}
		}
	}); err != nil {
		t.Fatal(err)
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.List(t.Context(), ListQuery{}); err != nil || len(asked) != 3 {
		t.Errorf("list = %v after %d requests, want an answer to the third", err, len(asked))
	}
	for len(asked) > 0 {
		<-asked
	}
	_, err = short.Cancel(t.Context(), at(1), false, "")
	if !errors.Is(err, ErrUnavailable) {
		t.Errorf("cancel = %v, want no answer", err)
	}
	if err := errors.Join(short.nc.Flush(), short.nc.Publish("executions.api.default.end", nil)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"cancel", "end"} { // and nothing between
		if got := <-asked; got != "executions.api.default."+want {
			t.Errorf("it asked %s, want %s", got, want)
		}
	}
}

// An answer that takes its time is not thrown away because it was asked for again.
func TestALateAnswerToTheFirstRequestCounts(t *testing.T) {
	t.Parallel()
	server := natstest.Run(t)
	nc := server.Conn()
	c, err := NewClient(ClientConfig{Conn: server.Conn(), Timeout: 2 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	var first *nats.Msg
	asked := make(chan string, 10)
	if _, err := nc.Subscribe("executions.api.default.*", func(m *nats.Msg) {
		if asked <- m.Subject; first == nil {
			first = m
			return
		}
		if err := first.Respond([]byte(`{"executions":[],"cursor":"first"}`)); err != nil {
			t.Error(err)
		}
	}); err != nil {
		t.Fatal(err)
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	if l, err := c.List(t.Context(), ListQuery{}); err != nil || l.Cursor != "first" || len(asked) < 2 {
		t.Errorf("list = %+v, %v after %d requests, want the answer to the first when the second came", l, err, len(asked))
	}
}
