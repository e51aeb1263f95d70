package stream

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// BenchmarkFloor is the least that an execution of ten calls costs: a submission,
// its delivery, 13 fenced writes one after another, and the ack.
func BenchmarkFloor(b *testing.B) {
	for _, parallel := range []int{1, 16} {
		b.Run(fmt.Sprintf("parallel=%d", parallel), func(b *testing.B) {
			srv := natstest.Run(b)
			s := open(b, srv.Conn(), Config{})
			js := natstest.JetStream(b, srv.Conn())
			q := openQueue(b, s)
			payload := []byte(strings.Repeat("x", 256))
			var left atomic.Int64
			left.Store(int64(b.N))
			b.ResetTimer()
			start := time.Now()
			done := make(chan error, parallel)
			for range parallel {
				go func() { done <- floor(b, s, js, q, payload, &left) }()
			}
			for range parallel {
				if err := <-done; err != nil {
					b.Error(err)
				}
			}
			b.ReportMetric(float64(b.N)/time.Since(start).Seconds(), "executions/s")
		})
	}
}

func benchState(key journal.Key, write int) journal.State {
	return journal.State{
		Status: execution.Running, Attempt: 1, Try: 1, Executor: "bench", Nonce: string(key.ID), Write: write,
		Seed: string(key.ID), Digest: "d", CreatedAt: time.UnixMilli(1000).UTC(),
	}
}

func benchRecord(seq int) journal.Record {
	r := call(seq)
	r.Done[0].Result = journal.NewValue(json.RawMessage(`"` + strings.Repeat("x", 100) + `"`))
	if seq == 0 {
		r.Done = nil
	}
	return r
}

// call is the record that issues call seq and completes the one before it.
func call(seq int) journal.Record {
	return journal.Record{
		Attempt: 1, At: 1,
		Issued: []journal.Intent{{Seq: seq, Connector: "demo", Method: "echo"}},
		Done:   []journal.Completion{{Ref: journal.Ref{N: seq - 1}, Mark: journal.MarkApplied, At: 1, Attempt: 1}},
	}
}

func claimed(tb testing.TB, s *Stream) (journal.Key, journal.Revision) {
	tb.Helper()
	key := journal.Key{Runtime: "default", ID: execution.NewID(time.Now())}
	rev, err := s.Journal().PutState(tb.Context(), key, benchState(key, 1), 0)
	if err != nil {
		tb.Fatal(err)
	}
	return key, rev
}

func BenchmarkAppend(b *testing.B) {
	_, s := one(b)
	key, rev := claimed(b, s)
	r := benchRecord(1)
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		if _, err := s.Journal().Append(b.Context(), key, rev, n%1000, r); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPutState(b *testing.B) {
	_, s := one(b)
	key, rev := claimed(b, s)
	b.ReportAllocs()
	for n := 2; b.Loop(); n++ {
		var err error
		if rev, err = s.Journal().PutState(b.Context(), key, benchState(key, n), rev); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkState(b *testing.B) {
	_, s := one(b)
	key, _ := claimed(b, s)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Journal().State(b.Context(), key); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkReplay reads and folds the journal of an execution: what a replay costs
// before its code starts.
func BenchmarkReplay(b *testing.B) {
	for _, records := range []int{10, 1000} {
		b.Run(fmt.Sprint(records), func(b *testing.B) {
			_, s := one(b)
			key, rev := claimed(b, s)
			for n := range records {
				if _, err := s.Journal().Append(b.Context(), key, rev, n, benchRecord(n)); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportAllocs()
			b.ResetTimer()
			for b.Loop() {
				all, err := s.Journal().Load(b.Context(), key, rev)
				if err != nil {
					b.Fatal(err)
				}
				if log, err := journal.Fold(journal.State{}, all); err != nil || len(log.Entries) != records {
					b.Fatal(len(all), err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*records), "ns/record")
		})
	}
}
