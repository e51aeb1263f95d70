package runner

import (
	"context"
	"fmt"
	"sync"

	"github.com/reprise-run/reprise/pkg/engine"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
)

// bells are those of the passes that run here.
type bells struct{ byKey sync.Map }

// hang makes the bell of a pass, which hangs until the function that comes with it is
// called.
func (b *bells) hang(key journal.Key) (bell *engine.Bell, remove func()) {
	bell = engine.NewBell()
	b.byKey.Store(key, bell)
	return bell, func() { b.byKey.CompareAndDelete(key, bell) }
}

// ring tells the pass of an execution, if it runs here, that a signal has come.
func (b *bells) ring(key journal.Key, name string) (here, awaited bool) {
	bell, here := b.byKey.Load(key)
	if !here {
		return false, false
	}
	return true, bell.(*engine.Bell).Ring(name)
}

// hear listens for the signals of all runtimes. What is not heard costs nothing but
// time: the inbox is read before and after every settle.
func (r *Runner) hear() (stop func()) {
	var stops []func()
	for _, runtime := range r.cfg.Runtimes {
		end, err := r.cfg.Stream.HearSignals(runtime, r.bells.ring)
		if err != nil {
			r.cfg.Logger.Warn("listen for signals", "runtime", runtime, "err", err)
			continue
		}
		stops = append(stops, end)
	}
	return func() {
		for _, end := range stops {
			end()
		}
	}
}

// signalled reports whether the inbox has a signal that lets an execution go on which
// rests in this state.
func (r *Runner) signalled(ctx context.Context, key journal.Key, s journal.State) (bool, error) {
	if len(s.Signals) == 0 {
		return false, nil
	}
	behind, err := r.journal.Inbox(ctx, key, s.Heard)
	if err != nil {
		return false, fmt.Errorf("read inbox: %w", err)
	}
	return s.News(behind), nil
}

// lookAgain reads the inbox past a settle that waits for a signal (R14): one that came
// while the pass settled has found nobody to wake.
func (r *Runner) lookAgain(ctx context.Context, key journal.Key, s journal.State) error {
	news, err := r.signalled(ctx, key, s)
	if err != nil || !news {
		return err
	}
	// crash here: the message comes again, is spent, and looks again.
	if err := r.cfg.Stream.Wake(ctx, key, stream.WakeSignal, 0); err != nil {
		return fmt.Errorf("wake: %w", err)
	}
	return nil
}
