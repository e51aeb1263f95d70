package runner

import (
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
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
	interval := time.Hour
	bounds := func(c *Config) { c.RetainFor, c.KeepInterval = time.Millisecond, interval }
	pair := func() (x, y *rig) {
		x = newRig(t, bounds)
		return x, newRigOn(t, x.srv, x.srv.Conn(), bounds)
	}
	sweep := func(z *rig) (removed bool) {
		id := z.ended()
		z.older(id, 5*time.Millisecond)
		z.r.keepOnce(t.Context(), "default")
		return z.left(id) == 0
	}
	x, y := pair()
	if !sweep(x) || sweep(y) || sweep(x) {
		t.Error("not the first one alone has swept")
	}
	interval = time.Second
	x, y = pair()
	if !sweep(x) {
		t.Error("the first one has not swept")
	}
	natstest.Eventually(t, "the other one's turn", func() bool { return sweep(y) })
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
