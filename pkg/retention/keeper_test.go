package retention

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
)

// rig is a server, and a keeper that notes the ends that it tells of.
type rig struct {
	t   *testing.T
	srv *natstest.Server
	s   *stream.Stream
	k   *Keeper

	mu   sync.Mutex // guards ends
	ends []End
}

func newRig(t *testing.T) *rig {
	t.Helper()
	srv := natstest.Run(t)
	s, err := stream.Open(t.Context(), srv.Conn(), stream.Config{})
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, srv: srv, s: s}
	r.k = New(Config{Stream: s, Ended: func(_ context.Context, e End) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.ends = append(r.ends, e)
	}})
	return r
}

func key(id execution.ID) journal.Key { return journal.Key{Runtime: "default", ID: id} }

// put writes a state of a new execution, or the next one of a known.
func (r *rig) put(id execution.ID, st journal.State, last journal.Revision) journal.Revision {
	r.t.Helper()
	st.Attempt, st.Nonce, st.Write = 1, string(execution.NewID(time.Now())), 1
	rev, err := r.s.Journal().PutState(r.t.Context(), key(id), st, last)
	if err != nil {
		r.t.Fatal(err)
	}
	return rev
}

func (r *rig) state(id execution.ID) journal.Stored {
	r.t.Helper()
	st, err := r.s.Journal().State(r.t.Context(), key(id))
	if err != nil {
		r.t.Fatal(err)
	}
	return st
}

