package stream

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/journal"
)

// overProxy opens a stream whose connection a test can break.
func overProxy(t *testing.T) (*natstest.Proxy, *Stream, *Stream) {
	t.Helper()
	srv := natstest.Run(t)
	direct := open(t, srv.Conn(), Config{})
	p := natstest.NewProxy(t, srv.URL())
	return p, open(t, natstest.Connect(t, p.URL()), Config{}), direct
}

// lose loses the answer of the next message to the subject, and everything that
// the server says until the client comes back.
func lose(t *testing.T, p *natstest.Proxy, s *Stream, subject string) {
	t.Helper()
	sent := p.CutAfter(subject)
	done := make(chan struct{})
	t.Cleanup(func() { <-done })
	go func() {
		defer close(done)
		<-sent
		// The server has the bytes; make sure that it has handled them.
		if err := s.nc.Flush(); err != nil {
			t.Errorf("flush: %v", err)
		}
		p.Resume()
	}()
}

func TestLostAnswerOfAStateWriteIsFound(t *testing.T) {
	t.Parallel()
	p, s, direct := overProxy(t)
	key, rev := claimed(t, s)
	lose(t, p, direct, "PUB $KV.executions."+key.String()+".state")
	st := benchState(key, 2)
	got, err := s.Journal().PutState(t.Context(), key, st, rev)
	if err != nil {
		t.Fatalf("PutState = %v, want it to find its own write", err)
	}
	now, err := direct.Journal().State(t.Context(), key)
	if err != nil || now.Revision != got || now.State.Write != 2 {
		t.Errorf("state at %d (write %d, %v), want %d", now.Revision, now.State.Write, err, got)
	}
}

func TestLostAnswerThenSupersededIsFenced(t *testing.T) {
	t.Parallel()
	p, s, direct := overProxy(t)
	key, rev := claimed(t, s)
	sent := p.CutAfter("PUB $KV.executions." + key.String() + ".state")
	superseded := make(chan error, 1)
	go func() {
		<-sent
		defer p.Resume()
		// Another executor claims over the write whose answer was lost.
		st, err := direct.Journal().State(t.Context(), key)
		for err == nil && st.Revision == rev {
			st, err = direct.Journal().State(t.Context(), key)
		}
		if err == nil {
			other := benchState(key, 1)
			other.Nonce = "other"
			_, err = direct.Journal().PutState(t.Context(), key, other, st.Revision)
		}
		superseded <- err
	}()
	_, err := s.Journal().PutState(t.Context(), key, benchState(key, 2), rev)
	if serr := <-superseded; serr != nil {
		t.Fatal(serr)
	}
	if !errors.Is(err, journal.ErrFenced) {
		t.Errorf("PutState = %v, want ErrFenced", err)
	}
}

func TestLostAnswerOfARecordIsRepeated(t *testing.T) {
	t.Parallel()
	p, s, direct := overProxy(t)
	key, rev := claimed(t, s)
	lose(t, p, direct, "PUB $KV.executions."+LogKey(key, 0))
	if next, err := s.Journal().Append(t.Context(), key, rev, 0, call(0)); err != nil || next != 1 {
		t.Fatalf("Append = %d, %v", next, err)
	}
	if all, err := direct.Journal().Load(t.Context(), key, rev); err != nil || len(all) != 1 {
		t.Errorf("%d records, %v; want 1", len(all), err)
	}
}

func TestUnreachableServerIsWaitedOut(t *testing.T) {
	t.Parallel()
	p, s, direct := overProxy(t)
	key, rev := claimed(t, s)
	p.Refuse()
	cause := errors.New("the pass is over")
	ctx, end := context.WithTimeoutCause(t.Context(), 300*time.Millisecond, cause)
	defer end()
	_, err := s.Journal().Append(ctx, key, rev, 0, call(0))
	if !errors.Is(err, cause) || errors.Is(err, journal.ErrFenced) {
		t.Errorf("Append = %v, want the cause of the context", err)
	}
	appended := make(chan error, 1)
	go func() {
		_, err := s.Journal().Append(t.Context(), key, rev, 0, call(0))
		appended <- err
	}()
	p.Resume()
	if err := <-appended; err != nil {
		t.Errorf("Append after the trouble = %v", err)
	}
	if all, err := direct.Journal().Load(t.Context(), key, rev); err != nil || len(all) != 1 {
		t.Errorf("%d records, %v; want 1", len(all), err)
	}
}

