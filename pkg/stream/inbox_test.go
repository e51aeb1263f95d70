package stream

import (
	"testing"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// A long inbox takes few requests.
func TestLongInboxIsReadInBatches(t *testing.T) {
	t.Parallel()
	_, s := one(t)
	key, _ := claimed(t, s)
	const signals = 600
	for range signals {
		if err := s.Journal().PutSignal(t.Context(), key, journal.Signal{ID: execution.NewID(time.Now()), Name: "go"}); err != nil {
			t.Fatal(err)
		}
	}
	before := s.Conn().Stats().OutMsgs
	all, err := s.Journal().Inbox(t.Context(), key, 0)
	if err != nil || len(all) != signals {
		t.Fatalf("%d signals, %v, want %d", len(all), err, signals)
	}
	for i := 1; i < len(all); i++ {
		if all[i].Position <= all[i-1].Position {
			t.Fatalf("signal %d is at %d, after %d", i, all[i].Position, all[i-1].Position)
		}
	}
	if n := s.Conn().Stats().OutMsgs - before; n > 20 {
		t.Errorf("%d requests for %d signals, want 20 at most", n, signals)
	}
	inboxes, err := s.Inboxes(t.Context(), key.Runtime)
	if err != nil || len(inboxes) != 1 || !inboxes[key.ID] {
		t.Errorf("inboxes %v, %v, want that of %s", inboxes, err, key.ID)
	}
}
