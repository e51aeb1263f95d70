package worker

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/reprise-run/reprise/pkg/sandbox"
)

// watchEvery is how often running workers are looked at.
const watchEvery = 5 * time.Millisecond

// bounds are those of one pass, as the parent watches them.
type bounds struct {
	memory int64 // bytes, with what an idle worker needs
	cpu    time.Duration
	before time.Duration // that the worker had computed when the pass began
	due    time.Time     // before this the pass cannot have used up its time
}

// watch kills workers whose pass goes beyond its bounds. It costs a script nothing: it
// looks from outside, and only at workers that have run for a while without a turn.
// What a script allocates between two looks is bounded by the worker's own rlimits.
type watch struct {
	mu      sync.Mutex // guards the fields below
	running map[*process]*bounds
	looking bool
}

// begin watches a pass until the function that it returns is called.
func (w *watch) begin(p *process, b *bounds) (end func()) {
	b.before, _ = cpuTime(p.cmd.Process.Pid)
	b.due = time.Now().Add(b.cpu)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.running[p] = b
	if !w.looking {
		w.looking = true
		go w.look()
	}
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.running, p)
	}
}

// look looks as long as there is anything to look at.
func (w *watch) look() {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for idle := 0; ; {
		<-tick.C
		w.mu.Lock()
		if idle++; len(w.running) > 0 {
			idle = 0
		}
		if idle > 10 {
			w.looking = false
			w.mu.Unlock()
			return
		}
		now := time.Now()
		for p, b := range w.running {
			if err := b.check(p, now); err != nil {
				p.kill(err)
				delete(w.running, p)
			}
		}
		w.mu.Unlock()
	}
}

// check returns the limit beyond which a pass has gone.
func (b *bounds) check(p *process, now time.Time) error {
	if since := p.since.Load(); since != 0 && now.UnixNano()-since > int64(watchEvery) {
		if used, ok := memoryOf(p.cmd.Process.Pid); ok && used > b.memory {
			return sandbox.ErrMemory
		}
	}
	if now.Before(b.due) {
		return nil
	}
	used, ok := cpuTime(p.cmd.Process.Pid)
	left := b.cpu - (used - b.before)
	switch {
	case !ok:
		return nil
	case left <= 0:
		return sandbox.ErrCPU
	}
	// A worker computes on one processor: it cannot be over before.
	b.due = now.Add(left)
	return nil
}

// turn says since when a script runs without a turn, in Unix nanoseconds; 0: it waits.
type turn struct{ atomic.Int64 }
