package stream

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/reprise-run/reprise/internal/natstest"
)

// held holds the lease in the background until the returned function is called, which
// returns what Hold did and the cause with which its work ended.
func held(t *testing.T, s *Stream, name string, ttl time.Duration) (end func() (bool, error)) {
	t.Helper()
	type result struct {
		held bool
		err  error
	}
	ctx, cancel := context.WithCancel(t.Context())
	started, ended := make(chan struct{}), make(chan result, 1)
	go func() {
		var r result
		r.held, r.err = s.Hold(ctx, name, "a", ttl, func(ctx context.Context) error {
			close(started)
			<-ctx.Done()
			return context.Cause(ctx)
		})
		ended <- r
	}()
	select {
	case <-started:
	case r := <-ended:
		t.Fatalf("hold = %v, %v", r.held, r.err)
	}
	return func() (bool, error) {
		cancel()
		r := <-ended
		return r.held, r.err
	}
}

// holds reports whether the lease can be had now.
func holds(t *testing.T, s *Stream, name string) bool {
	t.Helper()
	mine, err := s.Hold(t.Context(), name, "b", time.Second, func(context.Context) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	return mine
}

func TestLeaseIsRenewedWhileTheWorkGoesOnAndGivenBack(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		nc       *nats.Conn
		replicas int
	}{"one server": {natstest.Run(t).Conn(), 1}, "a cluster": {natstest.Cluster(t, 3).Conn(), 3}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, tt.nc, Config{Replicas: tt.replicas})
			end := held(t, s, "keep", 2*time.Second)
			kv, err := natstest.JetStream(t, tt.nc).KeyValue(t.Context(), IndexBucket)
			if err != nil {
				t.Fatal(err)
			}
			first, err := kv.Get(t.Context(), "keep")
			if err != nil {
				t.Fatal(err)
			}
			natstest.Eventually(t, "twice its life", func() bool {
				if holds(t, s, "keep") {
					t.Fatal("two hold it at a time")
				}
				now, err := kv.Get(t.Context(), "keep")
				return err == nil && now.Created().Sub(first.Created()) > 4*time.Second
			})
			if ok, err := end(); !ok || !errors.Is(err, context.Canceled) {
				t.Errorf("hold = %v, %v", ok, err)
			}
			if !holds(t, s, "keep") {
				t.Error("it was not given back")
			}
		})
	}
}

func TestLeaseOfAHolderThatDiedRunsOut(t *testing.T) {
	t.Parallel()
	srv := natstest.Run(t)
	proxy := natstest.NewProxy(t, srv.URL())
	end := held(t, open(t, natstest.Connect(t, proxy.URL()), Config{}), "keep", time.Second)
	proxy.Refuse()
	other := open(t, srv.Conn(), Config{})
	natstest.Eventually(t, "the end of its life", func() bool { return holds(t, other, "keep") })
	proxy.Resume()
	if ok, err := end(); !ok || !errors.Is(err, ErrLeaseLost) {
		t.Errorf("hold = %v, %v; want %v", ok, err, ErrLeaseLost)
	}
}

// Whoever finds another one's name in the lease stops, and leaves it alone.
func TestLeaseThatAnotherOneHasIsLost(t *testing.T) {
	t.Parallel()
	srv := natstest.Run(t)
	s := open(t, srv.Conn(), Config{})
	kv, err := srv.JetStream().KeyValue(t.Context(), IndexBucket)
	if err != nil {
		t.Fatal(err)
	}
	var there uint64
	mine, err := s.Hold(t.Context(), "keep", "a", time.Second, func(ctx context.Context) error {
		if there, err = kv.PutString(ctx, "keep", "b"); err != nil {
			return err
		}
		<-ctx.Done()
		return context.Cause(ctx)
	})
	if !mine || !errors.Is(err, ErrLeaseLost) {
		t.Errorf("hold = %v, %v; want %v", mine, err, ErrLeaseLost)
	}
	if now, err := kv.Get(t.Context(), "keep"); err != nil || now.Revision() != there {
		t.Errorf("the lease is at %v, %v; want it as the other one wrote it", now, err)
	}
}