// Writers of one key race: the loser is told by 10071 on one server, and mostly by
// 10164, "still deciding", on a cluster. Only the first means fenced.
func TestRefusalsAreToldApart(t *testing.T) {
	t.Parallel()
	srv := natstest.Run(t)
	one := open(t, srv.Conn(), Config{})
	c := natstest.Cluster(t, 3)
	three := open(t, c.Conn(), Config{Replicas: 3})
	for name, s := range map[string]*Stream{"one server": one, "cluster": three} {
		inFlight, fenced := raceRefusals(t, s)
		t.Logf("%s: %d times 10164, %d times 10071", name, inFlight, fenced)
		if fenced == 0 || (inFlight > 0) != (s == three) {
			t.Errorf("%s: %d times 10164, %d times 10071", name, inFlight, fenced)
		}
	}
}

// raceRefusals counts the raw answers to 12 writers over 50 rounds, and checks
// that one of them wins each.
func raceRefusals(t *testing.T, s *Stream) (inFlight, fenced int) {
	t.Helper()
	key, rev := claimed(t, s)
	bucket := s.Journal().bucket(key)
	for round := range 50 {
		var mu sync.Mutex
		var wg sync.WaitGroup
		won := uint64(0)
		for range 12 {
			wg.Go(func() {
				var ack pubAck
				var err error
				// One who hears nothing asks again: a cluster may lose its leader for a moment.
				for w := newBackoff(); ; {
					ack, err = publish(t.Context(), s.nc, &nats.Msg{
						Subject: kvSubject(bucket, StateKey(key)), Data: []byte("{}"), Header: expect(uint64(rev), ""),
					}, w)
					if refused := new(jetstream.APIError); err == nil || errors.As(err, &refused) && refused.Code < 500 || w.wait(t.Context(), err) != nil {
						break
					}
				}
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil && won != 0:
					t.Errorf("round %d: two winners", round)
				case err == nil:
					won = ack.Seq
				case hasCode(err, codeInFlight):
					inFlight++
				case hasCode(err, codeWrongLast):
					fenced++
				default:
					t.Errorf("round %d: %v", round, err)
				}
			})
		}
		wg.Wait()
		if won == 0 { // or the winner's answer was lost
			last, err := s.leaderLast(t.Context(), kvStream(bucket), kvSubject(bucket, StateKey(key)))
			if won = last.Seq; err != nil || won == uint64(rev) {
				t.Fatalf("round %d: nobody won: %v", round, err)
			}
		}
		// A refused one is fenced for sure now.
		if _, err := s.Journal().PutState(t.Context(), key, benchState(key, round+2), rev); !errors.Is(err, journal.ErrFenced) {
			t.Errorf("round %d: a late write = %v, want ErrFenced", round, err)
		} else {
			fenced++
		}
		rev = journal.Revision(won)
	}
	return inFlight, fenced
}

// A pass that is superseded while it writes loses nothing of what was acknowledged
// and adds nothing after the claim, through changes of leader as well.
func TestFenceHoldsThroughLeaderChanges(t *testing.T) {
	t.Parallel()
	c := natstest.Cluster(t, 3)
	s := open(t, c.Conn(), Config{Replicas: 3})
	for round := range 10 {
		key, old := claimed(t, s)
		wrote := make(chan int, 1)
		going := make(chan struct{})
		within, cancel := context.WithTimeout(t.Context(), 2*natstest.StartWait)
		defer cancel()
		go func() {
			n := 0
			for ; ; n++ {
				if _, err := s.Journal().Append(within, key, old, n, journal.Record{Attempt: 1, At: 1, Started: []int{n}}); err != nil {
					if !errors.Is(err, journal.ErrFenced) {
						t.Errorf("Append: %v, want ErrFenced once another one has claimed", err)
					}
					break
				}
				if n == 3 {
					close(going)
				}
			}
			wrote <- n
		}()
		<-going
		natstest.Eventually(t, "the leader to step down", func() bool { // it may have lost its office just now
			return c.Leader("KV_executions").Raw().JetStreamStepdownStream("$G", "KV_executions") == nil
		})
		st := benchState(key, 2)
		st.Nonce = fmt.Sprint("newer", round)
		rev, err := s.Journal().PutState(t.Context(), key, st, old)
		if err != nil {
			t.Fatal(err)
		}
		seen, err := s.Journal().Load(t.Context(), key, rev)
		if err != nil {
			t.Fatal(err)
		}
		// A write whose answer was lost may have landed: never fewer, and once read, for ever.
		n := <-wrote
		later, err := s.Journal().Load(t.Context(), key, rev)
		if err != nil || len(later) != len(seen) || len(seen) < n {
			t.Errorf("round %d: acknowledged %d, read %d at the claim and %d later, %v", round, n, len(seen), len(later), err)
		}
	}
}
