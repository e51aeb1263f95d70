package engine

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/execution"
)

// Replayed calls are told in order, each once, before the line that the code printed
// after them, and before the pass waits for anything.
func TestObserverOfAReplay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // where it ends at once when all wait for each other
		const calls = untoldMost + 10
		seen := []chan struct{}{1: make(chan struct{}), 2: make(chan struct{})}
		late := new(fake).on(connector.Method{Name: "late", Reexecute: true}, func(_ context.Context, call connector.Call) (json.RawMessage, error) {
			<-seen[call.Attempt]
			return nil, nil
		})
		r := newRig(t, nil, late.named())
		var told []int // by the second pass, up to the line
		r.onCall = func(e execution.Entry) {
			if e.State != execution.Applied || e.Connector != "items" {
				return
			}
			if r.state.Attempt == 2 && e.Replayed && len(r.lines) == 1 {
				told = append(told, e.Seq)
			}
			if e.Seq == 2*calls {
				close(seen[r.state.Attempt])
			}
		}
		r.want(r.run(`async () => {
			const late = x.late()
			for (let i = 0; i < 74; i++) await items.echo(i)
			console.log("half")
			for (let i = 0; i < 74; i++) await items.echo(i)
			await late
			await items.retry_once()
			return 1
		}`), `1`)
		want := make([]int, calls)
		for i := range want {
			want[i] = i + 1
		}
		if !slices.Equal(told, want) {
			t.Errorf("before the line the observer was told of %v, want 1 to %d", told, calls)
		}
	})
}
