package stream

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/natstest"
)

// waiting starts n calls of Next and waits until their pulls are at the server.
func waiting(t *testing.T, s *Stream, q *Queue, n int) chan *Delivery {
	t.Helper()
	got := make(chan *Delivery, n)
	for range n {
		go func() {
			d, err := q.Next(t.Context())
			if err != nil && !errors.Is(err, ErrClosed) && t.Context().Err() == nil {
				t.Errorf("Next: %v", err)
			}
			if d != nil {
				got <- d
			}
		}()
	}
	natstest.Eventually(t, "the pulls", func() bool { _, w := pending(t, s); return w == n })
	return got
}

func receive(t *testing.T, got chan *Delivery, n int) {
	t.Helper()
	deadline := time.After(longAfter)
	for i := range n {
		select {
		case d := <-got:
			if err := d.Ack(t.Context()); err != nil {
				t.Error(err)
			}
		case <-deadline:
			t.Fatalf("%d of %d messages came within %v", i, n, longAfter)
		}
	}
}

func TestWaitingSurvivesARestart(t *testing.T) {
	t.Parallel()
	srv := natstest.Run(t)
	s := patient(t, srv.Conn())
	q := openQueue(t, s)
	got := waiting(t, s, q, 4)
	srv.Restart()
	for range 4 {
		submit(t, s, "x")
	}
	receive(t, got, 4)
}

func TestWaitingSurvivesACutConnection(t *testing.T) {
	t.Parallel()
	srv := natstest.Run(t)
	p := natstest.NewProxy(t, srv.URL())
	s := patient(t, natstest.Connect(t, p.URL()))
	q := openQueue(t, s)
	got := waiting(t, s, q, 4)
	p.Refuse()
	direct := natstest.JetStream(t, srv.Conn())
	for range 4 {
		if _, err := Submit(t.Context(), direct, "default", "", []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	p.Resume()
	receive(t, got, 4)
}

func TestWaitingSurvivesADeletedConsumer(t *testing.T) {
	t.Parallel()
	s := patient(t, natstest.Run(t).Conn())
	q := openQueue(t, s)
	got := waiting(t, s, q, 2)
	if err := s.JetStream().DeleteConsumer(t.Context(), StreamName, ConsumerName("default")); err != nil {
		t.Fatal(err)
	}
	submit(t, s, "x")
	submit(t, s, "x")
	receive(t, got, 2)
}

func TestWaitingSurvivesLostLeaders(t *testing.T) {
	t.Parallel()
	c := natstest.Cluster(t, 3)
	s := open(t, c.Conn(), Config{Replicas: 3})
	q := openQueue(t, s)
	for range 3 {
		got := waiting(t, s, q, 4)
		leader := c.Leader(StreamName)
		if err := leader.Raw().JetStreamStepdownConsumer("$G", StreamName, ConsumerName("default")); err != nil && err.Error() == "" {
			t.Fatal(err)
		}
		for range 2 {
			submit(t, s, "x")
		}
		receive(t, got, 2)
		leader.Stop()
		for range 2 {
			submit(t, s, "x")
		}
		receive(t, got, 2)
		leader.Start()
		c.WaitReady()
	}
}

// A leader that dies takes its pulls along without a word.
func TestSilentPullIsGivenUp(t *testing.T) {
	t.Parallel()
	_, s := one(t)
	q := openQueue(t, s)
	q.mu.Lock()
	sl, err := q.addSlot()
	if err != nil {
		t.Fatal(err)
	}
	sl.busy, sl.sign, sl.since = true, time.Now().Add(-pullLost), time.Now().Add(-pullLost)
	q.busy = 1
	q.mu.Unlock()
	submit(t, s, "x")
	receiveOne(t, q)
}

func receiveOne(t *testing.T, q *Queue) {
	t.Helper()
	if err := next(t, q).Ack(t.Context()); err != nil {
		t.Error(err)
	}
}

// A consumer is looked at when the assets are opened, when its queue is, and later: what
// is wrong with it is said once.
func TestDifferenceIsReportedOnce(t *testing.T) {
	t.Parallel()
	srv, s := one(t)
	cfg := consumerConfig("default", defaultAckWait)
	cfg.MaxAckPending = 5
	if _, err := s.JetStream().CreateConsumer(t.Context(), StreamName, cfg); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	s = open(t, srv.Conn(), Config{Runtimes: []string{"default"}, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	q := openQueue(t, s)
	q.checkConsumer()
	if n := strings.Count(log.String(), "at most 5 messages may be pending"); n != 1 {
		t.Errorf("reported %d times, want once:\n%s", n, log.String())
	}
}

func TestQueueNeverChangesTheConsumer(t *testing.T) {
	t.Parallel()
	srv, s := one(t)
	cfg := consumerConfig("default", 7*time.Second)
	if _, err := s.JetStream().CreateConsumer(t.Context(), StreamName, cfg); err != nil {
		t.Fatal(err)
	}
	s = open(t, srv.Conn(), Config{AckWait: 3 * time.Second, Runtimes: []string{"default"}})
	q := openQueue(t, s)
	if q.AckWait() != 7*time.Second {
		t.Errorf("AckWait = %v, want the consumer's own 7s", q.AckWait())
	}
	c, err := s.JetStream().Consumer(t.Context(), StreamName, ConsumerName("default"))
	if err != nil {
		t.Fatal(err)
	}
	if got := c.CachedInfo().Config.AckWait; got != 7*time.Second {
		t.Errorf("the consumer's ack wait is now %v", got)
	}
}
