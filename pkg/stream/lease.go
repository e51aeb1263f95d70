package stream

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// ErrLeaseLost is the cause with which the context of [Stream.Hold]'s work ends when
// somebody else may hold the lease.
var ErrLeaseLost = errors.New("the lease was lost")

// Lease asks to be the only one who does something for a while. It returns true
// for one caller within ttl, which is rounded up to the second; nobody gives such a
// lease back. A lease is a courtesy that saves work, never a fence.
func (s *Stream) Lease(ctx context.Context, name, holder string, ttl time.Duration) (bool, error) {
	_, mine, err := s.lease(ctx, name, []byte(holder), ttl)
	return mine, err
}

// lease creates the key of a lease that nobody has, and returns its revision.
func (s *Stream) lease(ctx context.Context, name string, value []byte, ttl time.Duration) (rev uint64, mine bool, err error) {
	kv, err := s.js.KeyValue(ctx, IndexBucket)
	if err != nil {
		return 0, false, fmt.Errorf("open bucket %s: %w", IndexBucket, err)
	}
	rev, err = kv.Create(ctx, name, value, jetstream.KeyTTL(seconds(ttl)))
	switch {
	case err == nil:
		return rev, true, nil
	case errors.Is(err, jetstream.ErrKeyExists):
		return 0, false, nil
	}
	return 0, false, fmt.Errorf("lease %s: %w", name, err)
}

// seconds rounds up to what the server can count.
func seconds(ttl time.Duration) time.Duration { return (ttl + time.Second - 1).Truncate(time.Second) }

// Hold does work as the only one who holds a name, and returns false, at once, when
// somebody else has it. The lease is renewed while work runs, and given back at the
// end; of a holder that died it runs out within ttl, rounded up to the second. The
// context of work ends with [ErrLeaseLost] when the lease could not be renewed in
// time. It is a courtesy all the same, never a fence: who was stopped for a while
// learns too late that it has it no more.
func (s *Stream) Hold(ctx context.Context, name, holder string, ttl time.Duration, work func(context.Context) error) (bool, error) {
	h := &hold{s: s, name: name, value: []byte(holder + " " + rand.Text()), ttl: seconds(ttl), until: time.Now().Add(ttl)}
	rev, mine, err := s.lease(ctx, name, h.value, ttl)
	if err != nil || !mine {
		return false, err
	}
	h.rev = rev
	within, end := context.WithCancelCause(ctx)
	var renewing sync.WaitGroup
	renewing.Go(func() { end(h.renew(within)) })
	err = work(within)
	lost := errors.Is(context.Cause(within), ErrLeaseLost)
	end(nil)
	renewing.Wait()
	if !lost {
		h.release(context.WithoutCancel(ctx))
	}
	return true, err
}

// hold is a lease that one of us has.
type hold struct {
	s     *Stream
	name  string
	value []byte // tells this holder from all others
	ttl   time.Duration
	rev   uint64    // of the newest write
	until time.Time // from then on somebody else may have it
}

// renew renews the lease until ctx ends, or returns [ErrLeaseLost].
func (h *hold) renew(ctx context.Context) error {
	for {
		if err := pause(ctx, h.ttl/3, nil); err != nil {
			return err
		}
		// Reckoned from before the write: the server's time runs from after it.
		next := time.Now().Add(h.ttl)
		try, cancel := context.WithDeadline(ctx, h.until)
		rev, err := h.write(try)
		cancel()
		switch {
		case err == nil:
			h.rev, h.until = rev, next
		case ctx.Err() != nil:
			return context.Cause(ctx)
		default:
			return fmt.Errorf("%w: %w", ErrLeaseLost, err)
		}
	}
}

// write writes the lease anew, unless somebody else has.
func (h *hold) write(ctx context.Context) (uint64, error) {
	subject := kvSubject(IndexBucket, h.name)
	m := &nats.Msg{Subject: h.s.kv + subject, Data: h.value, Header: expect(h.rev, "")}
	m.Header[jetstream.MsgTTLHeader] = []string{strconv.Itoa(int(h.ttl / time.Second))}
	for w := newBackoff(); ; {
		ack, err := publish(ctx, h.s.nc, m, w)
		switch {
		case err == nil:
			return ack.Seq, nil
		case hasCode(err, codeWrongLast):
			// An earlier try whose answer was lost may be what is there.
			there, readErr := h.s.leaderLast(ctx, kvStream(IndexBucket), subject)
			if readErr != nil || string(there.Data) != string(h.value) {
				return 0, err
			}
			return there.Seq, nil
		case errors.Is(err, ErrRefused):
			return 0, err
		}
		if err := w.wait(ctx, err); err != nil {
			return 0, err
		}
	}
}

// releaseTimeout bounds giving a lease back; it runs out by itself anyway.
const releaseTimeout = 2 * time.Second

func (h *hold) release(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, releaseTimeout)
	defer cancel()
	kv, err := h.s.js.KeyValue(ctx, IndexBucket)
	if err == nil {
		err = kv.Delete(ctx, h.name, jetstream.LastRevision(h.rev))
	}
	if err != nil {
		h.s.log.Debug("give a lease back", "lease", h.name, "err", err)
	}
}
