package control

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
)

// A look may learn of the end before the events that led to it were read: they are
// handed on all the same.
func TestLookDoesNotOvertakeTheEvents(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		events := make(chan Event)
		var heard []string
		f := follower{
			events:  events,
			onEvent: func(e Event) { heard = append(heard, e.Name) },
			look: func(context.Context) (execution.Record, error) {
				return execution.Record{Status: execution.Completed}, nil
			},
		}
		go func() {
			synctest.Wait() // until the look has told
			for _, name := range []string{"started", "log"} {
				events <- Event{Name: name}
			}
			events <- Event{ID: at(1), Name: "completed", Data: []byte(`{"status":"completed","executionId":"` + string(at(1)) + `"}`)}
		}()
		o, err := f.run(t.Context())
		if err != nil || o.Status != execution.Completed {
			t.Errorf("run = %+v, %v", o, err)
		}
		if len(heard) != 3 {
			t.Errorf("heard %q, want started, log and completed", heard)
		}
	})
}

// The event of the end before may still be on its way when a restarted execution is
// waited for.
func TestOldEndIsNoOutcomeOfARestart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		events := make(chan Event)
		f := follower{events: events, after: 1, ended: true, look: func(context.Context) (execution.Record, error) {
			return execution.Record{Status: execution.Running, Attempt: 2}, nil
		}}
		go func() {
			for attempt, status := range []string{1: "error", 2: "completed"} {
				if status != "" {
					events <- Event{ID: at(1), Name: status, Data: fmt.Appendf(nil, `{"status":%q,"executionId":%q,"attempt":%d}`, status, at(1), attempt)}
				}
			}
		}()
		if o, err := f.run(t.Context()); err != nil || o.Status != execution.Completed {
			t.Errorf("run = %s, %v, want completed", o.Status, err)
		}
	})
}

// An outcome that is too large for an event is looked up when the event comes, also when
// an earlier look is under way then: not some time later.
func TestEndWithoutOutcomeIsLookedUpAtOnce(t *testing.T) {
	t.Parallel()
	for _, during := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			events, ended, looks := make(chan Event), make(chan struct{}), 0
			f := follower{events: events, look: func(context.Context) (execution.Record, error) {
				if looks++; looks > 1 {
					return execution.Record{Status: execution.Completed}, nil
				}
				if during {
					<-ended
				}
				return execution.Record{Status: execution.Running}, nil
			}}
			start := time.Now()
			go func() {
				synctest.Wait() // until the first look has told, or waits
				events <- Event{ID: at(1), Name: "completed", Data: []byte(`{"status":"completed","executionId":""}`)}
				close(ended)
			}()
			o, err := f.run(t.Context())
			if took := time.Since(start); err != nil || o.Status != execution.Completed || looks != 2 || took != 0 {
				t.Errorf("run = %s, %v after %d looks and %v, want completed after 2, at once", o.Status, err, looks, took)
			}
		})
	}
}

// The calls of a large execution do not stand in the way of its end.
func TestWhoWaitsForEndsHearsThemAlone(t *testing.T) {
	t.Parallel()
	nc := natstest.Run(t).Conn()
	w, err := watchEnds(nc, runtime, at(1))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	key := journal.Key{Runtime: runtime, ID: at(1)}
	ends := []string{"paused", "completed", "error", "rejected", "cancelled", "rolled_back"}
	for _, name := range append([]string{"started", "call", "log", "pass_end"}, ends...) {
		if err := stream.Event(nc, key, name, []byte(`{}`)); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range ends {
		if e, err := w.Next(t.Context()); err != nil || e.Name != want {
			t.Errorf("heard %q, %v, want %q", e.Name, err, want)
		}
	}
}
