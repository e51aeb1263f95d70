package engine

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// A rollback of 100 calls on the journal in memory, beside a connector that answers at once.
func BenchmarkRollback100(b *testing.B) {
	u := newUndoer(nil)
	set, err := connector.NewSet(connector.SetConfig{Connectors: []connector.Named{u.named()}})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		b.StopTimer()
		store, key := journal.NewMem(), journal.Key{Runtime: "default", ID: execution.NewID(time.Now())}
		e, err := New(Config{Sandbox: &foretelling{}, Store: store, Connectors: set, Now: time.Now})
		if err != nil {
			b.Fatal(err)
		}
		in := applied(b, store, key, 100)
		b.StartTimer()
		res, err := e.Rollback(b.Context(), in)
		if err != nil || res.Report.Reverted != 100 {
			b.Fatalf("%+v, %v", res.Report, err)
		}
	}
}

// applied journals an execution of n applied calls and claims its rollback.
func applied(tb testing.TB, store journal.Store, key journal.Key, n int) Pass {
	tb.Helper()
	s := journal.State{Status: execution.Completed, Attempt: 1, Try: 1, Nonce: "n", Write: 1}
	rev, err := store.PutState(tb.Context(), key, s, 0)
	if err != nil {
		tb.Fatal(err)
	}
	var rec journal.Record
	rec.Attempt = 1
	for seq := range n {
		rec.Issued = append(rec.Issued, journal.Intent{Seq: seq, Connector: "x", Method: "do", Args: journal.NewValue(json.RawMessage(`{"n":1}`))})
		rec.Done = append(rec.Done, journal.Completion{Ref: journal.Ref{N: seq}, Mark: journal.MarkApplied, Result: journal.NewValue(json.RawMessage(`1`)), Attempt: 1})
	}
	if _, err := store.Append(tb.Context(), key, rev, 0, rec); err != nil {
		tb.Fatal(err)
	}
	s = s.Rollback("ann", time.Now())
	s.Status, s.Attempt, s.Write = execution.Running, 2, 2
	if rev, err = store.PutState(tb.Context(), key, s, rev); err != nil {
		tb.Fatal(err)
	}
	return Pass{Key: key, Claim: rev, State: s}
}
