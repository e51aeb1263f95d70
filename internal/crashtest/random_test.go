package crashtest

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"
)

// randomCases is the number of random executions of one round.
const randomCases = 16

// TestRandomCutsInARow cuts an execution's executors off at random operations, up
// to three one after the other, while others run beside it.
func TestRandomCutsInARow(t *testing.T) {
	t.Parallel()
	first := *seed
	if first == 0 {
		first = rand.Uint64()
	}
	t.Logf("go test ./internal/crashtest -run %s -seed %d -rounds %d", t.Name(), first, *rounds)
	r := newRig(t)
	all := scenarios()
	want := map[string]string{}
	var longest int
	for _, s := range all {
		t.Run(s.name, func(t *testing.T) {
			outcome, operations := r.uncut(t, s)
			want[s.name] = outcome
			longest = max(longest, len(operations))
		})
	}
	slots := make(chan struct{}, atOnce)
	var running sync.WaitGroup
	defer running.Wait()
	for i := range randomCases * *rounds {
		random := rand.New(rand.NewPCG(first, uint64(i)))
		s := all[random.IntN(len(all))]
		cuts := make([]cutAt, 1+random.IntN(3))
		for j := range cuts {
			cuts[j] = cutAt{1 + random.IntN(longest*2/3), []where{before, after}[random.IntN(2)]}
		}
		running.Go(func() {
			inSlot(slots, func() {
				t.Run(fmt.Sprintf("%d %s %v", i, s.name, cuts), func(t *testing.T) { r.cutOften(t, s, want[s.name], cuts) })
			})
		})
	}
}

// cutAt is a place to cut.
type cutAt struct {
	n    int
	side where
}

// cutOften runs a scenario with an executor for each cut, and one that ends it.
func (r *rig) cutOften(t *testing.T, s scenario, want string, cuts []cutAt) {
	l := r.newLife(t)
	l.submitOnce(s)
	known, done := map[string]int{}, 0
	for i, c := range cuts {
		k := newLink(t, r.addr, c.n, c.side, nil)
		victim := l.start(fmt.Sprintf("victim-%d", i+1), k.url(), takeover, nil)
		if l.awaitCut(s, k) {
			done++
		}
		k.kill()
		victim.kill()
		for key, n := range l.applied(i + 1) {
			if before, ok := known[key]; ok && before != n {
				t.Errorf("call %s was applied after %d runs, and ran again: %d", key, before, n)
			}
			known[key] = n
		}
	}
	heir := l.start("heir", r.nc.ConnectedUrl(), takeover, nil)
	l.finish(s)
	l.verify(s, want, known, done)
	heir.stop()
	if st, _ := l.state(); st.State.LostPasses > done {
		t.Errorf("%d passes count as lost after %d cuts", st.State.LostPasses, done)
	}
}

// submitOnce submits the scenario. A start in the near future must not have passed
// before the first executor is there.
func (l *life) submitOnce(s scenario) {
	l.t.Helper()
	if s.delay > 0 {
		s.delay += time.Second
	}
	l.submit(s.submission(l.t))
}
