// Package journaltest is the trial that every [journal.Store] stands: memory and
// JetStream keep the same contract, so the engine may trust either.
//
// # Guarantees
//
// Each promise of the store's documentation has a subtest named after it. The
// subtests run in parallel and use executions of their own, so that one store may
// serve them all.
//
// # Not here
//
// What only one store can show: lost answers, stale replicas, restarts.
package journaltest

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// Run tests the stores that open returns.
func Run(t *testing.T, open func(t *testing.T) journal.Store) { run(t, open, false) }

// RunReplicated tests stores of which a replica may answer that lags: it may take a
// while to see that a claim was superseded. All else is as in [Run].
func RunReplicated(t *testing.T, open func(t *testing.T) journal.Store) { run(t, open, true) }

func run(t *testing.T, open func(t *testing.T) journal.Store, replicas bool) {
	for _, c := range []struct {
		promise string
		test    func(*testing.T, *bench)
	}{
		{"StateIsNotFoundBeforeTheFirstClaim", stateNotFound},
		{"StateReadsWhatWasPut", stateRoundTrip},
		{"OneClaimWins", oneWinner},
		{"OneCreationWins", oneCreation},
		{"RepeatedStateWriteIsRecognised", repeatedState},
		{"WritesOfASupersededClaimAreRefused", supersededRefused},
		{"WritesWithoutAClaimAreRefused", unclaimedRefused},
		{"ParallelWritesUnderOneClaimLand", parallelWrites},
		{"RequestReadsWhatWasPut", requestRoundTrip},
		{"LargeRequestReadsWhatWasPut", largeRequest},
		{"LoadReturnsEveryRecordInOrder", loadInOrder},
		{"LoadReadsPastItsOwnClaim", loadPastClaim},
		{"LoadOfASupersededClaimIsRefused", loadSuperseded},
		{"RepeatedAppendIsOne", repeatedAppend},
		{"LargeValuesComeBack", largeValues},
		{"LargeStateComesBack", largeState},
		{"CallersValuesAreLeftAlone", callersValues},
		{"LargeRecordFoldsAsOne", splitFolds},
		{"TooLargeForAnyRecordIsAnError", tooLarge},
		{"EndedContextIsReported", endedContext},
		{"ClaimsRaceWithWrites", race},
		{"InboxKeepsTheOrderOfItsSignals", inboxInOrder},
		{"RepeatedSignalIsOne", repeatedSignal},
		{"LargeSignalComesBack", largeSignal},
	} {
		t.Run(c.promise, func(t *testing.T) {
			t.Parallel()
			c.test(t, &bench{Store: open(t), key: NewKey(), t: t, replicas: replicas})
		})
	}
}

// NewKey returns the key of an execution that nobody else uses.
func NewKey() journal.Key {
	return journal.Key{Runtime: "suite", ID: execution.NewID(time.Now())}
}

// bench is a store, an execution in it, and the test.
type bench struct {
	journal.Store
	key      journal.Key
	t        *testing.T
	write    int
	replicas bool // one that lags may answer
}

// state returns a fresh state that no write had before.
func (b *bench) state(attempt int) journal.State {
	b.write++
	return journal.State{
		Status: execution.Running, Attempt: attempt, Try: 1, Executor: "suite", Nonce: fmt.Sprintf("n-%p", b), Write: b.write,
		Seed: string(b.key.ID), Digest: "d", CreatedAt: time.UnixMilli(1000).UTC(),
	}
}

// claim writes a new state over the last one.
func (b *bench) claim(attempt int, last journal.Revision) journal.Revision {
	b.t.Helper()
	return b.put(b.state(attempt), last)
}

func (b *bench) put(st journal.State, last journal.Revision) journal.Revision {
	b.t.Helper()
	rev, err := b.PutState(b.t.Context(), b.key, st, last)
	if err != nil {
		b.t.Fatalf("PutState over %d: %v", last, err)
	}
	return rev
}

func (b *bench) append(claim journal.Revision, n int, r journal.Record) int {
	b.t.Helper()
	next, err := b.Append(b.t.Context(), b.key, claim, n, r)
	if err != nil {
		b.t.Fatalf("Append %d: %v", n, err)
	}
	return next
}

func (b *bench) load(claim journal.Revision) []journal.Record {
	b.t.Helper()
	records, err := b.Load(b.t.Context(), b.key, claim)
	if err != nil {
		b.t.Fatalf("Load at %d: %v", claim, err)
	}
	return records
}

func (b *bench) resolve(v *journal.Value) string {
	b.t.Helper()
	if v == nil {
		b.t.Fatal("Resolve: there is no value")
	}
	text, err := b.Resolve(b.t.Context(), b.key, *v)
	if err != nil {
		b.t.Fatalf("Resolve %+v: %v", *v, err)
	}
	return string(text)
}

func (b *bench) wantFenced(what string, err error) {
	b.t.Helper()
	if !errors.Is(err, journal.ErrFenced) {
		b.t.Errorf("%s: %v, want ErrFenced", what, err)
	}
}

// call is the record that issues call seq and completes the one before it.
func call(seq int) journal.Record {
	r := journal.Record{Attempt: 1, At: int64(1000 + seq), Issued: []journal.Intent{
		{Seq: seq, Connector: "demo", Method: "echo", Args: text(fmt.Sprintf("args %d", seq))},
	}}
	if seq > 0 {
		r.Done = []journal.Completion{done(seq-1, fmt.Sprintf("result %d", seq-1))}
	}
	return r
}

func done(seq int, result string) journal.Completion {
	return journal.Completion{Ref: journal.Ref{N: seq}, Mark: journal.MarkApplied, Result: text(result), At: int64(1000 + seq), Attempt: 1}
}

func text(s string) *journal.Value { return journal.NewValue(quote(s)) }

func quote(s string) json.RawMessage {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string
	}
	return b
}

// large is a text of n bytes that differs from others by its name.
func large(name string, n int) string { return name + strings.Repeat("x", n-len(name)) }
