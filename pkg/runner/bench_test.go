package runner

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// BenchmarkOutcome writes the outcome of an execution of 1000 calls.
func BenchmarkOutcome(b *testing.B) {
	now := time.Now()
	log := new(journal.Log)
	value := journal.NewValue(json.RawMessage(`{"i":1000}`))
	for seq := range 1000 {
		log.Entries = append(log.Entries, journal.Entry{
			Intent: journal.Intent{Seq: seq, Connector: "demo", Method: "echo", Args: value},
			Mark:   journal.MarkApplied, Result: value, DoneAt: now.UnixMilli(), DoneBy: 1, StartAt: now.UnixMilli(), StartBy: 1,
		})
	}
	key := journal.Key{Runtime: "default", ID: execution.NewID(now)}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := outcomeText(Outcome(key, journal.State{Status: execution.Completed, Attempt: 2}, log, nil)); err != nil {
			b.Fatal(err)
		}
	}
}