// call appends a record with one call.
func (r *rig) call(id execution.ID, claim journal.Revision, seq int) {
	r.t.Helper()
	_, err := r.s.Journal().Append(r.t.Context(), key(id), claim, seq, journal.Record{
		Attempt: 1, At: time.Now().UnixMilli(), Issued: []journal.Intent{{Seq: seq, Connector: "items", Method: "echo"}},
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

// passed waits until d has gone by on the server's clock since the state was written.
func (r *rig) passed(id execution.ID, d time.Duration) {
	r.t.Helper()
	written := r.state(id).At
	natstest.Eventually(r.t, "time to pass", func() bool {
		now, err := r.s.ServerTime(r.t.Context())
		return err == nil && now.Sub(written) > d
	})
}

func (r *rig) sweep(b Bounds) Swept {
	r.t.Helper()
	out, err := r.k.Sweep(r.t.Context(), "default", b, time.Time{})
	if err != nil {
		r.t.Fatal(err)
	}
	return out
}

func newID() execution.ID { return execution.NewID(time.Now()) }

func TestAgeIsStrict(t *testing.T) {
	t.Parallel()
	at := time.UnixMilli(1_000_000)
	for _, tt := range []struct {
		after, age time.Duration
		want       bool
	}{
		{0, 0, false}, {999 * time.Microsecond, 0, false}, {time.Millisecond, 0, true},
		{time.Second, time.Second, false}, {time.Second + time.Millisecond, time.Second, true}, {-time.Second, 0, false},
	} {
		if got := older(at, at.Add(tt.after), tt.age); got != tt.want {
			t.Errorf("%v after, older than %v: %v, want %v", tt.after, tt.age, got, tt.want)
		}
	}
}

func TestOnlyWhatWaitsForAPersonOrIsLeftRunningExpires(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	all := map[execution.Status]execution.ID{}
	for _, status := range execution.Statuses() {
		all[status] = newID()
		r.put(all[status], journal.State{Status: status}, 0)
	}
	undoing := newID()
	r.put(undoing, journal.State{Status: execution.Running, Operation: &journal.Operation{}}, 0)
	r.passed(undoing, 5*time.Millisecond)
	var age time.Duration
	got := r.sweep(Bounds{ExpireAfter: &age}).Expired
	want := []execution.ID{all[execution.Running], all[execution.Paused]}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("expired %v, want the running and the paused one %v", got, want)
	}
	for status, id := range all {
		now := r.state(id).State.Status
		if changed := now != status; changed != slices.Contains(want, id) {
			t.Errorf("%s is now %s", status, now)
		}
	}
}

// What a pass has written is a change of its execution (190).
func TestPassThatWritesDoesNotExpire(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := newID()
	claim := r.put(id, journal.State{Status: execution.Running}, 0)
	r.call(id, claim, 0)
	const age = 6 * time.Second // far more than lies between a write and the look at it
	expire := func() []execution.ID { limit := age; return r.sweep(Bounds{ExpireAfter: &limit}).Expired }
	r.passed(id, age+50*time.Millisecond)
	r.call(id, claim, 1)
	if got := expire(); len(got) > 0 {
		t.Error("a pass that has just written has expired")
	}
	natstest.Eventually(t, "the expiry", func() bool { return len(expire()) == 1 })
	if st := r.state(id).State; st.Status != execution.Error || st.Error != running {
		t.Errorf("status %s, %q", st.Status, st.Error)
	}
}

// A crash in the middle of a removal: the next sweep does the rest, and tells nobody.
func TestInterruptedRemovalIsFinished(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := newID()
	claim := r.put(id, journal.State{Status: execution.Running}, 0)
	large, err := json.Marshal(string(make([]byte, 300_000)))
	if err == nil {
		err = r.s.Journal().PutRequest(t.Context(), key(id), claim, execution.Request{Code: "1", Input: large})
	}
	if err != nil {
		t.Fatal(err)
	}
	r.call(id, claim, 0)
	// As the first write of a removal leaves it.
	r.put(id, journal.State{Status: execution.Deleted, Burying: true, Result: journal.NewValue(large)}, claim)
	if out := r.sweep(Bounds{}); len(out.Removed)+len(out.Expired)+len(r.ends) > 0 {
		t.Errorf("swept %+v, told %v, want silence", out, r.ends)
	}
	r.bare(id)
	if st := r.state(id).State; st.Burying || st.Result != nil {
		t.Errorf("the tombstone says %+v", st)
	}
}

// bare checks that of all executions only the states are left.
func (r *rig) bare(id execution.ID) {
	r.t.Helper()
	js := r.srv.JetStream()
	for name, want := range map[string]uint64{"KV_executions": 1, "OBJ_executions": 0, stream.StreamName: 0} {
		s, err := js.Stream(r.t.Context(), name)
		if err != nil {
			r.t.Fatal(err)
		}
		if got := s.CachedInfo().State.Msgs; got != want {
			r.t.Errorf("%s has %d messages besides the tombstone of %s, want %d", name, got, id, want)
		}
	}
}

// A pass that did not know of the removal stored a value after it.
func TestStraysAreRemovedAndNothingElse(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	dead, alive, unknown := newID(), newID(), newID()
	r.put(dead, journal.State{Status: execution.Completed}, 0)
	r.put(alive, journal.State{Status: execution.Paused}, 0)
	if err := r.k.Delete(t.Context(), key(dead)); err != nil {
		t.Fatal(err)
	}
	js := r.srv.JetStream()
	objects, err := js.ObjectStore(t.Context(), stream.Bucket)
	if err != nil {
		t.Fatal(err)
	}
	kv, err := js.KeyValue(t.Context(), stream.Bucket)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []execution.ID{dead, alive, unknown} {
		_, err := objects.PutString(t.Context(), key(id).String()+".ab", "x")
		if err == nil {
			_, err = kv.PutString(t.Context(), stream.SignalKey(key(id), newID()), "{}")
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := r.k.RemoveStrays(t.Context(), "default"); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[execution.ID]bool{dead: false, alive: true, unknown: true} { // it may be about to begin
		_, err := objects.GetInfo(t.Context(), key(id).String()+".ab")
		if err != nil && !errors.Is(err, jetstream.ErrObjectNotFound) {
			t.Fatal(err)
		}
		if got := err == nil; got != want {
			t.Errorf("the value of %s is there: %v, want %v", id, got, want)
		}
	}
	left, err := r.s.Leftovers(t.Context(), "default")
	if err != nil || left[dead].Signals != 0 || left[alive].Signals != 1 {
		t.Errorf("left %+v, %v", left, err)
	}
}

// A step ends when its time is over, having done something; the next one goes on.
func TestSweepGoesOnInSteps(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const n = 30
	var ids []execution.ID
	for range n {
		ids = append(ids, newID())
		r.put(ids[len(ids)-1], journal.State{Status: execution.Completed}, 0)
	}
	slices.Sort(ids)
	keep, removed, steps := 5, 0, 0
	for more := true; more; steps++ {
		out, err := r.k.Sweep(t.Context(), "default", Bounds{Retain: &keep}, time.Unix(1, 0))
		if err != nil || len(out.Removed) == 0 {
			t.Fatalf("step %d removed %d, %v", steps, len(out.Removed), err)
		}
		if !slices.Equal(out.Removed, ids[removed:removed+len(out.Removed)]) {
			t.Errorf("step %d removed %v, which are not the oldest", steps, out.Removed)
		}
		removed, more = removed+len(out.Removed), out.More
	}
	if removed != n-keep || steps < 2 {
		t.Errorf("removed %d in %d steps, want %d in several", removed, steps, n-keep)
	}
}

// An operator goes on with an execution that a sweep has seen as ended.
func TestRemovalLosesAgainstARestart(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := newID()
	rev := r.put(id, journal.State{Status: execution.Error}, 0)
	seen := r.state(id)
	r.put(id, journal.State{Status: execution.Queued}, rev)
	if err := r.k.bury(t.Context(), key(id), seen); !errors.Is(err, journal.ErrFenced) {
		t.Errorf("bury = %v, want ErrFenced", err)
	}
	if st := r.state(id).State.Status; st != execution.Queued || len(r.ends) > 0 {
		t.Errorf("status %s, told %v", st, r.ends)
	}
}

func TestEndsAreToldOnce(t *testing.T) {
	t.Parallel()
	for status, want := range map[execution.Status]int{
		execution.Queued: 1, execution.Running: 1, execution.Sleeping: 1, execution.Waiting: 1, execution.Retrying: 1, execution.Paused: 1,
		execution.Completed: 0, execution.Error: 0, execution.Rejected: 0, execution.Cancelled: 0, execution.RolledBack: 0,
	} {
		t.Run(string(status), func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id := newID()
			r.put(id, journal.State{Status: status}, 0)
			for _, want := range []error{nil, ErrGone} {
				if err := r.k.Delete(t.Context(), key(id)); !errors.Is(err, want) {
					t.Errorf("delete = %v, want %v", err, want)
				}
			}
			if len(r.ends) != want || want == 1 && (r.ends[0].Dispose != execution.Rejected || r.ends[0].Log != nil) {
				t.Errorf("told %+v, want %d", r.ends, want)
			}
		})
	}
}
