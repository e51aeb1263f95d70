package crashtest

import (
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/natstest"
)

// TestExecutorComesBackFromBehindACutLink cuts the link of an executor that stays alive,
// and mends it while the next one runs the execution. Whatever the first one still
// has to say comes too late: it writes nothing, and takes no message away.
func TestExecutorComesBackFromBehindACutLink(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var some []scenario
	for _, s := range slow(scenarios()) {
		if s.name == "sequential" || s.name == "short retry" {
			some = append(some, s)
		}
	}
	sides := []where{after}
	if *rounds > 1 {
		sides = append(sides, before)
	}
	everywhere(t, r, some, sides, r.partitioned)
}

func (r *rig) partitioned(t *testing.T, s scenario, want string, n int, side where) {
	l := r.newLife(t)
	l.rivals = true
	k := newLink(t, r.addr, n, side, nil)
	first := l.startDraining("first", k.url(), takeover, 8*time.Second, nil)
	l.submit(s.submission(t))
	cuts := 1
	if !l.awaitCut(s, k) {
		cuts = 0
	}
	known := l.applied(1)
	st, _ := l.state()
	heir := l.start("heir", r.nc.ConnectedUrl(), takeover, nil)
	l.await("a claim of the heir, or the end", func() bool {
		now, ok := l.state()
		return ok && (now.State.Executor == "heir" && now.Revision > st.Revision || now.State.Status == s.ends && l.queued() == 0)
	})
	k.heal()
	l.finish(s)
	first.stop() // it waits until its pass has found out
	select {
	case err := <-first.done:
		if err != nil {
			t.Errorf("executor: %v", err)
		}
	case <-time.After(natstest.StartWait):
		t.Fatal("the first executor does not stop")
	}
	l.finish(s)
	l.verify(s, want, known, cuts)
	heir.stop()
}
