package stream

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

func bury(t *testing.T, s *Stream, key journal.Key, keep time.Duration) {
	t.Helper()
	st, err := s.Journal().State(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	st.State.Nonce, st.State.Write = "gravedigger", st.State.Write+1
	if err := s.Bury(t.Context(), key, st.State, st.Revision, keep, nil); err != nil {
		t.Fatal(err)
	}
}

func TestBuriedStaysBuried(t *testing.T) {
	t.Parallel()
	_, s := one(t)
	key, rev := claimed(t, s)
	j := s.Journal()
	large := json.RawMessage(`"` + strings.Repeat("x", 400_000) + `"`)
	if err := j.PutRequest(t.Context(), key, rev, execution.Request{Code: "1", Input: large}); err != nil {
		t.Fatal(err)
	}
	r := call(0)
	r.Issued[0].Args = journal.NewValue(json.RawMessage(`"a` + string(large[2:])))
	if _, err := j.Append(t.Context(), key, rev, 0, r); err != nil {
		t.Fatal(err)
	}
	sig := journal.Signal{ID: execution.NewID(time.Now()), Name: "go", Value: journal.NewValue(json.RawMessage(`"c` + string(large[2:])))}
	if err := j.PutSignal(t.Context(), key, sig); err != nil {
		t.Fatal(err)
	}
	if err := s.Schedule(t.Context(), key, time.Now().Add(time.Hour), rev); err != nil {
		t.Fatal(err)
	}
	st := benchState(key, 2)
	st.Status, st.Result = execution.Completed, journal.NewValue(json.RawMessage(`"b`+string(large[2:])))
	if _, err := j.PutState(t.Context(), key, st, rev); err != nil {
		t.Fatal(err)
	}
	bury(t, s, key, time.Hour)
	bury(t, s, key, time.Hour) // as after a crash

	now, err := j.State(t.Context(), key)
	if err != nil || now.State.Status != execution.Deleted {
		t.Errorf("state %s, %v; want a tombstone", now.State.Status, err)
	}
	for stream, filter := range map[string]string{"KV_executions": ">", "OBJ_executions": ">", StreamName: ">"} {
		left, err := s.subjectsOf(t.Context(), stream, filter)
		delete(left, kvSubject("executions", StateKey(key)))
		if err != nil || len(left) > 0 {
			t.Errorf("%s still has %v, %v", stream, left, err)
		}
	}
	if _, err := j.PutState(t.Context(), key, benchState(key, 9), 0); !errors.Is(err, journal.ErrFenced) {
		t.Errorf("a late creation = %v, want ErrFenced", err)
	}
}

func TestTombstoneVanishesInTheEnd(t *testing.T) {
	t.Parallel()
	_, s := one(t)
	key, _ := claimed(t, s)
	bury(t, s, key, time.Second)
	natstest.Eventually(t, "the tombstone's end", func() bool {
		_, err := s.Journal().State(t.Context(), key)
		return errors.Is(err, journal.ErrNotFound)
	})
}

func TestBuryRefusesAMovedState(t *testing.T) {
	t.Parallel()
	_, s := one(t)
	key, old := claimed(t, s)
	if _, err := s.Journal().PutState(t.Context(), key, benchState(key, 2), old); err != nil {
		t.Fatal(err)
	}
	if err := s.Bury(t.Context(), key, benchState(key, 3), old, time.Hour, nil); !errors.Is(err, journal.ErrFenced) {
		t.Errorf("Bury = %v, want ErrFenced", err)
	}
}
