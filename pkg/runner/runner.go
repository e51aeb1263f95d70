package runner

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/reprise-run/reprise/pkg/engine"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/retention"
	"github.com/reprise-run/reprise/pkg/stream"
)

// standing is the number of pulls that wait at the server for each runtime. More
// than one hides the round trip; few leave the slots to the runtimes that are busy.
const standing = 4

// Runner takes executions and runs their passes.
type Runner struct {
	cfg     Config
	journal *stream.Journal
	slots   chan struct{}
	passes  sync.WaitGroup
	early   earlyNaks
	live    livePasses
	keeper  *retention.Keeper
	hooks   hooks
	bells   bells
	wakes   wakes
	unnamed map[string]bool // of the sweep alone: why it did not know the backlogs

	keepLease time.Duration // of the retention
	keeping   sync.Mutex    // held by the retention of one runtime

	// handOver is closed when running passes are to end for others to take over.
	handOver chan struct{}
}

// New returns a runner, or an error that names every field of cfg that is wrong.
func New(cfg Config) (*Runner, error) {
	cfg = cfg.withDefaults()
	if err := cfg.validate(); err != nil {
		return nil, fmt.Errorf("runner config: %w", err)
	}
	r := &Runner{cfg: cfg, journal: cfg.Stream.Journal(), slots: make(chan struct{}, cfg.Concurrency), handOver: make(chan struct{}), keepLease: keepLease, unnamed: map[string]bool{}}
	r.keeper = retention.New(retention.Config{Stream: cfg.Stream, Tombstone: cfg.Tombstone, Ended: r.announceKept, Logger: cfg.Logger})
	return r, nil
}

// Run takes work until ctx ends. Then it takes no more, gives running passes the
// drain timeout, hands over those that are left, and returns nil. ready is called
// once all queues are open; nil is allowed. It returns an error when a queue cannot
// be opened. The connection must outlive it. A runner runs once.
func (r *Runner) Run(ctx context.Context, ready func()) error {
	queues := make([]*stream.Queue, 0, len(r.cfg.Runtimes))
	for _, runtime := range r.cfg.Runtimes {
		q, err := r.cfg.Stream.Queue(ctx, runtime)
		if err != nil {
			return fmt.Errorf("open queue of runtime %s: %w", runtime, err)
		}
		queues = append(queues, q)
	}
	deaf, err := r.hearStops()
	if err != nil {
		return err
	}
	defer deaf()
	// What a pass does to journal and queue is not cut off by a drain: the next
	// owner would have to wait until the claim is old.
	work, abandon := context.WithCancelCause(context.WithoutCancel(ctx))
	defer abandon(nil)

	defer r.hear()()
	var takers sync.WaitGroup
	each := max(1, min(standing, r.cfg.Concurrency/len(queues)))
	for _, q := range queues {
		for range each {
			takers.Go(func() { r.take(ctx, work, q) })
		}
	}
	takers.Go(func() { r.sweepLoop(ctx) })
	for _, runtime := range r.cfg.Runtimes {
		takers.Go(func() { r.keepLoop(ctx, runtime) })
	}
	if ready != nil {
		ready()
	}
	<-ctx.Done()
	r.drain(queues, &takers, abandon)
	return nil
}

// take runs every message that it gets on a slot of its own.
func (r *Runner) take(ctx, work context.Context, q *stream.Queue) {
	for {
		select {
		case r.slots <- struct{}{}:
		case <-ctx.Done():
			return
		}
		d, err := q.Next(ctx)
		if err != nil {
			<-r.slots
			if !errors.Is(err, stream.ErrClosed) && ctx.Err() == nil {
				r.cfg.Logger.Error("take message", "err", err)
			}
			return
		}
		r.passes.Go(func() {
			defer func() { <-r.slots }()
			r.handle(work, q, d)
		})
	}
}

// drain waits for the passes, and hands over those that outlast the timeout.
func (r *Runner) drain(queues []*stream.Queue, takers *sync.WaitGroup, abandon context.CancelCauseFunc) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	for _, q := range queues {
		if err := q.Close(ctx); err != nil {
			r.cfg.Logger.Warn("close queue", "err", err)
		}
	}
	takers.Wait()
	patience := max(r.cfg.DrainTimeout, 0)
	limit := time.AfterFunc(patience, func() { close(r.handOver) })
	defer limit.Stop()
	last := time.AfterFunc(patience+settleTimeout, func() { abandon(engine.ErrDrain) })
	defer last.Stop()
	r.passes.Wait()
	r.hooks.wait()
}

// earlyNaks counts how often a message of a young claim was handed back, so that
// differing clocks delay a takeover but never prevent it.
type earlyNaks struct {
	mu    sync.Mutex // guards the fields below
	claim map[journal.Key]claimNaks
}

type claimNaks struct {
	claim journal.Revision
	n     int
}

// allow reports whether the message may be handed back once more, and counts it.
func (e *earlyNaks) allow(key journal.Key, claim journal.Revision) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.claim == nil || len(e.claim) > 10_000 {
		e.claim = map[journal.Key]claimNaks{}
	}
	c := e.claim[key]
	if c.claim != claim {
		c = claimNaks{claim: claim}
	}
	c.n++
	e.claim[key] = c
	return c.n <= 2
}
