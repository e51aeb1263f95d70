package runner

import (
	"context"
	"sync"

	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/journal"
)

// hooks calls the hooks of connectors beside the passes: a slow one holds up neither
// the ack nor the slot of a pass. Those of one execution are called in order.
type hooks struct {
	running sync.WaitGroup

	mu   sync.Mutex // guards the field below
	last map[journal.Key]chan struct{}
}

// call calls f once the earlier calls for the execution have returned.
func (h *hooks) call(key journal.Key, f func()) {
	done := make(chan struct{})
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.last == nil {
		h.last = map[journal.Key]chan struct{}{}
	}
	before := h.last[key]
	h.last[key] = done
	h.running.Go(func() {
		if before != nil {
			<-before
		}
		defer h.over(key, done)
		f()
	})
}

// over lets the next call begin, and forgets the execution when there is none.
func (h *hooks) over(key journal.Key, done chan struct{}) {
	close(done)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.last[key] == done {
		delete(h.last, key)
	}
}

// wait returns when all calls have returned.
func (h *hooks) wait() { h.running.Wait() }

// tellEnd tells the connectors that a pass has ended, and perhaps the execution.
func (r *Runner) tellEnd(key journal.Key, s journal.State) {
	if r.cfg.Lifecycle == nil {
		return
	}
	e := connector.End{Runtime: key.Runtime, ExecutionID: key.ID, Attempt: s.Attempt, Status: s.Status}
	r.hooks.call(key, func() {
		// What follows the end of an execution does not stop with the executor.
		ctx := context.Background()
		if e.Attempt > 0 { // else it was refused: there was no pass
			r.cfg.Lifecycle.PassEnd(ctx, e)
		}
		if e.Status.Terminal() {
			r.cfg.Lifecycle.Dispose(ctx, e)
		}
	})
}
