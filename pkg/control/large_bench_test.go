package control

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
)

// large is the execution of a benchmark: so many calls one after another, each with a
// record of its own.
type large struct {
	b      *testing.B
	s      *stream.Stream
	client *Client
	calls  int
	key    journal.Key
	at     journal.Revision
	write  int
}

func newLarge(b *testing.B, calls int) *large {
	b.Helper()
	server := natstest.Run(b)
	s, err := stream.Open(b.Context(), server.Conn(), stream.Config{})
	if err != nil {
		b.Fatal(err)
	}
	service, err := NewService(ServiceConfig{Stream: s, Runtimes: []string{runtime}, Timeout: time.Minute})
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
	l := &large{b: b, s: s, client: client, calls: calls, key: journal.Key{Runtime: runtime, ID: at(0)}}
	l.fill(server)
	return l
}

// request is what was submitted.
func (l *large) request() execution.Request {
	return execution.Request{ID: l.key.ID, Code: "async () => { for (let v = 0; ; v++) await demo.echo({v}) }"}
}

func (l *large) fill(server *natstest.Server) {
	w := natstest.NewWriter(l.b, server.Conn())
	sizes := journal.Sizes{Value: 256 << 10, Record: 1 << 20}
	for n := range l.calls + 1 {
		r := journal.Record{Attempt: 1, At: 1764064800000 + int64(n)}
		if n > 0 {
			r.Done = []journal.Completion{{
				Ref: journal.Ref{N: n - 1}, Mark: journal.MarkApplied, Result: text(`{"v":%d,"text":"an answer of some length"}`, n), At: r.At, Attempt: 1,
			}}
		}
		if n < l.calls {
			r.Issued = []journal.Intent{{Seq: n, Connector: "demo", Method: "echo", Args: text(`{"v":%d}`, n)}}
		}
		parts, err := r.Encode(sizes, nil)
		if err != nil {
			l.b.Fatal(err)
		}
		w.Put("$KV."+stream.Bucket+"."+stream.LogKey(l.key, n), parts[0])
	}
	w.Put("$KV."+stream.Bucket+"."+stream.RequestKey(l.key), encode(l.b, l.request()))
	w.Flush()
}

// put writes the state of the execution anew.
func (l *large) put(status execution.Status) {
	l.b.Helper()
	st := journal.State{
		Status: status, Attempt: 1, Try: 1, CreatedAt: l.key.ID.Time(), StartedAt: l.key.ID.Time(), UpdatedAt: l.key.ID.Time(),
		Seed: string(l.key.ID), Digest: l.request().Digest(), Carrier: journal.Carrier{Spent: true},
	}
	if status == execution.Paused {
		seq := l.calls - 1
		st.Pending, st.Waits = []int{seq}, []journal.Wait{{Seq: seq, Kind: execution.PendingApproval, Connector: "demo", Method: "echo"}}
	}
	now, err := l.s.Journal().State(l.b.Context(), l.key)
	if err == nil {
		l.at = now.Revision
	}
	l.write++
	st.Nonce, st.Write = "bench", l.write
	if l.at, err = l.s.Journal().PutState(l.b.Context(), l.key, st, l.at); err != nil {
		l.b.Fatal(err)
	}
}

// BenchmarkLarge measures the operations of the API on one execution with a large
// journal, as a client sees them. What counts is the median: p50-ms.
func BenchmarkLarge(b *testing.B) {
	for _, calls := range []int{1000, 8000, 30_000, 100_000} {
		b.Run(fmt.Sprint(calls), func(b *testing.B) {
			l := newLarge(b, calls)
			id := l.key.ID
			var kept struct{}
			for _, c := range []struct {
				name   string
				status execution.Status
				run    func(ctx context.Context) error
			}{
				{"load", execution.Completed, func(ctx context.Context) error {
					records, err := l.s.Journal().Load(ctx, l.key, l.at)
					if err == nil && len(records) != calls+1 {
						err = fmt.Errorf("%d records", len(records))
					}
					return err
				}},
				{"get", execution.Completed, func(ctx context.Context) error { _, err := l.client.Get(ctx, id); return err }},
				{"rollback", execution.Completed, func(ctx context.Context) error { _, err := l.client.Rollback(ctx, id, "me"); return err }},
				{"cancel", execution.Sleeping, func(ctx context.Context) error { _, err := l.client.Cancel(ctx, id, false, "me"); return err }},
				{"cancel-rollback", execution.Sleeping, func(ctx context.Context) error { _, err := l.client.Cancel(ctx, id, true, "me"); return err }},
				{"restart", execution.Error, func(ctx context.Context) error {
					_, err := l.client.Restart(ctx, Restart{ID: id})
					return err
				}},
				{"restart-from", execution.Completed, func(ctx context.Context) error {
					from := calls / 2
					_, err := l.client.Restart(ctx, Restart{ID: id, From: &from})
					return err
				}},
				{"fork", execution.Completed, func(ctx context.Context) error {
					_, err := l.client.Fork(ctx, Fork{ID: id, From: calls / 2})
					return err
				}},
				{"export", execution.Completed, func(ctx context.Context) error {
					e, err := l.client.Export(ctx, id)
					return cmp.Or(err, wantRecords(len(e.Records), calls+1))
				}},
				{"snippet", execution.Completed, func(ctx context.Context) error {
					_, err := l.client.SaveSnippet(ctx, SnippetSave{Name: "s", ID: id})
					return err
				}},
				{"approve", execution.Paused, func(ctx context.Context) error {
					return l.client.Call(ctx, "approve", decision{ID: id, As: "me"}, &kept)
				}},
				{"reject", execution.Paused, func(ctx context.Context) error {
					_, err := l.client.Reject(ctx, id, nil, "", "me")
					return err
				}},
			} {
				b.Run(c.name, func(b *testing.B) { l.measure(b, c.status, c.run) })
			}
		})
	}
}

func wantRecords(got, want int) error {
	if got != want {
		return fmt.Errorf("%d records, want %d", got, want)
	}
	return nil
}

func (l *large) measure(b *testing.B, status execution.Status, run func(context.Context) error) {
	l.b = b
	var took []time.Duration
	for b.Loop() {
		b.StopTimer()
		l.put(status)
		b.StartTimer()
		start := time.Now()
		if err := run(b.Context()); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[0].Microseconds())/1000, "min-ms")
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
}
