package retention

import (
	"slices"
	"testing"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// A journal that nobody can read must not keep the others from expiring and being
// removed, and can be removed itself.
func TestBrokenJournalHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	brokenWait, wait, brokenEnd, end := newID(), newID(), newID(), newID()
	foreign := journal.Record{Attempt: 1, Done: []journal.Completion{{Ref: journal.Ref{N: 7}, Mark: journal.MarkApplied}}}
	if _, err := r.s.Journal().Append(t.Context(), key(brokenWait), r.put(brokenWait, journal.State{Status: execution.Paused}, 0), 0, foreign); err != nil {
		t.Fatal(err)
	}
	r.put(wait, journal.State{Status: execution.Paused}, 0)
	// The first record is missing.
	if _, err := r.s.Journal().Append(t.Context(), key(brokenEnd), r.put(brokenEnd, journal.State{Status: execution.Error}, 0), 1, foreign); err != nil {
		t.Fatal(err)
	}
	r.put(end, journal.State{Status: execution.Error}, 0)
	r.passed(end, time.Millisecond)
	age, keep := time.Duration(0), 0
	out := r.sweep(Bounds{ExpireAfter: &age, Retain: &keep})
	for out.More {
		more := r.sweep(Bounds{ExpireAfter: &age, Retain: &keep})
		out.Expired, out.Removed, out.More = append(out.Expired, more.Expired...), append(out.Removed, more.Removed...), more.More
	}
	if !slices.Contains(out.Expired, wait) || !slices.Contains(out.Removed, end) || !slices.Contains(out.Removed, brokenEnd) {
		t.Errorf("expired %v, removed %v; want %s, and %s and %s", out.Expired, out.Removed, wait, end, brokenEnd)
	}
	if err := r.k.Delete(t.Context(), key(brokenWait)); err != nil {
		t.Errorf("delete = %v", err)
	}
	for _, id := range []execution.ID{brokenWait, brokenEnd} {
		if st := r.state(id).State; st.Status != execution.Deleted || st.Burying {
			t.Errorf("%s: state %+v", id, st)
		}
	}
}
