package stream

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// The newest ids are kept from one listing to the next. Whatever was created since,
// with a new id or an old one, is in the next, once and in its place.
func TestTheNextListingHasWhatWasCreatedSince(t *testing.T) {
	t.Parallel()
	for round := range 3 {
		_, s := one(t)
		r := rand.New(rand.NewPCG(2, uint64(round)))
		var alive []execution.ID
		for range 150 {
			for range r.IntN(4) {
				id := execution.NewID(time.UnixMilli(1_700_000_000_000 + r.Int64N(500)))
				created(t, s, "default", id)
				alive = append(alive, id)
			}
			if len(alive) > 0 && r.IntN(3) == 0 {
				change(t, s, alive[r.IntN(len(alive))], func(st *journal.State) { st.Status = execution.Paused })
			}
			if len(alive) > 0 && r.IntN(5) == 0 {
				at := r.IntN(len(alive))
				gone(t, s, "default", alive[at])
				alive = slices.Delete(alive, at, at+1)
			}
			l, err := s.ids(t.Context(), "default", "", small())
			if err != nil {
				t.Fatal(err)
			}
			got := rest(t, l, 7, "")
			if !slices.IsSortedFunc(got, func(a, b execution.ID) int { return cmp.Compare(b, a) }) || len(slices.Compact(slices.Clone(got))) != len(got) {
				t.Fatalf("round %d: out of order or twice: %v", round, got)
			}
			for _, id := range alive {
				if !slices.Contains(got, id) {
					t.Fatalf("round %d: %s of %d is missing", round, id, len(alive))
				}
			}
		}
		slices.Sort(alive)
		slices.Reverse(alive)
		if got := walked(t, s, StatesQuery{}); !slices.Equal(got, alive) { // what is gone has no state
			t.Errorf("round %d: Walk gives %d, want %d", round, len(got), len(alive))
		}
	}
}

// What is kept is used: a second listing does not read the list again.
func TestTheNextListingReadsOnlyWhatIsNew(t *testing.T) {
	t.Parallel()
	srv, s := one(t)
	ids := many(t, s, "default", 10)
	slices.Reverse(ids)
	if got := walked(t, s, StatesQuery{Limit: 3}); !slices.Equal(got, ids) {
		t.Fatalf("Walk gives %v, want %v", got, ids)
	}
	n := s.newest(kvSubject(Bucket, "default.*.state"))
	nc := srv.Conn()
	asked, err := nc.SubscribeSync("$JS.API.STREAM.INFO.>")
	if err == nil {
		err = nc.Flush()
	}
	if err != nil {
		t.Fatal(err)
	}
	id := execution.NewID(time.Now())
	created(t, s, "default", id)
	before := n.seq
	if got := walked(t, s, StatesQuery{Limit: 3}); !slices.Equal(got, append([]execution.ID{id}, ids...)) {
		t.Errorf("Walk gives %v, want %s before the others", got, id)
	}
	if n.seq != before+1 {
		t.Errorf("caught up from %d to %d, want one write", before, n.seq)
	}
	const end = "$JS.API.STREAM.INFO.end"
	if err := s.Conn().Publish(end, nil); err != nil { // behind the requests, on their connection
		t.Fatal(err)
	}
	for {
		m, err := asked.NextMsg(natstest.StartWait)
		if err != nil {
			t.Fatal(err)
		}
		if m.Subject == end {
			return
		}
		if len(m.Data) > 0 {
			t.Errorf("the list was read again: %s", m.Data)
		}
	}
}

func TestTheListIsReadAgainWhereWhatIsKeptIsWrong(t *testing.T) {
	t.Parallel()
	_, s := one(t)
	ids := many(t, s, "default", 10)
	n := s.newest(kvSubject(Bucket, "default.*.state"))
	for name, spoil := range map[string]func(){
		"restored from an old copy": func() { n.seq, n.names = 1<<40, nil },
		"far behind":                func() { n.seq, n.names, n.offset = n.seq-5, nil, 3 },
		"gone":                      func() { gone(t, s, "default", ids[len(ids)-1]); ids = ids[:len(ids)-1] },
	} {
		walked(t, s, StatesQuery{Limit: 3})
		spoil()
		if name == "far behind" {
			w := natstest.NewWriter(t, s.Conn())
			for range mostBehind {
				w.Put(kvSubject(Bucket, "other.key"), nil)
			}
			w.Flush()
		}
		want := slices.Clone(ids)
		slices.Reverse(want)
		for range 2 {
			if got := walked(t, s, StatesQuery{Limit: 3}); !slices.Equal(got, want) {
				t.Errorf("%s: Walk gives %v, want %v", name, got, want)
			}
		}
		if last := len(n.names); last != len(ids) {
			t.Errorf("%s: %d names are kept, want %d", name, last, len(ids))
		}
	}
}

func TestMoreIsNewThanIsReadAtOnce(t *testing.T) {
	t.Parallel()
	_, s := one(t)
	want := many(t, s, "default", 3)
	walked(t, s, StatesQuery{Limit: 3})
	want = append(want, fill(t, s, "default", mostNews+100, 10)...)
	slices.Sort(want)
	slices.Reverse(want)
	if got := walked(t, s, StatesQuery{Limit: 3}); !slices.Equal(got, want) {
		t.Errorf("Walk gives %d, want %d in order", len(got), len(want))
	}
}

func TestWhatIsKeptIsBounded(t *testing.T) {
	t.Parallel()
	n := &newestIDs{names: []string{"5"}, offset: 7}
	for _, name := range []string{"4", "6", "5", "6", "7"} {
		n.add(name, 100)
	}
	if want := []string{"5", "6", "7"}; !slices.Equal(n.names, want) || n.offset != 7 {
		t.Errorf("kept are %v from %d, want %v from 7: what is older is in the list", n.names, n.offset, want)
	}
	n = &newestIDs{}
	for i := range 500 {
		n.add(fmt.Sprintf("%09d", i), 100)
		if len(n.names) > 100 || n.offset+len(n.names) != i+1 {
			t.Fatalf("%d names from %d after %d", len(n.names), n.offset, i+1)
		}
	}
}

// On a cluster any replica answers, and may be late: nothing is missing for good.
func TestNothingStaysMissingOnACluster(t *testing.T) {
	t.Parallel()
	c := natstest.Cluster(t, 3)
	s := open(t, c.Conn(), Config{Shards: 2, Replicas: 3})
	const writers, each = 4, 60
	all := make([][]execution.ID, writers)
	var writing sync.WaitGroup
	for w := range writers {
		writing.Go(func() {
			for i := range each { // ids of all times: a client chooses them
				id := execution.NewID(time.UnixMilli(1_700_000_000_000 + int64((i*37+w)%100)))
				key := journal.Key{Runtime: "default", ID: id}
				if _, err := s.Journal().PutState(t.Context(), key, benchState(key, 1), 0); err != nil {
					t.Errorf("create: %v", err)
				}
				all[w] = append(all[w], id)
				if _, err := s.States(t.Context(), "default", StatesQuery{Limit: 5}); err != nil {
					t.Errorf("States: %v", err)
				}
			}
		})
	}
	writing.Wait()
	want := slices.Concat(all...)
	slices.Sort(want)
	slices.Reverse(want)
	natstest.Eventually(t, "all in order", func() bool {
		return slices.Equal(walked(t, s, StatesQuery{Limit: len(want)}), want)
	})
}
