package engine

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/fixture"
	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/sandbox"
)

// BenchmarkReplay runs a pass that replays calls from memory: what a replay costs
// without a server. pkg/stream has the reading of the journal, internal/bench the whole.
func BenchmarkReplay(b *testing.B) {
	for _, c := range []struct{ name, code string }{
		{"sequential", `async () => { for (let i = 0; i < %[1]d; i++) await items.echo({i}); return 1 }`},
		{"parallel", `async () => { await Promise.all(Array.from({length: %[1]d}, (_, i) => items.echo({i}))); return 1 }`},
		{"hundred-at-once", `async () => { let i = 0; await Promise.all(Array.from({length: 100}, async () => { while (i < %[1]d) await items.echo({i: i++}) })); return 1 }`},
	} {
		for _, calls := range []int{1000, 10_000, 100_000} {
			if calls > 10_000 && c.name == "parallel" {
				continue // no more may be pending at once
			}
			b.Run(fmt.Sprintf("%s/%d", c.name, calls), func(b *testing.B) { benchmarkReplay(b, fmt.Sprintf(c.code, calls), calls) })
		}
	}
}

func benchmarkReplay(b *testing.B, code string, calls int) {
	store := &textStore{Store: journal.NewMem()}
	e := benchEngine(b, store)
	in := benchFresh(b, store, code)
	first := benchPass(b, e, in)
	in.State.Attempt, in.State.Carry, in.Fresh = 2, first.Carry, false
	counted := new(counter)
	in.Observe = counted
	b.ReportAllocs()
	for b.Loop() {
		counted.replayed = 0
		if benchPass(b, e, in); counted.replayed != calls {
			b.Fatalf("%d replayed calls, want %d", counted.replayed, calls)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*calls), "ns/replayed-call")
}

// BenchmarkBacklog runs a pass whose calls are all answered at once, faster than the code
// takes the answers.
func BenchmarkBacklog(b *testing.B) {
	for _, calls := range []int{1000, 10_000} {
		b.Run(fmt.Sprint(calls), func(b *testing.B) {
			code := fmt.Sprintf(`async () => { await Promise.all(Array.from({length: %d}, (_, i) => items.echo({i}))); return 1 }`, calls)
			for b.Loop() {
				store := &textStore{Store: journal.NewMem()}
				benchPass(b, benchEngine(b, store), benchFresh(b, store, code))
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*calls), "ns/call")
		})
	}
}

func benchEngine(b *testing.B, store journal.Store) *Engine {
	b.Helper()
	set, err := connector.NewSet(connector.SetConfig{Connectors: []connector.Named{{Name: "items", Connector: new(fixture.Items)}}})
	if err != nil {
		b.Fatal(err)
	}
	e, err := New(Config{Sandbox: sandbox.NewInProcess(sandbox.Config{}), Store: store, Connectors: set, Now: time.Now, Version: "bench"})
	if err != nil {
		b.Fatal(err)
	}
	return e
}

// benchFresh claims the first pass of an execution.
func benchFresh(b *testing.B, store journal.Store, code string) Pass {
	b.Helper()
	in := Pass{
		Key: journal.Key{Runtime: "default", ID: execution.NewID(time.Now())}, Request: execution.Request{Code: code}, Fresh: true,
		State: journal.State{Status: execution.Running, Attempt: 1, Try: 1, Seed: "bench", StartedAt: time.Now().UTC()},
	}
	var err error
	if in.Claim, err = store.PutState(b.Context(), in.Key, in.State, 0); err != nil {
		b.Fatal(err)
	}
	return in
}

func benchPass(b *testing.B, e *Engine, in Pass) Result {
	res, err := e.Run(b.Context(), in)
	if err != nil || res.Status != execution.Completed {
		b.Fatal(res.Status, res.Error, err)
	}
	return res
}

// counter is an observer that counts what is replayed.
type counter struct{ replayed int }

func (*counter) Log(string, bool) {}

func (c *counter) Call(e execution.Entry) {
	if e.Replayed {
		c.replayed++
	}
}

// textStore is a memory store that reads its records as the one on JetStream does.
type textStore struct {
	journal.Store
	texts [][]byte
}

func (s *textStore) Append(_ context.Context, _ journal.Key, _ journal.Revision, n int, r journal.Record) (int, error) {
	parts, err := r.Encode(journal.Sizes{Value: 256 << 10, Record: 1 << 20}, nil)
	s.texts = append(s.texts[:n], parts...)
	return len(s.texts), err
}

func (s *textStore) Load(context.Context, journal.Key, journal.Revision) ([]journal.Record, error) {
	return journal.ParseRecords(s.texts)
}
