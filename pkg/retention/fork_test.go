package retention

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
)

// forking writes what a fork has written before there is an execution: request, a large
// value and a record.
func (r *rig) forking() execution.ID {
	r.t.Helper()
	id := newID()
	large, err := json.Marshal(string(make([]byte, 300_000)))
	if err == nil {
		err = r.s.Journal().CreateRequest(r.t.Context(), key(id), execution.Request{Code: "1", Input: large})
	}
	if err == nil {
		_, err = r.s.Journal().Append(r.t.Context(), key(id), 0, 0, journal.Record{
			At: 1, Issued: []journal.Intent{{Connector: "items", Method: "echo", Args: journal.NewValue(large[:299_000:299_000])}},
		})
	}
	if err != nil {
		r.t.Fatal(err)
	}
	return id
}

// soon returns a keeper for which everything is old that is there.
func (r *rig) soon() *Keeper {
	return New(Config{Stream: r.s, StrayAge: 1, OrphanAge: 1})
}

func TestBrokenForkIsRemoved(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.forking()
	if err := r.k.RemoveBrokenForks(t.Context(), "default"); err != nil {
		t.Fatal(err)
	}
	if _, err := r.s.Journal().Request(t.Context(), key(id)); err != nil {
		t.Fatalf("a young one was removed: %v", err)
	}
	if err := r.soon().RemoveBrokenForks(t.Context(), "another"); err != nil {
		t.Fatal(err)
	}
	if _, err := r.s.Journal().State(t.Context(), key(id)); !errors.Is(err, journal.ErrNotFound) {
		t.Fatalf("one of another runtime was removed: %v", err)
	}
	if err := r.soon().RemoveBrokenForks(t.Context(), "default"); err != nil {
		t.Fatal(err)
	}
	r.bare(id)
	if st := r.state(id).State; st.Status != execution.Deleted || st.Burying {
		t.Errorf("the id is %+v, want a tombstone", st)
	}
}

// However slow a fork is: once what it wrote is removed it can write no more.
func TestForkIsRefusedOnceItsRecordsAreRemoved(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.forking()
	if err := r.soon().RemoveBrokenForks(t.Context(), "default"); err != nil {
		t.Fatal(err)
	}
	_, err := r.s.Journal().Append(t.Context(), key(id), 0, 1, journal.Record{At: 1, Issued: []journal.Intent{{Seq: 1, Connector: "items", Method: "echo"}}})
	if !errors.Is(err, journal.ErrFenced) {
		t.Errorf("append = %v, want %v", err, journal.ErrFenced)
	}
	_, err = r.s.Journal().PutState(t.Context(), key(id), journal.State{Status: execution.Queued, Nonce: "fork", Write: 1}, 0)
	if !errors.Is(err, journal.ErrFenced) {
		t.Errorf("put state = %v, want %v", err, journal.ErrFenced)
	}
	r.bare(id)
}

// The fork came first: then there is an execution, of which nothing is removed.
func TestForkThatWasCreatedMeanwhileStays(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.forking()
	rev := r.put(id, journal.State{Status: execution.Queued}, 0)
	if removed, err := r.soon().removeFork(t.Context(), key(id)); removed || err != nil {
		t.Errorf("removed %v, %v", removed, err)
	}
	if err := r.soon().RemoveBrokenForks(t.Context(), "default"); err != nil {
		t.Fatal(err)
	}
	records, err := r.s.Journal().Load(t.Context(), key(id), rev)
	if err != nil || len(records) != 1 {
		t.Errorf("%d records, %v, want 1", len(records), err)
	}
	if _, err := r.s.Journal().Request(t.Context(), key(id)); err != nil {
		t.Error(err)
	}
}

// The removal died when it had taken the id.
func TestInterruptedRemovalOfABrokenForkIsFinished(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.forking()
	r.put(id, journal.State{Status: execution.Deleted, Burying: true}, 0)
	r.sweep(Bounds{})
	r.bare(id)
}

func TestValueThatWasStoredInPartIsRemoved(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.whole()
	js := r.srv.JetStream()
	if _, err := js.Publish(t.Context(), "$O."+stream.Bucket+".C.half", []byte("x")); err != nil {
		t.Fatal(err)
	}
	values := func() uint64 {
		s, err := js.Stream(t.Context(), "OBJ_"+stream.Bucket)
		if err != nil {
			t.Fatal(err)
		}
		return s.CachedInfo().State.Msgs
	}
	before := values()
	if err := r.k.RemoveOrphans(t.Context()); err != nil || values() != before {
		t.Fatalf("a young one was removed: %v", err)
	}
	if err := r.soon().RemoveOrphans(t.Context()); err != nil || values() != before-1 {
		t.Errorf("%d messages of %d are left, %v", values(), before, err)
	}
	if _, err := r.s.Journal().Request(t.Context(), key(id)); err != nil {
		t.Errorf("a whole value was removed: %v", err)
	}
}
