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
	"github.com/reprise-run/reprise/pkg/execution"
)

func openQueue(tb testing.TB, s *Stream) *Queue {
	tb.Helper()
	q, err := s.Queue(tb.Context(), "default")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), natstest.StartWait)
		defer cancel()
		_ = q.Close(ctx)
	})
	return q
}

func submit(tb testing.TB, s *Stream, body string) Receipt {
	tb.Helper()
	r, err := Submit(tb.Context(), s.JetStream(), "default", execution.NewID(time.Now()), []byte(body))
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

func next(tb testing.TB, q *Queue) *Delivery {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), natstest.StartWait)
	defer cancel()
	d, err := q.Next(ctx)
	if err != nil {
		tb.Fatalf("Next: %v", err)
	}
	return d
}

// busy returns how many pulls are at the server.
func (q *Queue) busyPulls() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.busy
}

// pending returns what the consumer has delivered and not heard of again.
func pending(tb testing.TB, s *Stream) (unacked, waiting int) {
	tb.Helper()
	c, err := s.JetStream().Consumer(tb.Context(), StreamName, ConsumerName("default"))
	if err != nil {
		tb.Fatal(err)
	}
	return c.CachedInfo().NumAckPending, c.CachedInfo().NumWaiting
}

func TestDeliveryTellsItsStory(t *testing.T) {
	t.Parallel()
	_, s := one(t)
	q := openQueue(t, s)
	id := execution.NewID(time.Now())
	r, err := Submit(t.Context(), s.JetStream(), "default", id, []byte("1+1"))
	if err != nil {
		t.Fatal(err)
	}
	d := next(t, q)
	if d.Seq != r.Seq || d.Runtime != "default" || d.Delivered != 1 || d.IsWake || d.MsgID != string(id) || string(d.Body) != "1+1" || d.Time.IsZero() {
		t.Errorf("delivery %+v of receipt %+v", d, r)
	}
	if in, err := s.InQueue(t.Context(), d.Seq); err != nil || !in {
		t.Errorf("InQueue before the ack = %v, %v", in, err)
	}
	if err := d.Ack(t.Context()); err != nil {
		t.Fatal(err)
	}
	natstest.Eventually(t, "the ack", func() bool {
		in, err := s.InQueue(t.Context(), d.Seq)
		return err == nil && !in
	})
	// What others publish keeps the name that they gave it, whatever headers it has.
	m := &nats.Msg{Subject: SubmitSubject("default"), Data: []byte("x"), Header: nats.Header{jetstream.MsgIDHeader: {"mine"}, "Status": {"503"}}}
	if _, err := s.JetStream().PublishMsg(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if d := next(t, q); d.MsgID != "mine" || string(d.Body) != "x" {
		t.Errorf("delivery %+v, want that of mine", d)
	}
}

func TestSameIDIsQueuedOnce(t *testing.T) {
	t.Parallel()
	_, s := one(t)
	id := execution.NewID(time.Now())
	first, err := Submit(t.Context(), s.JetStream(), "default", id, []byte("a"))
	if err != nil {
		t.Fatal(err)
	}
	second, err := Submit(t.Context(), s.JetStream(), "default", id, []byte("b"))
	if err != nil || !second.Duplicate || second.Seq != first.Seq {
		t.Errorf("second submit = %+v, %v; want a duplicate of %d", second, err, first.Seq)
	}
	other, err := Submit(t.Context(), s.JetStream(), "other", id, []byte("a"))
	if err != nil || other.Duplicate {
		t.Errorf("submit to another runtime = %+v, %v; want a message of its own", other, err)
	}
}

func TestEachMessageGoesToOneTaker(t *testing.T) {
	t.Parallel()
	_, s := one(t)
	const takers, messages = 16, 500
	queues := []*Queue{openQueue(t, s), openQueue(t, s)}
	var mu sync.Mutex
	got := map[string]int{}
	all := make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for i := range takers {
		wg.Go(func() {
			for {
				d, err := queues[i%2].Next(ctx)
				if err != nil {
					return
				}
				mu.Lock()
				got[string(d.Body)]++
				if len(got) == messages && got[string(d.Body)] == 1 {
					close(all)
				}
				mu.Unlock()
				if err := d.Ack(t.Context()); err != nil {
					t.Errorf("ack: %v", err)
				}
			}
		})
	}
	for i := range messages {
		submit(t, s, fmt.Sprint(i))
	}
	select {
	case <-all:
	case <-time.After(natstest.StartWait):
		t.Fatal("not all messages came")
	}
	cancel()
	wg.Wait()
	for body, n := range got {
		if n != 1 {
			t.Errorf("message %s came %d times", body, n)
		}
	}
	natstest.Eventually(t, "all acks", func() bool { n, _ := pending(t, s); return n == 0 })
}

func TestNothingIsFetchedAhead(t *testing.T) {
	t.Parallel()
	_, s := one(t)
	q := openQueue(t, s)
	for i := range 10 {
		submit(t, s, fmt.Sprint(i))
	}
	next(t, q)
	next(t, q)
	if n, _ := pending(t, s); n != 2 {
		t.Errorf("%d messages are with us, want the 2 that were taken", n)
	}
}

// patient opens a stream whose messages come again by themselves after ten minutes, which
// no test waits for.
func patient(t *testing.T, nc *nats.Conn) *Stream {
	t.Helper()
	return open(t, nc, Config{AckWait: 10 * time.Minute, Runtimes: []string{"default"}})
}

// longAfter is long after what happens at once, on any machine, and long before ten minutes.
const longAfter = natstest.StartWait

func TestNakComesBackAfterItsDelay(t *testing.T) {
	t.Parallel()
	s := patient(t, natstest.Run(t).Conn())
	q := openQueue(t, s)
	submit(t, s, "x")
	if err := next(t, q).Nak(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	d := next(t, q)
	if d.Delivered != 2 {
		t.Errorf("delivered %d times, want 2", d.Delivered)
	}
	start := time.Now()
	const delay = 300 * time.Millisecond
	if err := d.Nak(t.Context(), delay); err != nil {
		t.Fatal(err)
	}
	next(t, q)
	if took := time.Since(start); took < delay-50*time.Millisecond || took > longAfter {
		t.Errorf("came back after %v, want %v", took, delay)
	}
}

func TestProgressKeepsTheMessage(t *testing.T) {
	t.Parallel()
	for try := 1; ; try++ {
		alive, silent, steady := progress(t)
		switch {
		case !steady && try < 10: // the machine stood still, and the test with it
		case silent < 800*time.Millisecond || alive < 1500*time.Millisecond:
			t.Errorf("delivered again %v after the last sign of life, %v after the first, want about 1s and 2.5s", silent, alive)
			return
		default:
			return
		}
	}
}

// progress takes a message with an AckWait of a second and gives signs of life. It returns
// how long after the first and the last of them the message came again, and whether none
// of them was late.
func progress(t *testing.T) (first, last time.Duration, steady bool) {
	t.Helper()
	s := open(t, natstest.Run(t).Conn(), Config{AckWait: time.Second})
	q := openQueue(t, s)
	submit(t, s, "x")
	taken := time.Now()
	d := next(t, q)
	again := make(chan time.Time, 1)
	go func() {
		if _, err := q.Next(t.Context()); err == nil {
			again <- time.Now()
		}
	}()
	steady = true
	signs := []time.Time{taken}
	tick := time.NewTicker(300 * time.Millisecond)
	defer tick.Stop()
	for range 6 {
		<-tick.C
		if err := d.Progress(t.Context()); err != nil {
			t.Fatal(err)
		}
		signs = append(signs, time.Now())
		steady = steady && signs[len(signs)-1].Sub(signs[len(signs)-2]) < 700*time.Millisecond
	}
	at := <-again
	return at.Sub(signs[1]), at.Sub(signs[len(signs)-1]), steady
}

func TestLeavingCallerLosesNothing(t *testing.T) {
	t.Parallel()
	s := patient(t, natstest.Run(t).Conn())
	q := openQueue(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	left := make(chan error, 1)
	go func() { _, err := q.Next(ctx); left <- err }()
	natstest.Eventually(t, "the pull", func() bool { _, waiting := pending(t, s); return waiting == 1 })
	cancel()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Fatalf("Next = %v, want Canceled", err)
	}
	submit(t, s, "x") // answers the pull that is still there
	if d := next(t, q); string(d.Body) != "x" {
		t.Errorf("%s came, want x", d.Body)
	}
}

func TestCloseHandsBackAtOnce(t *testing.T) {
	t.Parallel()
	s := patient(t, natstest.Run(t).Conn()) // nothing comes in time but what was handed back
	for round := range 20 {
		q := openQueue(t, s)
		results := make(chan *Delivery, 8)
		for range cap(results) {
			go func() {
				d, err := q.Next(t.Context())
				if err != nil && !errors.Is(err, ErrClosed) {
					t.Errorf("Next: %v", err)
				}
				results <- d
			}()
		}
		natstest.Eventually(t, "the pulls", func() bool { return q.busyPulls() == cap(results) })
		// Messages and the close race: each message is taken or handed back.
		const messages = 20
		for i := range messages {
			go func() {
				if _, err := Submit(t.Context(), s.JetStream(), "default", "", fmt.Appendf(nil, "%d.%d", round, i)); err != nil {
					t.Error(err)
				}
			}()
		}
		if err := q.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		taken := map[string]bool{}
		for range cap(results) {
			if d := <-results; d != nil {
				taken[string(d.Body)] = true
				if err := d.Ack(t.Context()); err != nil {
					t.Error(err)
				}
			}
		}
		if _, err := q.Next(t.Context()); !errors.Is(err, ErrClosed) {
			t.Errorf("Next after Close = %v, want ErrClosed", err)
		}
		other := openQueue(t, s)
		for range messages - len(taken) {
			d := next(t, other)
			if taken[string(d.Body)] {
				t.Errorf("%s was taken and came again", d.Body)
			}
			if err := d.Ack(t.Context()); err != nil {
				t.Error(err)
			}
		}
		_ = other.Close(t.Context())
	}
}
