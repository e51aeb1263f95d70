package e2e

import (
	"testing"
	"time"

	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
)

// BenchmarkReplayAfterApproval measures what an approval of the 1001st call takes, from the
// request to the outcome: the wake, the reading and replaying of 1000 entries, the call
// and the settle.
func BenchmarkReplayAfterApproval(b *testing.B) {
	r := up(b)
	request := execution.Request{Code: `async () => { for (let i = 0; i < 1000; i++) await items.echo({i}); return await items.create_item({title: "x"}) }`}
	var took time.Duration
	for range b.N {
		o := r.request(request)
		r.status(o, execution.Paused)
		start := time.Now()
		o, err := r.client.Approve(b.Context(), control.Approval{ID: o.ExecutionID}, control.Follow{})
		took += time.Since(start)
		if err != nil || o.Status != execution.Completed {
			b.Fatal(o.Status, err)
		}
	}
	b.ReportMetric(float64(took.Microseconds())/1000/float64(b.N), "ms/approval")
}

// BenchmarkFork measures a fork that keeps 1000 entries, up to the answer.
func BenchmarkFork(b *testing.B) {
	r := up(b)
	o := r.run(`async () => { for (let i = 0; i < 1000; i++) await items.echo({i}); return 1 }`)
	r.status(o, execution.Completed)
	var took, dry time.Duration
	for range b.N {
		start := time.Now()
		rec, err := r.client.Fork(b.Context(), control.Fork{ID: o.ExecutionID, From: 1000})
		took += time.Since(start)
		if err != nil {
			b.Fatal(err)
		}
		r.status(r.wait(rec.ExecutionID), execution.Completed)
		start = time.Now()
		if d, err := r.client.DryFork(b.Context(), control.Fork{ID: o.ExecutionID, From: 1000}); err != nil || d.DepartsAt != nil {
			b.Fatal(d, err)
		}
		dry += time.Since(start)
	}
	b.ReportMetric(float64(took.Microseconds())/1000/float64(b.N), "ms/fork")
	b.ReportMetric(float64(dry.Microseconds())/1000/float64(b.N), "ms/dry-run")
}
