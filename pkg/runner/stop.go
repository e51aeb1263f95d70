package runner

import (
	"fmt"
	"sync"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// livePasses are the claims that this process is writing, and those whose passes run
// here, by their nonces.
type livePasses struct{ nonces sync.Map }

// livePass is one of them.
type livePass struct {
	key  journal.Key
	look chan struct{} // has room for one: the claim is to be looked at now, not at the next beat
}

// add notes a claim, until the function that it returns is called. It comes before the
// claim is written: the answer to that can be late, and the claim look old by then.
func (l *livePasses) add(key journal.Key, nonce string) (p *livePass, remove func()) {
	p = &livePass{key: key, look: make(chan struct{}, 1)}
	l.nonces.Store(nonce, p)
	return p, func() { l.nonces.Delete(nonce) }
}

// has reports whether the state is that of a claim of this process which is well.
func (l *livePasses) has(s journal.State) bool {
	_, ok := l.nonces.Load(s.Nonce)
	return ok
}

// lookAt makes the passes of an execution that run here look at their claims.
func (l *livePasses) lookAt(key journal.Key) {
	l.nonces.Range(func(_, value any) bool {
		if p := value.(*livePass); p.key == key {
			select {
			case p.look <- struct{}{}:
			default: // it is about to
			}
		}
		return true
	})
}

// hearStops listens for the word of a person that supersedes a pass: the pass ends as
// soon as it has read that from the state, also in the middle of a call. What is not
// heard here the heartbeat finds out (R4).
func (r *Runner) hearStops() (stop func(), err error) {
	var stops []func()
	stop = func() {
		for _, s := range stops {
			s()
		}
	}
	for _, runtime := range r.cfg.Runtimes {
		s, err := r.cfg.Stream.Hear(runtime, execution.EventStop, r.live.lookAt)
		if err != nil {
			stop()
			return nil, fmt.Errorf("hear stops: %w", err)
		}
		stops = append(stops, s)
	}
	return stop, nil
}
