package engine

import (
	"context"
	"encoding/json"
	"sync"

	"github.com/reprise-run/reprise/pkg/retry"
)

// arrival is something outstanding that came to its end.
type arrival struct {
	op     *op
	result json.RawMessage // durable form; nil: no value
	err    error
}

// asks reports whether it is the wish for a retry.
func (a arrival) asks() bool {
	_, ok := retry.As(a.err)
	return ok
}

// flight is what is outstanding in a pass, and what has arrived and was not yet
// taken. Connector goroutines and timers add; the pass's goroutine takes.
type flight struct {
	ctx     context.Context // of the calls; it ends with the pass
	cancel  context.CancelFunc
	arrived chan struct{} // has room for one: something may be waiting

	mu     sync.Mutex // guards the fields below
	in     []arrival
	asking int // how many of them ask for a retry: every turn wants to know

	// Used by the pass's goroutine alone.
	calls  int // connector calls that have not been taken yet
	timers int // timers, also those in steps
	steps  int // steps whose closure runs: they wake nobody by themselves
}

func (f *flight) begin(ctx context.Context) {
	f.ctx, f.cancel = context.WithCancel(ctx)
}

// add hands in an arrival. It may be called from any goroutine.
func (f *flight) add(a arrival) {
	f.mu.Lock()
	f.in = append(f.in, a)
	if a.asks() {
		f.asking++
	}
	f.mu.Unlock()
	select {
	case f.arrived <- struct{}{}:
	default:
	}
}

// waiting reports whether anything can still arrive.
func (f *flight) waiting() bool { return f.calls+f.timers > 0 }

// take returns the oldest arrival.
func (f *flight) take() (arrival, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.in) == 0 {
		return arrival{}, false
	}
	a := f.in[0]
	f.in = f.in[1:]
	if a.asks() {
		f.asking--
	}
	return a, true
}

// retryAsked reports whether a connector that asked for a retry has arrived, and was
// not taken yet.
func (f *flight) retryAsked() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.asking > 0
}
