package crashtest

import (
	"fmt"
	"sync"
	"testing"
)

// atOnce is how many cases run at the same time: they mostly wait for the
// takeover.
const atOnce = 12

// TestCutBetweenEveryTwoOperations cuts an executor off before and after each durable
// operation of each scenario. What the next one makes of it must be what an
// executor that is not cut off makes of it.
func TestCutBetweenEveryTwoOperations(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	everywhere(t, r, scenarios(), []where{before, after}, r.cut)
}

// everywhere runs a case for every operation of every scenario and each side of it.
func everywhere(t *testing.T, r *rig, all []scenario, sides []where, run func(t *testing.T, s scenario, want string, n int, side where)) {
	slots := make(chan struct{}, atOnce)
	var running sync.WaitGroup
	defer running.Wait()
	for _, s := range all {
		running.Go(func() {
			var want string
			var operations []string
			inSlot(slots, func() {
				t.Run(s.name+"/uncut", func(t *testing.T) { want, operations = r.uncut(t, s) })
			})
			for i, operation := range operations {
				for _, side := range sides {
					running.Go(func() {
						inSlot(slots, func() {
							t.Run(fmt.Sprintf("%s/%s %d %s", s.name, side, i+1, operation), func(t *testing.T) {
								run(t, s, want, i+1, side)
							})
						})
					})
				}
			}
		})
	}
}

func inSlot(slots chan struct{}, f func()) {
	slots <- struct{}{}
	defer func() { <-slots }()
	f()
}

// uncut runs a scenario to its end. It returns the outcome and the durable
// operations that led to it.
func (r *rig) uncut(t *testing.T, s scenario) (string, []string) {
	l := r.newLife(t)
	k := newLink(t, r.addr, 0, before, nil)
	e := l.start("uncut", k.url(), takeover, nil)
	l.submit(s.submission(t))
	l.finish(s)
	l.verify(s, "", nil, 0)
	want := l.outcome(s)
	e.stop()
	if len(k.operations()) < 2 {
		t.Fatalf("operations %q: the link does not see them", k.operations())
	}
	t.Logf("rows %s; operations %q", s.rows, k.operations())
	return want, k.operations()
}

// cut runs a scenario with an executor that is cut off at operation n, and another
// one that takes over.
func (r *rig) cut(t *testing.T, s scenario, want string, n int, side where) {
	l := r.newLife(t)
	k := newLink(t, r.addr, n, side, nil)
	victim := l.start("victim", k.url(), takeover, nil)
	l.submit(s.submission(t))
	cuts := 1
	if !l.awaitCut(s, k) {
		cuts = 0 // what runs at the same time may need fewer operations this time
	}
	k.kill()
	victim.kill()
	known := l.applied(1)
	heir := l.start("heir", r.nc.ConnectedUrl(), takeover, nil)
	l.finish(s)
	l.verify(s, want, known, cuts)
	heir.stop()
}

// awaitCut waits for the cut. An execution that is parked goes on, so that its
// later operations can be cut too. It returns false when the execution has ended
// without one.
func (l *life) awaitCut(s scenario, k *link) bool {
	l.t.Helper()
	cut := false
	l.await("the cut, or the end", func() bool {
		select {
		case <-k.acted:
			cut = true
			return true
		default:
		}
		st, ok := l.state()
		if s.parks && !l.due && ok && waits(st.State.Status) && l.scheduled() && l.queued() == 0 {
			l.makeDue()
		}
		return l.over(s)
	})
	return cut
}
