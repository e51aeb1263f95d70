package stream

import (
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// many makes n executions, oldest first, and returns their ids.
func many(t *testing.T, s *Stream, runtime string, n int) []execution.ID {
	t.Helper()
	var ids []execution.ID
	for i := range n {
		key := journal.Key{Runtime: runtime, ID: execution.NewID(time.UnixMilli(int64(1_700_000_000_000 + i)))}
		st := benchState(key, 1)
		st.Labels = map[string]string{"n": fmt.Sprint(i)}
		if _, err := s.Journal().PutState(t.Context(), key, st, 0); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, key.ID)
	}
	return ids
}

func TestStatesAreListedNewestFirst(t *testing.T) {
	t.Parallel()
	srv := natstest.Run(t)
	s := open(t, srv.Conn(), Config{Shards: 3})
	const n = 600 // more than two pages
	ids := many(t, s, "default", n)
	many(t, s, "other", 3)
	tomb, err := s.Journal().State(t.Context(), journal.Key{Runtime: "default", ID: ids[5]})
	if err != nil {
		t.Fatal(err)
	}
	tomb.State.Status, tomb.State.Write = execution.Deleted, 9
	if _, err := s.Journal().PutState(t.Context(), journal.Key{Runtime: "default", ID: ids[5]}, tomb.State, tomb.Revision); err != nil {
		t.Fatal(err)
	}
	want := slices.Clone(ids)
	slices.Reverse(want)
	var scanned []execution.ID
	if err := s.Scan(t.Context(), "default", func(l Listed) error { scanned = append(scanned, l.Key.ID); return nil }); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(scanned, want) {
		t.Errorf("Scan gives %d ids, want %d in order", len(scanned), len(want))
	}
	page, err := s.States(t.Context(), "default", StatesQuery{Before: ids[7], Limit: 3})
	if err != nil {
		t.Fatal(err)
	}
	var got []execution.ID
	for _, l := range page {
		got = append(got, l.Key.ID)
		if l.Revision == 0 || l.At.IsZero() || l.State.Seed != string(l.Key.ID) {
			t.Errorf("listed %+v", l)
		}
	}
	if !slices.Equal(got, []execution.ID{ids[6], ids[4], ids[3]}) { // 5 is a tombstone
		t.Errorf("page %v, want %v without %v", got, ids[3:7], ids[5])
	}
	stop := errors.New("stop")
	if err := s.Scan(t.Context(), "default", func(Listed) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("Scan = %v, want the caller's error", err)
	}
}

func TestBacklogsAreRuntimesThatNobodyServes(t *testing.T) {
	t.Parallel()
	_, s := one(t)
	openQueue(t, s)
	for _, runtime := range []string{"default", "lost", "lost"} {
		if _, err := Submit(t.Context(), s.JetStream(), runtime, "", []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.Backlogs(t.Context())
	if err != nil || !slices.Equal(got, []Backlog{{"lost", 2}}) {
		t.Errorf("Backlogs = %v, %v; want lost with 2", got, err)
	}
	if runtimes, err := s.Runtimes(t.Context()); err != nil || !slices.Equal(runtimes, []string{"default"}) {
		t.Errorf("Runtimes = %v, %v", runtimes, err)
	}
}

func TestViewIsConsistentWhileTheStateMoves(t *testing.T) {
	t.Parallel()
	_, s := one(t)
	key, rev := claimed(t, s)
	if _, _, _, err := s.View(t.Context(), journal.Key{Runtime: "default", ID: execution.NewID(time.Now())}); !errors.Is(err, journal.ErrNotFound) {
		t.Errorf("View of nothing = %v, want ErrNotFound", err)
	}
	if _, r, records, err := s.View(t.Context(), key); err != nil || r.Code != "" || len(records) != 0 {
		t.Errorf("View before the request = %+v, %v, %v", r, records, err)
	}
	if err := s.Journal().PutRequest(t.Context(), key, rev, execution.Request{Code: "1+1"}); err != nil {
		t.Fatal(err)
	}
	var newest atomic.Int64 // attempt that has claimed
	newest.Store(1)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() { // attempt n has n-1 records when it claims, and writes one at once
		defer close(stopped)
		pace := time.NewTicker(5 * time.Millisecond)
		defer pace.Stop()
		for n := 1; ; n++ {
			if _, err := s.Journal().Append(t.Context(), key, rev, n-1, journal.Record{Attempt: n, At: 1, Started: []int{n}}); err != nil {
				t.Errorf("Append: %v", err)
				return
			}
			select {
			case <-stop:
				return
			case <-pace.C:
			}
			st := benchState(key, n+1)
			st.Attempt = n + 1
			var err error
			if rev, err = s.Journal().PutState(t.Context(), key, st, rev); err != nil {
				t.Errorf("PutState: %v", err)
				return
			}
			newest.Store(int64(st.Attempt))
		}
	}()
	for newest.Load() < 60 && !t.Failed() {
		before := newest.Load()
		st, r, records, err := s.View(t.Context(), key)
		if err != nil || r.Code != "1+1" {
			t.Fatalf("View = %+v, %v", r, err)
		}
		// None may be missing, and only where each try met another state may those of
		// a later one be there. (The last claim may have landed and not be counted yet.)
		n, moved := st.State.Attempt, int(newest.Load()-before)+1
		if len(records) < n-1 || len(records) > n && moved < viewTries {
			t.Errorf("attempt %d with %d records, while the state moved %d times", n, len(records), moved)
		}
	}
	close(stop)
	<-stopped
}

func TestObjectFetchesWhatWasMovedOut(t *testing.T) {
	t.Parallel()
	_, s := one(t)
	key, _ := claimed(t, s)
	v, err := s.Journal().putObject(t.Context(), key, []byte(`"large"`))
	if err != nil {
		t.Fatal(err)
	}
	if text, err := s.Object(t.Context(), key, v.Object); err != nil || string(text) != `"large"` {
		t.Errorf("Object = %s, %v", text, err)
	}
	other, _ := claimed(t, s)
	if _, err := s.Object(t.Context(), other, v.Object); !errors.Is(err, journal.ErrNotFound) {
		t.Errorf("Object of another execution = %v, want ErrNotFound", err)
	}
}
