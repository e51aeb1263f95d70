package stream

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// fill writes n executions of the runtime as they are when they have ended, oldest
// first, and returns their ids. Every gap-th one is paused, the oldest first.
func fill(tb testing.TB, s *Stream, runtime string, n, gap int) []execution.ID {
	tb.Helper()
	w := natstest.NewWriter(tb, s.Conn())
	var ids []execution.ID
	put := func(key journal.Key, name string, v any) {
		data, err := json.Marshal(v)
		if err != nil {
			tb.Fatal(err)
		}
		w.Put(kvSubject(s.journal.bucket(key), name), data)
	}
	for i := range n {
		key := journal.Key{Runtime: runtime, ID: execution.NewID(time.UnixMilli(int64(1_700_000_000_000 + i*100)))}
		st := benchState(key, 2)
		st.Status, st.Labels, st.CreatedAt = execution.Completed, map[string]string{"n": fmt.Sprint(i)}, key.ID.Time()
		st.Connectors, st.Result = []string{"demo", "items"}, journal.NewValue(json.RawMessage(`{"ok":true}`))
		if i%gap == 0 {
			st.Status, st.Pending, st.Result = execution.Paused, []int{1}, nil
		}
		put(key, RequestKey(key), execution.Request{ID: key.ID, Code: "async () => await demo.echo({n: 1})"})
		put(key, LogKey(key, 0), benchRecord(0))
		put(key, LogKey(key, 1), benchRecord(1))
		put(key, StateKey(key), st)
		ids = append(ids, key.ID)
	}
	w.Flush()
	slices.Reverse(ids)
	return ids
}

// rewrite writes states again, with two records each, as passes do.
func rewrite(tb testing.TB, s *Stream, ids []execution.ID) {
	tb.Helper()
	w := natstest.NewWriter(tb, s.Conn())
	for _, id := range ids {
		key := journal.Key{Runtime: "default", ID: id}
		st := benchState(key, 3)
		st.Status = execution.Completed
		data, err := json.Marshal(st)
		if err != nil {
			tb.Fatal(err)
		}
		for _, name := range []string{LogKey(key, 0), LogKey(key, 1), StateKey(key)} {
			w.Put(kvSubject(s.journal.bucket(key), name), data)
		}
	}
	w.Flush()
}

// BenchmarkListing measures listings of 100,000 executions. What counts is the
// median: p50-ms.
func BenchmarkListing(b *testing.B) {
	_, s := one(b)
	start := time.Now()
	ids := fill(b, s, "default", 100_000, 10_000)
	fill(b, s, "waiting", 10_000, 1)
	b.Logf("filled in %v", time.Since(start))
	page := func(before execution.ID) func() error {
		return func() error {
			l, err := s.States(b.Context(), "default", StatesQuery{Before: before, Limit: 51})
			if err == nil && len(l) != 51 {
				err = fmt.Errorf("%d rows", len(l))
			}
			return err
		}
	}
	walk := func(runtime string, want int, statuses ...execution.Status) func() error {
		return func() error {
			n := 0
			err := s.Walk(b.Context(), runtime, StatesQuery{Statuses: statuses}, func(Listed) error { n++; return nil })
			if err == nil && n != want {
				err = fmt.Errorf("%d states, want %d", n, want)
			}
			return err
		}
	}
	nothing := func() {}
	for _, c := range []struct {
		name   string
		before func()
		run    func() error
	}{
		{"newest-50", nothing, page("")},
		{"newest-50-busy", func() { rewrite(b, s, ids[:500]) }, page("")},
		{"newest-50-cold", func() { s.listed.Clear() }, page("")},
		{"page-20", nothing, page(ids[1000])},
		{"page-1000", nothing, page(ids[50_000])},
		{"paused-10-of-100000", nothing, walk("default", 10, execution.Paused)},
		{"scan-10000", nothing, walk("waiting", 10_000)},
		{"scan-100000", nothing, walk("default", 100_000)},
	} {
		b.Run(c.name, func(b *testing.B) {
			var took []time.Duration
			b.ReportAllocs()
			for b.Loop() {
				c.before()
				at := time.Now()
				if err := c.run(); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(at))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[0].Microseconds())/1000, "min-ms")
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)-1].Microseconds())/1000, "max-ms")
		})
	}
}
