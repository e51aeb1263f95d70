package journaltest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

func stateNotFound(t *testing.T, b *bench) {
	if _, err := b.State(t.Context(), b.key); !errors.Is(err, journal.ErrNotFound) {
		t.Errorf("State = %v, want ErrNotFound", err)
	}
	if _, err := b.Request(t.Context(), b.key); !errors.Is(err, journal.ErrNotFound) {
		t.Errorf("Request = %v, want ErrNotFound", err)
	}
}

func stateRoundTrip(t *testing.T, b *bench) {
	want := b.state(1)
	want.Labels = map[string]string{"team": "billing"}
	want.Carrier = journal.Carrier{Seq: 7, Spent: true}
	rev := b.put(want, 0)
	got, err := b.State(t.Context(), b.key)
	if err != nil {
		t.Fatal(err)
	}
	if got.Revision != rev || got.At.IsZero() {
		t.Errorf("revision %d at %v, want %d at some time", got.Revision, got.At, rev)
	}
	if g, w := fmt.Sprintf("%+v", got.State), fmt.Sprintf("%+v", want); g != w {
		t.Errorf("state\n got %s\nwant %s", g, w)
	}
	if next := b.claim(2, rev); next <= rev {
		t.Errorf("revision went from %d to %d, want it to grow", rev, next)
	}
}

func oneCreation(t *testing.T, b *bench) { raceForClaim(t, b, 0) }
func oneWinner(t *testing.T, b *bench)   { raceForClaim(t, b, b.claim(1, 0)) }

func raceForClaim(t *testing.T, b *bench, last journal.Revision) {
	const owners = 8
	errs := make([]error, owners)
	revs := make([]journal.Revision, owners)
	var wg sync.WaitGroup
	for i := range owners {
		st := journal.State{Status: execution.Running, Attempt: 2, Nonce: fmt.Sprintf("owner-%d", i), Write: 1}
		wg.Go(func() { revs[i], errs[i] = b.PutState(t.Context(), b.key, st, last) })
	}
	wg.Wait()
	winner := -1
	for i, err := range errs {
		switch {
		case err == nil && winner >= 0:
			t.Errorf("owners %d and %d both won", winner, i)
		case err == nil:
			winner = i
		case !errors.Is(err, journal.ErrFenced):
			t.Errorf("owner %d: %v, want nil or ErrFenced", i, err)
		}
	}
	if winner < 0 {
		t.Fatal("nobody won")
	}
	got, err := b.State(t.Context(), b.key)
	if err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("owner-%d", winner); got.State.Nonce != want || got.Revision != revs[winner] {
		t.Errorf("state of %s at %d, want %s at %d", got.State.Nonce, got.Revision, want, revs[winner])
	}
}

func repeatedState(t *testing.T, b *bench) {
	st := b.state(1)
	rev := b.put(st, 0)
	if again := b.put(st, 0); again != rev {
		t.Errorf("the repeated write has revision %d, want %d", again, rev)
	}
	st.Write++
	_, err := b.PutState(t.Context(), b.key, st, 0)
	b.wantFenced("another write over the same revision", err)
	st.Write--
	st.Nonce = "somebody else"
	_, err = b.PutState(t.Context(), b.key, st, 0)
	b.wantFenced("the same write number of another writer", err)
}

func supersededRefused(t *testing.T, b *bench) {
	old := b.claim(1, 0)
	b.append(old, 0, call(0))
	now := b.claim(2, old)
	_, err := b.Append(t.Context(), b.key, old, 1, call(1))
	b.wantFenced("Append", err)
	b.wantFenced("PutRequest", b.PutRequest(t.Context(), b.key, old, execution.Request{Code: "stale"}))
	_, err = b.PutState(t.Context(), b.key, b.state(3), old)
	b.wantFenced("PutState", err)
	if got := len(b.load(now)); got != 1 {
		t.Errorf("%d records, want 1: a refused write was stored", got)
	}
	if _, err := b.Request(t.Context(), b.key); !errors.Is(err, journal.ErrNotFound) {
		t.Errorf("Request = %v, want ErrNotFound: a refused write was stored", err)
	}
	b.append(now, 1, call(1))
}

func unclaimedRefused(t *testing.T, b *bench) {
	_, err := b.Append(t.Context(), b.key, 99_999_999, 0, call(0))
	b.wantFenced("Append", err)
	b.wantFenced("PutRequest", b.PutRequest(t.Context(), b.key, 99_999_999, execution.Request{Code: "x"}))
	_, err = b.PutState(t.Context(), b.key, b.state(1), 99_999_999)
	b.wantFenced("PutState", err)
	_, err = b.Load(t.Context(), b.key, 99_999_999)
	b.wantFenced("Load", err)
}

// parallelWrites is more than a pass does. On a cluster such writes refuse each
// other for a moment; that is not what fenced means.
func parallelWrites(t *testing.T, b *bench) {
	claim := b.claim(1, 0)
	const writers, each = 6, 20
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				n := w*each + i
				if _, err := b.Append(t.Context(), b.key, claim, n, journal.Record{Attempt: 1, At: 1, Started: []int{n}}); err != nil {
					t.Errorf("Append %d: %v", n, err)
				}
			}
		})
	}
	wg.Wait()
	if got := len(b.load(b.claim(2, claim))); got != writers*each {
		t.Errorf("%d records, want %d", got, writers*each)
	}
}

// race lets a pass write while another one claims: what the winner reads must be
// all that there is for ever.
func race(t *testing.T, b *bench) {
	claim := b.claim(1, 0)
	next := 0
	within, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	for round := range 20 {
		records := make(chan int)
		go func() {
			n := next
			for ; ; n++ {
				if _, err := b.Append(within, b.key, claim, n, journal.Record{Attempt: round + 1, At: 1, Started: []int{n}}); err != nil {
					b.wantFenced("Append", err)
					break
				}
			}
			records <- n
		}()
		newer := b.claim(round+2, claim)
		seen := len(b.load(newer))
		if wrote := <-records; wrote != seen {
			t.Fatalf("round %d: the superseded pass wrote up to %d, the new one reads %d", round, wrote, seen)
		}
		claim, next = newer, seen
	}
}
