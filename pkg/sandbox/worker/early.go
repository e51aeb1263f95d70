package worker

import (
	"context"
	"time"

	"github.com/reprise-run/reprise/pkg/sandbox"
)

// earlier is a limit of time as a worker takes it. It leaves the rest, a tenth of it but
// 20 to 50 ms, for saying where the function was: the Go runtime looks at its timers only
// every 10 ms while a script leaves nobody a turn.
func earlier(d time.Duration) time.Duration {
	return d - min(max(d/10, 20*time.Millisecond), 50*time.Millisecond, d/2)
}

// withinCPU returns a context that ends when this process has computed for so long; zero:
// never. Where that cannot be measured it does not end.
func withinCPU(most time.Duration) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	stop = func() { cancel(nil) }
	// Of this process. The system call also wakes the runtime's monitor, which fires the
	// timers while a script leaves nobody a turn.
	before, ok := cpuTime(0)
	if most <= 0 || !ok {
		return ctx, stop
	}
	go func() {
		for left := most; left > 0; {
			// It computes on one processor: it cannot be over before.
			select {
			case <-time.After(left):
			case <-ctx.Done():
				return
			}
			used, _ := cpuTime(0)
			left = most - (used - before)
		}
		cancel(sandbox.ErrCPU)
	}()
	return ctx, stop
}
