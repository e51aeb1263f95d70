package stream

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// small windows make a short list a long one.
func small() windows { return windows{first: 3, kept: true, unknown: beyond, step: 10, overlap: 2} }

func created(tb testing.TB, s *Stream, runtime string, id execution.ID) {
	tb.Helper()
	key := journal.Key{Runtime: runtime, ID: id}
	if _, err := s.Journal().PutState(tb.Context(), key, benchState(key, 1), 0); err != nil {
		tb.Fatal(err)
	}
}

// gone removes the state itself, as a tombstone's end does.
func gone(tb testing.TB, s *Stream, runtime string, id execution.ID) {
	tb.Helper()
	key := journal.Key{Runtime: runtime, ID: id}
	bucket := s.journal.bucket(key)
	if err := s.purge(tb.Context(), kvStream(bucket), kvSubject(bucket, StateKey(key))); err != nil {
		tb.Fatal(err)
	}
}

// rest takes the remaining ids of a list, at most n at a time.
func rest(tb testing.TB, l *idList, n int, from execution.ID) (all []execution.ID) {
	tb.Helper()
	for {
		ids, err := l.next(tb.Context(), n, from)
		if err != nil {
			tb.Fatal(err)
		}
		if len(ids) == 0 {
			return all
		}
		if len(ids) > n {
			tb.Fatalf("%d ids at once, want at most %d", len(ids), n)
		}
		all = append(all, ids...)
	}
}

func TestIDsAreListedOnceInOrderWhateverIsKnownOfThem(t *testing.T) {
	t.Parallel()
	for _, shards := range []int{1, 3} {
		s := open(t, natstest.Run(t).Conn(), Config{Shards: shards})
		ids := many(t, s, "default", 64)
		many(t, s, "default2", 5)
		slices.Reverse(ids)
		if _, err := s.js.Publish(t.Context(), kvSubject(Bucket, "default.not-ours.state"), nil); err != nil {
			t.Fatal(err)
		}
		for _, known := range []string{"nothing", "the newest", "a short list", "a long list"} {
			for _, c := range []struct {
				before, from execution.ID
				want         []execution.ID
			}{
				{"", "", ids},
				{ids[9], "", ids[10:]},
				{ids[50], "", ids[51:]},
				{ids[63], "", nil},
				{FirstID(ids[4].Time()), "", ids[5:]},
				{"", ids[7], ids[:8]},
				{ids[20], FirstID(ids[30].Time()), ids[21:31]},
			} {
				for i := range shards {
					n := s.newest(kvSubject(shardBucket(i), "default.*.state"))
					switch known {
					case "nothing":
						n.seq, n.names, n.offset = 0, nil, 0
						n.total.Store(0)
					case "a short list":
						n.seq = 0
						n.total.Store(1)
					case "a long list":
						n.seq = 0
						n.total.Store(1000)
					}
				}
				l, err := s.ids(t.Context(), "default", c.before, small())
				if err != nil {
					t.Fatal(err)
				}
				if got := rest(t, l, 7, c.from); !slices.Equal(got, c.want) {
					t.Errorf("%d shards, known %s, before %q, from %q: %d ids %v, want %d", shards, known, c.before, c.from, len(got), got, len(c.want))
				}
			}
		}
	}
	_, s := one(t)
	if l, err := s.ids(t.Context(), "default", "", small()); err != nil || len(rest(t, l, 7, "")) != 0 {
		t.Errorf("ids of nothing: %v", err)
	}
}

// What is there from beginning to end is listed exactly once, while others come and
// go anywhere in the list: between two windows, too.
func TestIDsAreListedOnceWhileOthersComeAndGo(t *testing.T) {
	t.Parallel()
	for round := range 5 {
		_, s := one(t)
		r := rand.New(rand.NewPCG(1, uint64(round)))
		at := func() execution.ID {
			return execution.NewID(time.UnixMilli(1_700_000_000_000 + r.Int64N(1000)))
		}
		var stay, others []execution.ID
		for range 60 {
			stay, others = append(stay, at()), append(others, at())
		}
		for i := range stay {
			created(t, s, "default", stay[i])
			created(t, s, "default", others[i])
		}
		slices.Sort(stay)
		slices.Reverse(stay)
		l, err := s.ids(t.Context(), "default", "", small())
		if err != nil {
			t.Fatal(err)
		}
		var all []execution.ID
		for {
			ids, err := l.next(t.Context(), 5, "")
			if err != nil {
				t.Fatal(err)
			}
			if len(ids) == 0 {
				break
			}
			all = append(all, ids...)
			for range 4 { // more come than go: what was listed moves up in the server's list
				if len(others) > 0 && r.IntN(3) == 0 {
					gone(t, s, "default", others[0])
					others = others[1:]
				}
				created(t, s, "default", at())
			}
		}
		if !slices.IsSortedFunc(all, func(a, b execution.ID) int { return cmp.Compare(b, a) }) || len(slices.Compact(slices.Clone(all))) != len(all) {
			t.Errorf("round %d: out of order or twice: %v", round, all)
		}
		for _, id := range stay {
			if !slices.Contains(all, id) {
				t.Errorf("round %d: %s is missing", round, id)
			}
		}
	}
}

func TestFirstIDParts(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 12, 0, 0, 5_000_000, time.UTC)
	for _, c := range []struct {
		bound time.Time
		older bool // is an id of the time at older than the bound?
	}{
		{at, false}, {at.Add(-1), false}, {at.Add(1), true}, {at.Add(time.Millisecond), true}, {at.Add(-time.Millisecond), false},
		{time.Date(1950, 1, 1, 0, 0, 0, 0, time.UTC), false}, {time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC), true}, {time.Time{}, false},
	} {
		for range 20 {
			if id := execution.NewID(at); (id < FirstID(c.bound)) != c.older {
				t.Errorf("%s < FirstID(%v) = %s is %v", id, c.bound, FirstID(c.bound), !c.older)
			}
		}
		if _, err := execution.ParseID(string(FirstID(c.bound))); err != nil {
			t.Errorf("FirstID(%v): %v", c.bound, err)
		}
	}
}

func TestNameListIsTheSortedKeys(t *testing.T) {
	t.Parallel()
	for _, keys := range [][]string{nil, {"a"}, {"b", "a"}, {"$KV.x.é.state", "$KV.x.<.state", `q"uote`, `back\slash`}} {
		object := map[string]int{}
		for i, k := range keys {
			object[k] = i
		}
		text, err := json.Marshal(object)
		if err != nil {
			t.Fatal(err)
		}
		var got nameList
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatal(err)
		}
		want := slices.Sorted(slices.Values(keys))
		if !slices.Equal(got, want) {
			t.Errorf("names of %s = %q, want %q", text, fmt.Sprint(got), want)
		}
	}
	var null nameList
	if err := json.Unmarshal([]byte(`null`), &null); err != nil || len(null) != 0 {
		t.Errorf("names of null = %v, %v", null, err)
	}
}
