package crashtest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
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
	known := l.applied(1)
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

// TestStopWhileMessagesFlow stops one executor after the other while submissions come
// in. Nothing that one of them had taken may wait for a takeover.
func TestStopWhileMessagesFlow(t *testing.T) {
	t.Parallel()
	const executors, each = 4, 12
	r := newRig(t)
	l := r.newLife(t)
	var keys []journal.Key
	for i := range executors {
		e := l.start(fmt.Sprintf("executor-%d", i+1), r.nc.ConnectedUrl(), never, nil)
		for range each {
			key := journal.Key{Runtime: l.key.Runtime, ID: execution.NewID(time.Now())}
			keys = append(keys, key)
			code := []byte(`async () => { for (const x of [1, 2, 3]) await items.sleep({ms: 15, x}); return await items.echo(4) }`)
			if _, err := stream.Submit(t.Context(), r.stream.JetStream(), key.Runtime, key.ID, code); err != nil {
				t.Fatal(err)
			}
		}
		l.await("some calls", func() bool { return l.items.Runs("sleep") > i*each })
		e.stop()
		if err := <-e.done; err != nil {
			t.Errorf("executor: %v", err)
		}
	}
	l.start("heir", r.nc.ConnectedUrl(), never, nil)
	l.await("an empty queue", func() bool { return l.queued() == 0 })
	runs := l.items.ByKey()
	for _, key := range keys {
		st, err := r.stream.Journal().State(t.Context(), key)
		if err != nil || st.State.Status != execution.Completed {
			t.Errorf("%s: state %+v, %v; want completed", key, st.State, err)
		}
		history := r.tap.history(key)
		fenced(t, key, history)
		for _, w := range history {
			if w.name == "state" && w.state.LostPasses > 0 {
				t.Errorf("a pass of %s counts as lost: %s", key, w.body)
			}
		}
		// One that came to its end in the very moment of the stop was perhaps not
		// heard any more: then a record names it again before it runs again.
		named := invocations(t, key, history)
		for seq := range 4 {
			if n := runs[callKey(key, seq)]; n < 1 || n > named[seq] {
				t.Errorf("call %s ran %d times to its end, and is named %d times", callKey(key, seq), n, named[seq])
			}
		}
	}
}
