package crashtest

import (
	"crypto/rand"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/stream"
)

// undone is an execution whose second undoing asks for a retry.
func undone() scenario {
	return scenario{
		name: "rollback", ends: execution.Completed,
		code: `async () => { await items.add_note("a"); await items.flaky_note("b"); await items.add_note("c"); await items.echo(1) }`,
	}
}

// TestCutBetweenEveryTwoOperationsOfARollback cuts an executor off before and after
// each durable operation of a rollback. The next one must not undo again what has a
// completion in the journal, and end as one that is not cut off does.
func TestCutBetweenEveryTwoOperationsOfARollback(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	operations := r.rollback(t, 0, before)
	if len(operations) < 8 { // two claims, four records, two settles, and what is done with the message
		t.Fatalf("operations %q", operations)
	}
	slots := make(chan struct{}, atOnce)
	var running sync.WaitGroup
	defer running.Wait()
	for i, operation := range operations {
		for _, side := range []where{before, after} {
			running.Go(func() {
				inSlot(slots, func() {
					t.Run(fmt.Sprintf("%s %d %s", side, i+1, operation), func(t *testing.T) { r.rollback(t, i+1, side) })
				})
			})
		}
	}
}

// rollback rolls an execution back; the executor that begins is cut off at operation
// n, 0 for none. It returns the operations of that one.
func (r *rig) rollback(t *testing.T, n int, side where) []string {
	l := r.newLife(t)
	s := undone()
	first := l.start("first", r.nc.ConnectedUrl(), takeover, nil)
	l.submit(s.submission(t))
	l.finish(s)
	first.stop()
	<-first.done

	k := newLink(t, r.addr, n, side, nil)
	victim := l.start("victim", k.url(), takeover, nil)
	l.askRollback()
	cuts := 0
	l.await("the cut, or the end", func() bool {
		select {
		case <-k.acted:
			cuts = 1
			return true
		default:
			return l.rolledBack()
		}
	})
	k.kill()
	victim.kill()
	known := l.reverted(1)
	l.start("heir", r.nc.ConnectedUrl(), takeover, nil)
	l.await("the end of the rollback and an empty queue", l.rolledBack)
	for key, runs := range l.reverted(1 + cuts) {
		if was, ok := known[key]; ok && was != runs {
			t.Errorf("%s was journaled as undone after %d runs, and ran %d times in the end", key, was, runs)
		}
	}
	if n := len(l.reverted(1 + cuts)); n != 3 {
		t.Errorf("%d calls are undone, want 3", n)
	}
	st, _ := l.state()
	if op := st.State.Operation; op.Reverted != 3 || len(op.Failed) != 0 || st.State.LostPasses != 0 {
		t.Errorf("state %+v, operation %+v", st.State, op)
	}
	return k.operations()
}

// askRollback writes and sends what the API does.
func (l *life) askRollback() {
	l.t.Helper()
	st, _ := l.state()
	next := st.State.Rollback("ann", time.Now())
	next.Nonce, next.Write, next.Carrier.Spent = rand.Text(), 1, true
	rev, err := l.stream.Journal().PutState(l.t.Context(), l.key, next, st.Revision)
	if err == nil {
		err = l.stream.Wake(l.t.Context(), l.key, stream.WakeRollback, rev)
	}
	if err != nil {
		l.t.Fatalf("ask for a rollback: %v", err)
	}
}

func (l *life) rolledBack() bool {
	st, ok := l.state()
	return ok && st.State.Status == execution.RolledBack && l.queued() == 0
}

// reverted returns how often each undoing that is journaled as done ran: at least
// once, and at most as often as it had an executor.
func (l *life) reverted(executors int) map[string]int {
	l.t.Helper()
	now := map[string]int{}
	log := l.fold()
	ran := l.items.ByKey()
	for _, e := range log.Entries {
		key := callKey(l.key, e.Seq) + ":revert"
		switch {
		case ran[key] > 0 && e.RevertBy == 0:
			l.t.Errorf("%s ran, and no record names it", key)
		case e.Reverted:
			if now[key] = ran[key]; now[key] < 1 || now[key] > executors {
				l.t.Errorf("%s is journaled as done and ran %d times on %d executors", key, now[key], executors)
			}
		}
	}
	return now
}
