package worker

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/reprise-run/reprise/pkg/sandbox"
)

// ErrClosed is returned by a pool that was closed.
var ErrClosed = fmt.Errorf("%w: the worker pool is closed", sandbox.ErrUnavailable)

// errNoMain is returned in a process that was started as a worker and did not become
// one.
var errNoMain = errors.New("this program does not call worker.Main first thing in its main")

// Pool runs each pass in a worker process. It is a [sandbox.Sandbox]. Make it with
// [NewPool].
type Pool struct {
	cfg      Config
	isolated bool   // workers get namespaces of their own: the first one did
	level    string // how workers are confined, beside those

	slots chan struct{} // one for each pass that may run
	watch watch
	life  *tether // workers end when it does

	closing chan struct{} // closed by Close

	mu      sync.Mutex        // guards the fields below
	idle    []*process        // the one used last at the end
	all     map[*process]bool // that live
	spawner int               // spares that are being started
	reaper  *time.Timer       // set while there are more idle workers than spares
	closed  bool
	stats   Stats
	exposed bool // the last worker got no namespaces, where the first one did

	ended sync.WaitGroup // one for each worker
}

var _ sandbox.Sandbox = (*Pool)(nil)

// Stats counts what a pool has done.
type Stats struct {
	Workers  int // that live now
	Exposed  int // of them, without the namespaces that the first worker had
	Started  int
	Lost     int // killed, for a limit, the end of a pass or what they said, or dead
	Replaced int // after many passes or with much memory
	Passes   int // and calls, that came to their end
	Compiled int // of them, whose source had to be parsed
}

// NewPool starts the first worker, to find out how workers can be confined here, and
// keeps it ready. It returns an error when no worker can be started at all. Close the
// pool when it is not needed any more.
func NewPool(cfg Config) (*Pool, error) {
	if len(os.Args) > 0 && os.Args[0] == processName {
		return nil, errNoMain // else it would start workers without end
	}
	cfg, err := cfg.withDefaults()
	if err == nil {
		err = cfg.validate()
	}
	if err != nil {
		return nil, fmt.Errorf("worker pool config: %w", err)
	}
	p := &Pool{cfg: cfg, isolated: canIsolate, slots: make(chan struct{}, cfg.Size), all: make(map[*process]bool), closing: make(chan struct{})}
	if p.life, err = newTether(); err != nil {
		return nil, err
	}
	p.watch.running = make(map[*process]*bounds)
	first, err := start(context.Background(), cfg, p.life, p.isolated)
	if err != nil && p.isolated {
		cfg.Logger.Debug("no namespaces for workers", "err", err)
		p.isolated = false
		first, err = start(context.Background(), cfg, p.life, false)
	}
	if err != nil {
		_ = p.life.close()
		return nil, err
	}
	p.level = first.level
	p.adopt(first)
	p.idle = []*process{first}
	return p, nil
}

// Confinement says how workers are confined now, for people. It begins with "confined" where
// the system calls of a worker are filtered, else with "development-grade".
func (p *Pool) Confinement() string {
	level := p.level
	switch {
	case p.isolated && p.lastExposed():
		level += ", " + namespacesLost
	case p.isolated:
		level += ", " + namespaceNames
	}
	if filtered(p.level) {
		return "confined: " + level
	}
	return "development-grade: " + strings.Join(append(strings.Fields(level), "no system call filter on this system"), ", ")
}

// filtered reports whether a level of confinement has a filter of system calls.
func filtered(level string) bool { return strings.Contains(level, "seccomp") }

// Bounded reports whether memory and CPU time of a pass are bounded on this system.
func (p *Pool) Bounded() bool { return canBound }

// Stats returns what the pool has done so far.
func (p *Pool) Stats() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.stats
	s.Workers = len(p.all)
	for w := range p.all {
		if p.isolated && !w.isolated {
			s.Exposed++
		}
	}
	return s
}

// Close kills all workers and waits for them. Passes that run end with [ErrClosed].
func (p *Pool) Close() error {
	p.mu.Lock()
	if !p.closed {
		close(p.closing)
	}
	p.closed = true
	for w := range p.all {
		w.kill(ErrClosed)
	}
	p.idle = nil
	p.mu.Unlock()
	p.ended.Wait()
	return p.life.close()
}

