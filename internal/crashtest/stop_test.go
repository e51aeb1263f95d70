package crashtest

import (
	"context"
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/natstest"
)

// TestStopBetweenEveryTwoOperations stops an executor in good order at each durable
// operation. It must hand its work over: the next one has it long before a
// takeover would be due, and no pass counts as lost.
func TestStopBetweenEveryTwoOperations(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	everywhere(t, r, slow(scenarios()), []where{before}, r.stopped)
}

// never is a takeover that no test waits for.
const never = 5 * time.Minute

func (r *rig) stopped(t *testing.T, s scenario, want string, n int, _ where) {
	l := r.newLife(t)
	var stop context.CancelFunc
	k := newLink(t, r.addr, n, before, func() { stop() })
	first := l.start("first", k.url(), never, func(c context.CancelFunc) { stop = c })
	l.submit(s.submission(t))
	l.awaitCut(s, k)
	first.stop()
	select {
	case err := <-first.done:
		if err != nil {
			t.Errorf("executor: %v", err)
		}
	case <-time.After(natstest.StartWait):
		t.Fatal("the executor does not stop")
	}
	known := l.applied()
	heir := l.start("heir", r.nc.ConnectedUrl(), never, nil)
	l.finish(s)
	l.verify(s, want, known, 1)
	for _, w := range l.tap.history(l.key) {
		if w.name == "state" && w.state.LostPasses > 0 {
			t.Errorf("a pass counts as lost: %s", w.body)
		}
	}
	heir.stop()
}
