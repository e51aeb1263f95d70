package e2e

import (
	"testing"

	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
)

// Every page follows the one before, whatever it ends with; the newest execution is first.
func TestPendingIsPaged(t *testing.T) {
	t.Parallel()
	r := up(t)
	var want []execution.ID
	for i := range 7 {
		if i%3 == 2 {
			r.completed(r.run(`1`), `1`) // nothing of it waits
		}
		o := r.paused(`() => Promise.all([items.create_item({title: "a"}), items.create_item({title: "b"})])`)
		want = append([]execution.ID{o.ExecutionID}, want...)
	}
	for limit := 1; limit <= 8; limit++ {
		var got []execution.ID
		q := control.PendingQuery{Limit: limit}
		for {
			page, err := r.client.Pending(t.Context(), q)
			if err != nil {
				t.Fatalf("pending: %v", err)
			}
			for i, c := range page.Pending {
				if c.Seq != i%2 {
					t.Fatalf("limit %d: call %d of the page has seq %d", limit, i, c.Seq)
				}
				if c.Seq == 0 {
					got = append(got, c.ExecutionID)
				}
			}
			if q.Cursor = page.Cursor; q.Cursor == "" {
				break
			}
		}
		if len(got) != len(want) {
			t.Fatalf("limit %d: %d executions, want %d", limit, len(got), len(want))
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("limit %d: execution %d is %s, want %s", limit, i, got[i], want[i])
			}
		}
	}
}
