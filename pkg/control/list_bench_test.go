package control

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
)

// fill writes the journals of n executions, one a minute. Every gap-th one is paused,
// and every gap-th one failed.
func fill(b *testing.B, s *stream.Stream, n, gap int) {
	b.Helper()
	w := natstest.NewWriter(b, s.Conn())
	put := func(key string, v any) {
		data, err := json.Marshal(v)
		if err != nil {
			b.Fatal(err)
		}
		w.Put("$KV."+stream.Bucket+"."+key, data)
	}
	for i := range n {
		key := journal.Key{Runtime: runtime, ID: at(i)}
		st := journal.State{
			Status: execution.Completed, Attempt: 1, Try: 1, Nonce: string(key.ID), Write: 2, CreatedAt: key.ID.Time(),
			StartedAt: key.ID.Time(), UpdatedAt: key.ID.Time(), Connectors: []string{"demo", "items"}, Seed: string(key.ID), Digest: "d",
			Labels: map[string]string{"n": fmt.Sprint(i % gap)}, Result: text(`{"ok":true}`),
		}
		switch i % gap {
		case 0:
			st.Status, st.Pending, st.Result = execution.Paused, []int{1}, nil
		case 1:
			st.Status, st.Error, st.Result = execution.Error, "Code execution failed: card declined", nil
		}
		put(stream.RequestKey(key), execution.Request{ID: key.ID, Code: "async () => await demo.echo({n: 1})"})
		for seq := range 2 {
			put(stream.LogKey(key, seq), journal.Record{Attempt: 1, At: 1, Issued: []journal.Intent{{Seq: seq, Connector: "demo", Method: "echo"}}})
		}
		put(stream.StateKey(key), st)
	}
	w.Flush()
}

// BenchmarkList measures `list` as a client sees it, of 100,000 executions on one
// server. What counts is the median: p50-ms.
func BenchmarkList(b *testing.B) {
	server := natstest.Run(b)
	s, err := stream.Open(b.Context(), server.Conn(), stream.Config{})
	if err != nil {
		b.Fatal(err)
	}
	const n, gap = 100_000, 10_000
	fill(b, s, n, gap)
	service, err := NewService(ServiceConfig{Stream: s, Runtimes: []string{runtime}})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- service.Run(ctx) }()
	<-service.Ready()
	b.Cleanup(func() { cancel(); <-ended })
	client, err := NewClient(ClientConfig{Conn: server.Conn(), Timeout: time.Minute})
	if err != nil {
		b.Fatal(err)
	}
	hour := at(n - 60).Time()
	for _, c := range []struct {
		name string
		q    ListQuery
		want int
	}{
		{"newest-50", ListQuery{}, 50},
		{"last-hour", ListQuery{Since: &hour}, 50},
		{"page-20", ListQuery{Cursor: string(at(n - 1000))}, 50},
		{"page-1000", ListQuery{Cursor: string(at(n / 2))}, 50},
		{"paused-10", ListQuery{Status: Statuses{execution.Paused}}, 10},
		{"text-10", ListQuery{Text: "Declined"}, 10},
		{"label-10", ListQuery{Label: "n=7"}, 10},
	} {
		b.Run(c.name, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				start := time.Now()
				l, err := client.List(b.Context(), c.q)
				if err != nil || len(l.Executions) != c.want {
					b.Fatal(len(l.Executions), err)
				}
				took = append(took, time.Since(start))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[0].Microseconds())/1000, "min-ms")
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)-1].Microseconds())/1000, "max-ms")
		})
	}
}
