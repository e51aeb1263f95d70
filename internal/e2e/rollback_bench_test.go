package e2e

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/execution"
)

// BenchmarkRollback100 takes the time from the request for a rollback of 100 calls to
// its end, as the events tell it, beside a connector that answers at once.
func BenchmarkRollback100(b *testing.B) {
	p := &probe{methods: []connector.Method{{Name: "pay", Reverts: true}}, do: answer}
	p.revert = func(context.Context, connector.Call, json.RawMessage) error { return nil }
	r := newRig(b)
	r.start(nil, p.named())
	for b.Loop() {
		b.StopTimer()
		o := r.run(`async () => { for (let i = 0; i < 100; i++) await probe.pay(i); return 1 }`)
		w, err := r.client.Watch(o.ExecutionID)
		if err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		if _, err := r.client.Rollback(b.Context(), o.ExecutionID, "ann"); err != nil {
			b.Fatal(err)
		}
		for e, err := range w.All(b.Context()) {
			if err != nil {
				b.Fatal(err)
			}
			if e.Name == string(execution.RolledBack) {
				break
			}
		}
		b.StopTimer()
		w.Close()
		r.is(r.get(o.ExecutionID), execution.RolledBack, 100, 0)
		b.StartTimer()
	}
}
