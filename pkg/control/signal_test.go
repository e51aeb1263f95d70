package control

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// inbox lists the signals of an execution as "name value".
func (w *writer) inbox() string {
	w.b.t.Helper()
	signals, err := w.b.s.Journal().Inbox(w.b.t.Context(), w.key, 0)
	if err != nil {
		w.b.t.Fatalf("Inbox: %v", err)
	}
	var all []string
	for _, s := range signals {
		value := "none"
		if s.Value != nil {
			value = string(s.Value.JSON)
		}
		all = append(all, s.Name+" "+value)
	}
	return strings.Join(all, ", ")
}

func (b *bench) signal(id execution.ID, name, value string, want bool) {
	b.t.Helper()
	var raw json.RawMessage
	if value != "" {
		raw = json.RawMessage(value)
	}
	if got, err := b.client.Signal(b.t.Context(), id, name, raw); err != nil || got != want {
		b.t.Errorf("Signal %s = %v, %v, want %v", name, got, err, want)
	}
}

// wakes returns how many wakes are in the queue.
func (b *bench) wakes() uint64 {
	b.t.Helper()
	n, err := b.s.Queued(b.t.Context(), runtime)
	if err != nil {
		b.t.Fatalf("Queued: %v", err)
	}
	return n
}

// A signal wakes who rests for it, is delivered once for each wait, and is kept in any case.
func TestSignalIsKeptAndWakesWhoWaits(t *testing.T) {
	t.Parallel()
	for status, waits := range map[execution.Status]bool{execution.Waiting: true, execution.Paused: true, execution.Sleeping: false, execution.Queued: false} {
		t.Run(string(status), func(t *testing.T) {
			t.Parallel()
			b := setup(t, natstest.Options{})
			b.serve(ServiceConfig{})
			w := b.claimed(execution.Request{ID: at(1), Code: "1"})
			b.put(w.key, "go", `"read"`) // the pass has read it, and nobody waited then
			read, err := b.s.Journal().Inbox(t.Context(), w.key, 0)
			if err != nil {
				t.Fatal(err)
			}
			w.settle(status, func(s *journal.State) { s.Signals, s.Heard = []string{"go", "go"}, read[0].Position })
			b.signal(at(1), "other", ``, false)
			if n := b.wakes(); n != 0 {
				t.Errorf("%d wakes for another signal, want none", n)
			}
			b.signal(at(1), "go", `{"n":1}`, waits)
			b.signal(at(1), "go", `null`, waits)
			b.signal(at(1), "go", `3`, false)
			if got, want := w.inbox(), `go "read", other none, go {"n":1}, go null, go 3`; got != want {
				t.Errorf("inbox %s, want %s", got, want)
			}
			if n := b.wakes(); (n > 0) != waits {
				t.Errorf("%d wakes, want some: %v", n, waits)
			}
		})
	}
}

func (b *bench) put(key journal.Key, name, value string) {
	b.t.Helper()
	s := journal.Signal{ID: execution.NewID(time.Now()), Name: name, Value: text("%s", value), At: time.Now()}
	if err := b.s.Journal().PutSignal(b.t.Context(), key, s); err != nil {
		b.t.Fatalf("PutSignal: %v", err)
	}
}

// A pass that runs says whether its code waits; one that does not answer has nothing
// delivered, and the signal is kept.
func TestRunningPassIsAsked(t *testing.T) {
	t.Parallel()
	b := setup(t, natstest.Options{})
	b.serve(ServiceConfig{})
	w := b.claimed(execution.Request{ID: at(1), Code: "1"})
	b.signal(at(1), "go", `1`, false) // nobody runs it
	heard := make(chan string, 2)
	stop, err := b.s.HearSignals(runtime, func(key journal.Key, name string) (here, awaited bool) {
		heard <- key.String() + " " + name
		return true, name == "go"
	})
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	b.signal(at(1), "go", `2`, true)
	b.signal(at(1), "other", `3`, false)
	if got := <-heard + ", " + <-heard; got != w.key.String()+" go, "+w.key.String()+" other" {
		t.Errorf("heard %s", got)
	}
	if n := b.wakes(); n != 0 {
		t.Errorf("%d wakes, want none", n)
	}
}

