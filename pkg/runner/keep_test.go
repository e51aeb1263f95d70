package runner

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/retention"
)

// ended writes an execution that has ended.
func (x *rig) ended() execution.ID {
	id := newID()
	x.put(id, 0, journal.State{Status: execution.Completed, Attempt: 1})
	return id
}

// left counts the executions that are not removed.
func (x *rig) left(ids ...execution.ID) (n int) {
	for _, id := range ids {
		if x.state(id).State.Status != execution.Deleted {
			n++
		}
	}
	return n
}

func TestRetentionKeepsWhatTheBoundsSay(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(*Config)
		left   int // of three that have ended
		status execution.Status
	}{
		"defaults":    {func(*Config) {}, 3, execution.Paused},
		"a number":    {func(c *Config) { c.Retain = 2 }, 2, execution.Paused},
		"a time":      {func(c *Config) { c.RetainFor = time.Millisecond }, 0, execution.Paused},
		"no bounds":   {func(c *Config) { c.Retain, c.RetainFor, c.ExpireAfter = -1, -1, -1 }, 3, execution.Paused},
		"expiry":      {func(c *Config) { c.ExpireAfter = time.Millisecond }, 3, execution.Rejected},
		"both bounds": {func(c *Config) { c.Retain, c.RetainFor = 1, time.Hour }, 1, execution.Paused},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := newRig(t, tt.change)
			paused := newID()
			x.put(paused, 0, journal.State{Status: execution.Paused, Attempt: 1})
			ids := []execution.ID{x.ended(), x.ended(), x.ended()}
			x.older(ids[2], 5*time.Millisecond)
			if err := x.r.Keep(t.Context(), "default"); err != nil {
				t.Fatal(err)
			}
			if got := x.left(ids...); got != tt.left {
				t.Errorf("%d that have ended are left, want %d", got, tt.left)
			}
			if got := x.state(paused).State.Status; got != tt.status {
				t.Errorf("what waited is %s, want %s", got, tt.status)
			}
		})
	}
}

func TestOneExecutorSweepsAtATime(t *testing.T) {
	t.Parallel()
	bounds := func(c *Config) { c.RetainFor = time.Millisecond }
	x := newRig(t, bounds)
	y := newRigOn(t, x.srv, x.srv.Conn(), bounds)
	old := x.ended()
	x.older(old, 5*time.Millisecond)
	end := x.keeps()
	natstest.Eventually(t, "the first sweep", func() bool { return x.left(old) == 0 })
	next := x.ended()
	x.older(next, 5*time.Millisecond)
	y.r.keepAlone(t.Context(), "default") // returns at once
	if x.left(next) != 1 {
		t.Error("the other one has swept meanwhile")
	}
	// Who ends gives the lease back: nobody waits for it.
	end()
	defer y.keeps()()
	natstest.Eventually(t, "the other one's turn", func() bool { return x.left(next) == 0 })
}

// keeps lets the executor do the retention until the returned function is called.
func (x *rig) keeps() (end func()) {
	ctx, cancel := context.WithCancel(x.t.Context())
	var keeping sync.WaitGroup
	keeping.Go(func() { x.r.keepAlone(ctx, "default") })
	return func() { cancel(); keeping.Wait() }
}

// The interval is ten minutes; the lease of the dead is much shorter.
func TestAnotherExecutorSweepsSoonAfterOneDied(t *testing.T) {
	t.Parallel()
	bounds := func(c *Config) { c.RetainFor = time.Millisecond }
	srv := natstest.Run(t)
	proxy := natstest.NewProxy(t, srv.URL())
	dead := newRigOn(t, srv, natstest.Connect(t, proxy.URL()), bounds)
	dead.r.keepLease = 8 * time.Second
	x := newRigOn(t, srv, srv.Conn(), bounds)
	first := x.ended()
	x.older(first, 5*time.Millisecond)
	end := dead.keeps()
	natstest.Eventually(t, "the first sweep", func() bool { return x.left(first) == 0 })
	proxy.Refuse()
	defer func() { proxy.Resume(); end() }()
	x.r.cfg.KeepInterval = 50 * time.Millisecond
	last := x.ended()
	x.older(last, 5*time.Millisecond)
	ctx, cancel := context.WithCancel(t.Context())
	var looking sync.WaitGroup
	defer looking.Wait()
	defer cancel()
	looking.Go(func() { x.r.keepLoop(ctx, "default") })
	natstest.Eventually(t, "the next one's sweep", func() bool { return x.left(last) == 0 })
	if keepLease+keepLease/3 > time.Minute {
		t.Errorf("a lease of %v, looked at every third of it, is not taken over within a minute", keepLease)
	}
}

// Nobody asks for it: an executor does it by itself.
func TestRetentionNeedsNoSchedule(t *testing.T) {
	t.Parallel()
	x := newRig(t, func(c *Config) { c.Retain, c.ExpireAfter, c.KeepInterval = 1, time.Millisecond, 200*time.Millisecond })
	paused := newID()
	x.put(paused, 0, journal.State{Status: execution.Paused, Attempt: 1})
	ids := []execution.ID{x.ended(), x.ended(), x.ended()}
	x.serve()
	// What waited expires, and then it is the oldest that has ended.
	natstest.Eventually(t, "the sweeps", func() bool { return x.left(ids...) == 1 && x.left(paused) == 0 })
	if x.left(ids[2]) != 1 {
		t.Error("the newest is not the one that is left")
	}
}

// What belongs to no execution is part of each look.
func TestRetentionRemovesWhatWasNeverFinished(t *testing.T) {
	t.Parallel()
	x := newRig(t, nil)
	x.r.keeper = retention.New(retention.Config{Stream: x.s, StrayAge: 1, OrphanAge: 1})
	fork := newID()
	err := x.s.Journal().CreateRequest(t.Context(), x.key(fork), execution.Request{Code: "1"})
	if err == nil {
		_, err = x.js.Publish(t.Context(), "$O.executions.C.half", []byte("x"))
	}
	if err == nil {
		err = x.r.Keep(t.Context(), "default")
	}
	if err != nil {
		t.Fatal(err)
	}
	if st := x.state(fork).State.Status; st != execution.Deleted {
		t.Errorf("what a fork left is %s, want it removed", st)
	}
	values, err := x.js.Stream(t.Context(), "OBJ_executions")
	if err != nil || values.CachedInfo().State.Msgs != 0 {
		t.Errorf("a part of a value is left, %v", err)
	}
}
