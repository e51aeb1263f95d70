package stream

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/reprise-run/reprise/pkg/execution"
)

// Queue takes messages of one runtime. Open it with [Stream.Queue]; close it.
//
// Each caller of [Queue.Next] that waits has one pull request of one message at the
// server. A message goes to whoever has waited longest: it does not matter whose
// pull brought it.
type Queue struct {
	s       *Stream
	log     *slog.Logger
	runtime string
	ackWait time.Duration

	pullSubject string
	inbox       string        // prefix of the slots' reply subjects
	closing     chan struct{} // closed by Close
	stopped     sync.WaitGroup

	mu      sync.Mutex // guards the fields below
	closed  bool
	waiters []chan *Delivery
	slots   []*slot
	busy    int           // slots with a pull at the server
	pauseAt time.Time     // no pulls before this
	pause   time.Duration // the next pause after trouble
}

// Queue returns the queue of a runtime. It creates the durable consumer when it is
// missing and never changes it.
func (s *Stream) Queue(ctx context.Context, runtime string) (*Queue, error) {
	if err := execution.CheckRuntime(runtime); err != nil {
		return nil, fmt.Errorf("open queue: %w", err)
	}
	cfg, err := s.ensureConsumer(ctx, runtime, false)
	if err != nil {
		return nil, fmt.Errorf("open queue: %w", err)
	}
	q := &Queue{
		s: s, runtime: runtime, ackWait: cfg.AckWait, log: s.log.With("runtime", runtime),
		pullSubject: s.api + "CONSUMER.MSG.NEXT." + StreamName + "." + ConsumerName(runtime),
		inbox:       s.nc.NewInbox() + ".",
		closing:     make(chan struct{}),
	}
	status := s.nc.StatusChanged(nats.CONNECTED)
	q.stopped.Go(func() { q.supervise(status) })
	return q, nil
}

// Runtime returns the queue's runtime.
func (q *Queue) Runtime() string { return q.runtime }

// AckWait returns the consumer's own: what is in force, not what was configured.
func (q *Queue) AckWait() time.Duration { return q.ackWait }

// Next returns one message. It blocks until one comes, ctx ends, or the queue is
// closed ([ErrClosed]); trouble with the server is waited out. A message that
// arrives for a caller who left is given to another one, or handed back.
func (q *Queue) Next(ctx context.Context) (*Delivery, error) {
	mine := make(chan *Delivery, 1)
	q.mu.Lock()
	if q.closed {
		q.mu.Unlock()
		return nil, ErrClosed
	}
	q.waiters = append(q.waiters, mine)
	q.topUp()
	q.mu.Unlock()

	select {
	case d, ok := <-mine:
		if !ok {
			return nil, ErrClosed
		}
		return d, nil
	case <-ctx.Done():
		q.leave(mine)
		return nil, context.Cause(ctx)
	}
}

// leave takes a caller out of the line, and hands back what came at the last moment.
func (q *Queue) leave(mine chan *Delivery) {
	q.mu.Lock()
	q.waiters = slices.DeleteFunc(q.waiters, func(w chan *Delivery) bool { return w == mine })
	q.mu.Unlock()
	select {
	case d, ok := <-mine:
		if ok {
			q.handBack(d)
		}
	default:
	}
}

// Close ends all Next calls and hands back at once what arrived and was not taken.
// It returns when that has reached the server, or ctx ends. Deliveries that were
// taken stay valid as long as the connection.
func (q *Queue) Close(ctx context.Context) error {
	q.mu.Lock()
	if q.closed {
		q.mu.Unlock()
		return nil
	}
	q.closed = true
	for _, w := range q.waiters {
		close(w)
	}
	q.waiters = nil
	q.mu.Unlock()
	close(q.closing)

	if err := q.drain(ctx); err != nil {
		return fmt.Errorf("close queue: %w", err)
	}
	q.stopped.Wait()
	return nil
}

// drain takes the interest of all slots away and then runs their handlers for all
// that had come: they hand it back. The server drops pulls without interest.
func (q *Queue) drain(ctx context.Context) error {
	var ended []<-chan nats.SubStatus
	for _, sl := range q.slots { // nobody adds one any more
		ended = append(ended, sl.sub.StatusChanged(nats.SubscriptionClosed))
		err := sl.sub.Drain()
		if err != nil && !errors.Is(err, nats.ErrConnectionClosed) && !errors.Is(err, nats.ErrBadSubscription) {
			return err
		}
	}
	tick := time.NewTicker(superviseEvery)
	defer tick.Stop()
	for i := 0; i < len(ended); {
		select {
		case <-ended[i]:
			i++
		case <-tick.C:
			if !q.s.nc.IsConnected() {
				return nil // no server, no pulls: it delivers again after AckWait
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return flush(ctx, q.s.nc)
}

// flush waits until the server has everything that was published.
func flush(ctx context.Context, nc *nats.Conn) error {
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, longestTry)
		defer cancel()
	}
	if err := nc.FlushWithContext(ctx); err != nil && !errors.Is(err, nats.ErrConnectionClosed) {
		return err
	}
	return nil
}

// give hands a message to whoever has waited longest, or back to the server.
func (q *Queue) give(d *Delivery) {
	q.mu.Lock()
	if len(q.waiters) == 0 {
		q.mu.Unlock()
		q.handBack(d)
		return
	}
	q.waiters[0] <- d // has room for it
	q.waiters = q.waiters[1:]
	q.mu.Unlock()
}

func (q *Queue) handBack(d *Delivery) {
	if err := d.send(nakBody); err != nil {
		// The server delivers it again after AckWait.
		q.log.Warn("a message could not be handed back", "message", d.Seq, "error", err)
	}
}