// adopt enters a worker into the books, until it ends.
func (p *Pool) adopt(w *process) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all[w] = true
	p.stats.Started++
	p.ended.Add(1)
	go func() {
		defer p.ended.Done()
		<-w.exited
		w.closePipes()
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.all, w)
	}()
	if p.closed {
		w.kill(ErrClosed)
	}
}

// acquire returns a worker that nobody else uses: one that knows the source if there
// is one, else the one used last, else a new one.
func (p *Pool) acquire(ctx context.Context, source [sha256.Size]byte) (*process, error) {
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	w, err := p.pick(source)
	if w == nil && err == nil {
		w, err = p.spawn(ctx)
	}
	if err != nil {
		<-p.slots
		return nil, err
	}
	return w, nil
}

// pick takes an idle worker; nil when there is none.
func (p *Pool) pick(source [sha256.Size]byte) (*process, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, ErrClosed
	}
	p.idle = slices.DeleteFunc(p.idle, (*process).gone)
	if len(p.idle) == 0 {
		return nil, nil
	}
	i := len(p.idle) - 1
	if known := slices.IndexFunc(p.idle, func(w *process) bool { return w.knows(source) }); known >= 0 {
		i = known
	}
	w := p.idle[i]
	p.idle = slices.Delete(p.idle, i, i+1)
	p.refill()
	return w, nil
}

// spawn starts a worker. A worker that cannot be started now may be a little later.
func (p *Pool) spawn(ctx context.Context) (*process, error) {
	if !p.enter() {
		return nil, ErrClosed
	}
	defer p.ended.Done()
	const tries = 8 // some seconds in all
	for n := 1; ; n++ {
		w, err := p.start(ctx)
		if err == nil {
			p.adopt(w)
			return w, nil
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if n == tries {
			return nil, fmt.Errorf("%w: %w", sandbox.ErrUnavailable, err)
		}
		p.cfg.Logger.Warn("start worker again", "err", err)
		select {
		case <-time.After(time.Duration(n*n) * 50 * time.Millisecond):
		case <-p.closing:
			return nil, ErrClosed
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// enter makes Close wait until ended.Done, so that it finds the worker that is being
// started; it is too late for that when the pool is closed.
func (p *Pool) enter() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		p.ended.Add(1)
	}
	return !p.closed
}

// refill starts a spare where one is missing. The lock is held.
func (p *Pool) refill() {
	if p.closed || len(p.idle)+p.spawner >= p.cfg.Spares || len(p.all)+p.spawner >= p.cfg.Size+p.cfg.Spares {
		return
	}
	p.spawner++
	p.ended.Go(func() {
		w, err := p.start(context.Background())
		if err == nil {
			p.adopt(w)
		} else {
			p.cfg.Logger.Warn("start spare worker", "err", err)
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		p.spawner--
		if err == nil && !p.closed {
			w.idleSince = time.Now()
			p.idle = slices.Insert(p.idle, 0, w)
		}
	})
}

// release takes a worker back, or lets it go when it is used up.
func (p *Pool) release(w *process, source [sha256.Size]byte) {
	defer func() { <-p.slots }()
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case w.killed() != nil || w.gone() || p.closed:
		p.stats.Lost++
		p.refill()
		return
	case w.passes >= p.cfg.MaxPasses, w.memory > p.cfg.MaxMemory/4, p.isolated && !w.isolated && !p.exposed:
		p.stats.Replaced++
		w.retire()
		p.refill()
		return
	}
	w.ran(source)
	w.idleSince = time.Now()
	p.idle = append(p.idle, w)
	if len(p.idle) > p.cfg.Spares && p.reaper == nil {
		p.reaper = time.AfterFunc(p.cfg.IdleAfter, p.reap)
	}
}

// reap lets workers go that were idle for long, but for the spares.
func (p *Pool) reap() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.reaper = nil
	var wait time.Duration
	for len(p.idle) > p.cfg.Spares {
		w := p.idle[0]
		if wait = p.cfg.IdleAfter - time.Since(w.idleSince); wait > 0 {
			break
		}
		w.retire()
		p.idle = p.idle[1:]
	}
	if wait > 0 && !p.closed {
		p.reaper = time.AfterFunc(wait, p.reap)
	}
}

// count notes the end of a pass.
func (p *Pool) count(end done) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stats.Passes++
	if end.compiled {
		p.stats.Compiled++
	}
}
