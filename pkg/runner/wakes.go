package runner

import (
	"context"
	"sync"

	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
)

// wakes remembers the wakes that sweeps have published. One that is still in the queue,
// behind others or for want of a slot, is enough: the server itself drops a second one for
// two minutes only.
type wakes struct {
	mu    sync.Mutex // guards the field below
	known map[journal.Key]wakeUp
}

// wakeUp is a wake in the queue.
type wakeUp struct {
	rev  journal.Revision // of the state that it is for
	seq  uint64
	seen bool // in this sweep
}

// wake wakes an execution unless the wake of an earlier sweep is still in the queue. It
// reports whether it did.
func (w *wakes) wake(ctx context.Context, s *stream.Stream, key journal.Key, rev journal.Revision) (bool, error) {
	w.mu.Lock()
	known, ok := w.known[key]
	w.mu.Unlock()
	if ok && known.rev == rev {
		there, err := s.InQueue(ctx, known.seq)
		if err != nil || there {
			w.keep(key, known)
			return false, err
		}
	}
	seq, err := s.WakeAt(ctx, key, stream.WakeSweep, rev)
	if err != nil {
		return false, err
	}
	w.keep(key, wakeUp{rev: rev, seq: seq})
	return true, nil
}

func (w *wakes) keep(key journal.Key, one wakeUp) {
	one.seen = true
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.known == nil {
		w.known = map[journal.Key]wakeUp{}
	}
	w.known[key] = one
}

// next forgets what the sweep of a runtime that ends here had no use for.
func (w *wakes) next(runtime string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for key, one := range w.known {
		if key.Runtime != runtime {
			continue
		}
		if !one.seen {
			delete(w.known, key)
			continue
		}
		one.seen = false
		w.known[key] = one
	}
}
