package journaltest

import (
	"fmt"
	"testing"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// signal puts one into the inbox. The later ones have the smaller ids, as those of a
// sender whose clock is behind.
func (b *bench) signal(n int) journal.Signal {
	b.t.Helper()
	at := time.UnixMilli(1_800_000_000_000 - int64(n)).UTC()
	s := journal.Signal{ID: execution.NewID(at), Name: "go", Value: text(fmt.Sprint(n)), At: at}
	b.putSignal(s)
	return s
}

func (b *bench) putSignal(s journal.Signal) {
	b.t.Helper()
	if err := b.PutSignal(b.t.Context(), b.key, s); err != nil {
		b.t.Fatalf("PutSignal: %v", err)
	}
}

func (b *bench) inbox(behind journal.Revision) []journal.Signal {
	b.t.Helper()
	all, err := b.Inbox(b.t.Context(), b.key, behind)
	if err != nil {
		b.t.Fatalf("Inbox: %v", err)
	}
	return all
}

func inboxInOrder(t *testing.T, b *bench) {
	if got := b.inbox(0); len(got) != 0 {
		t.Fatalf("an empty inbox has %+v", got)
	}
	var want []journal.Signal
	for n := range 30 {
		if n == 2 {
			b.claim(1, 0) // the state may be written meanwhile
		}
		want = append(want, b.signal(n))
	}
	all := b.inbox(0)
	if len(all) != len(want) {
		t.Fatalf("%d signals, want %d", len(all), len(want))
	}
	for i, s := range all {
		w := want[i]
		if s.ID != w.ID || s.Name != w.Name || string(s.Value.JSON) != string(w.Value.JSON) || !s.At.Equal(w.At) {
			t.Errorf("signal %d is %+v, want %+v", i, s, w)
		}
		if rest := b.inbox(s.Position); len(rest) != len(want)-i-1 {
			t.Errorf("behind signal %d there are %d, want %d", i, len(rest), len(want)-i-1)
		}
	}
	other := &bench{Store: b.Store, key: NewKey(), t: t}
	if got := other.inbox(0); len(got) != 0 {
		t.Errorf("the inbox of another execution has %+v", got)
	}
}

func repeatedSignal(t *testing.T, b *bench) {
	s := b.signal(1)
	first := b.inbox(0)
	b.signal(2)
	b.putSignal(s)
	again := b.inbox(0)
	if len(again) != 2 || again[0].ID != s.ID || again[0].Position != first[0].Position {
		t.Errorf("inbox %+v, want the first signal where it was", again)
	}
}

func largeSignal(t *testing.T, b *bench) {
	want := large("signal", 2<<20)
	b.putSignal(journal.Signal{ID: execution.NewID(time.Now()), Name: "go", Value: text(want)})
	b.putSignal(journal.Signal{ID: execution.NewID(time.Now()), Name: "none"})
	all := b.inbox(0)
	if len(all) != 2 || all[1].Value != nil {
		t.Fatalf("inbox %+v", all)
	}
	if got := b.resolve(all[0].Value); got != string(quote(want)) {
		t.Errorf("the value comes back with %d bytes, want %d", len(got), len(want)+2)
	}
}