func TestSignalsThatNobodyCanReceiveAreRefused(t *testing.T) {
	t.Parallel()
	b := setup(t, natstest.Options{})
	b.serve(ServiceConfig{})
	ended, deleted := b.claimed(execution.Request{ID: at(1), Code: "1"}), b.claimed(execution.Request{ID: at(2), Code: "1"})
	ended.settle(execution.Completed, nil)
	deleted.settle(execution.Deleted, nil)
	waiting := b.claimed(execution.Request{ID: at(3), Code: "1"})
	for name, tt := range map[string]struct {
		body string
		want error
		text string
	}{
		"unknown":     {`{"id": "` + string(at(9)) + `", "name": "go"}`, ErrNotFound, "no execution"},
		"ended":       {`{"id": "` + string(at(1)) + `", "name": "go"}`, ErrConflict, "has ended (completed)"},
		"deleted":     {`{"id": "` + string(at(2)) + `", "name": "go"}`, ErrGone, "was deleted"},
		"no id":       {`{"name": "go"}`, ErrBadRequest, "id: missing"},
		"bad id":      {`{"id": "7", "name": "go"}`, ErrBadRequest, "id"},
		"no name":     {`{"id": "` + string(at(3)) + `"}`, ErrBadRequest, "name: "},
		"a long name": {`{"id": "` + string(at(3)) + `", "name": "` + strings.Repeat("x", 201) + `"}`, ErrBadRequest, "name: "},
		"a number":    {`{"id": "` + string(at(3)) + `", "name": 7}`, ErrBadRequest, "name: must be a string"},
		"a deep one":  {`{"id": "` + string(at(3)) + `", "name": "go", "value": ` + strings.Repeat("[", 2000) + strings.Repeat("]", 2000) + `}`, ErrBadRequest, "value: "},
		"a stranger":  {`{"id": "` + string(at(3)) + `", "name": "go", "text": 1}`, ErrBadRequest, "text: unknown field"},
	} {
		var d Delivery
		err := b.client.Call(t.Context(), "signal", json.RawMessage(tt.body), &d)
		if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.text) {
			t.Errorf("%s: %v, want %v with %q", name, err, tt.want, tt.text)
		}
	}
	for _, w := range []*writer{ended, deleted, waiting} {
		if got := w.inbox(); got != "" {
			t.Errorf("%s has %s in its inbox", w.key, got)
		}
	}
}

// A signal that meets the deletion of its execution leaves nothing behind.
func TestSignalOfADeletedExecutionIsDropped(t *testing.T) {
	t.Parallel()
	b := setup(t, natstest.Options{})
	w := b.claimed(execution.Request{ID: at(1), Code: "1"})
	w.settle(execution.Deleted, nil)
	service, err := NewService(ServiceConfig{Stream: b.s, Runtimes: []string{runtime}})
	if err != nil {
		t.Fatal(err)
	}
	s := journal.Signal{ID: execution.NewID(time.Now()), Name: "go", Value: text("%q", strings.Repeat("x", 600_000))}
	if err := b.s.Journal().PutSignal(t.Context(), w.key, s); err != nil {
		t.Fatal(err)
	}
	large, err := b.s.Journal().Inbox(t.Context(), w.key, 0)
	if err != nil || !large[0].Value.Offloaded() {
		t.Fatalf("%+v, %v: want a value in the object store", large, err)
	}
	if _, err := service.tell(t.Context(), w.key, s); !errors.Is(err, ErrGone) {
		t.Errorf("tell = %v, want ErrGone", err)
	}
	if got := w.inbox(); got != "" {
		t.Errorf("inbox %s, want none", got)
	}
	if _, err := b.s.Object(t.Context(), w.key, large[0].Value.Object); !errors.Is(err, journal.ErrNotFound) {
		t.Errorf("the value is still there: %v", err)
	}
}

// An execution that goes on before its time leaves no schedule behind.
func TestDecisionForgetsTheSchedule(t *testing.T) {
	t.Parallel()
	b := setup(t, natstest.Options{})
	b.serve(ServiceConfig{})
	w := b.claimed(execution.Request{ID: at(1), Code: "1"})
	w.append(journal.Record{Attempt: 1, At: 1, Issued: []journal.Intent{{Connector: "items", Method: "create", Pending: execution.PendingApproval}}})
	later := time.Now().Add(time.Hour)
	w.settle(execution.Paused, func(s *journal.State) {
		s.Waits, s.Pending, s.RetryAt = []journal.Wait{{Kind: execution.PendingApproval, Connector: "items", Method: "create"}}, []int{0}, &later
	})
	if err := b.s.Schedule(t.Context(), w.key, later, w.claim); err != nil {
		t.Fatal(err)
	}
	if rejected, err := b.client.Reject(t.Context(), at(1), nil, "", ""); err != nil || !rejected {
		t.Fatalf("Reject = %v, %v", rejected, err)
	}
	if there, err := b.s.Scheduled(t.Context(), w.key); err != nil || there {
		t.Errorf("scheduled %v, %v, want not any more", there, err)
	}
}
