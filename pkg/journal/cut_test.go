package journal

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/reprise-run/reprise/pkg/execution"
)

// history is a random execution that is restarted now and then: its journal, which
// only grows, and beside it the records as they would be had the forgotten never been.
type history struct {
	*rand.Rand
	t       *testing.T
	state   State
	records []Record
	plain   State
	oracle  []Record
	timers  int
}

func (h *history) log() *Log { return mustFold(h.t, h.state, h.records) }

func mustFold(t *testing.T, s State, records []Record) *Log {
	t.Helper()
	l, err := Fold(s, records)
	if err != nil {
		t.Fatalf("fold: %v", err)
	}
	return l
}

// write adds a random record: completions of what is open, and new calls.
func (h *history) write() {
	l := h.log()
	r := Record{Attempt: h.state.Attempt, At: int64(len(h.records)+1) * 1000, Done: l.Carried}
	r.Done = append(r.Done, h.completions(l)...)
	for range h.IntN(3) {
		in := Intent{Seq: len(l.Entries) + len(r.Issued), Connector: "c", Method: fmt.Sprint(len(h.records), h.IntN(99))}
		if h.IntN(6) == 0 {
			in.Pending = execution.PendingApproval
		}
		r.Issued = append(r.Issued, in)
	}
	for i := range l.Entries {
		if e := &l.Entries[i]; e.Again() || e.Approved && e.StartBy == 0 && h.IntN(2) == 0 {
			r.Started = append(r.Started, i)
		}
	}
	h.records, h.oracle = append(h.records, r), append(h.oracle, r)
	h.state.Carry, h.plain.Carry = nil, nil
}

func (h *history) completions(l *Log) []Completion {
	var done []Completion
	add := func(ref Ref, mark Mark, by string) {
		done = append(done, Completion{Ref: ref, Mark: mark, By: by, At: int64(len(h.records)*1000 + len(done)), Attempt: h.state.Attempt})
	}
	for _, i := range h.Perm(len(l.Entries)) {
		switch e := &l.Entries[i]; {
		case e.Pending != "" && h.IntN(3) == 0:
			add(Ref{N: i}, MarkApproved, "ann")
		case e.Pending == "" && !e.Mark.Delivered() && h.IntN(2) == 0:
			add(Ref{N: i}, []Mark{MarkApplied, MarkFailed, MarkRetry, MarkUnknown}[h.IntN(4)], "")
		}
	}
	if h.IntN(3) == 0 {
		add(Ref{Kind: OpTimer, N: h.timers}, MarkApplied, "")
		h.timers++
	}
	return done
}

// settle ends a pass with completions that no record has.
func (h *history) settle() {
	l := h.log()
	h.state.Carry = carryOf(l, append(l.Carried, h.completions(l)...))
	h.plain.Carry = h.state.Carry
	h.state.Attempt++
}

// forget restarts from a random entry; the oracle does it word for word.
func (h *history) forget() {
	l := h.log()
	from := h.IntN(len(l.Entries) + 1)
	h.state = h.state.Forget(l, from)
	if from == len(l.Entries) {
		return
	}
	past := false
	filter := func(done []Completion) (kept []Completion) {
		for _, c := range done {
			if c.Kind == OpEntry && c.N < from || c.Kind != OpEntry && !past {
				c.Unseen = c.Unseen || past && c.Mark.Delivered()
				kept = append(kept, c)
			}
		}
		return kept
	}
	for i, r := range h.oracle {
		kept := Record{Attempt: r.Attempt, At: r.At, Done: filter(r.Done)}
		for _, in := range r.Issued {
			if past = past || in.Seq >= from; in.Seq < from {
				kept.Issued = append(kept.Issued, in)
			}
		}
		for _, seq := range r.Started {
			if seq < from {
				kept.Started = append(kept.Started, seq)
			}
		}
		h.oracle[i] = kept
	}
	h.plain.Carry = carryOf(l, filter(l.Carried))
}

// random calls each with a history of some records, settles and restarts.
func random(t *testing.T, each func(h *history)) {
	t.Helper()
	for seed := range uint64(300) {
		h := &history{Rand: rand.New(rand.NewPCG(seed, 1)), t: t, state: State{Attempt: 1}}
		for range 4 + h.IntN(20) {
			switch h.IntN(6) {
			case 0:
				h.settle()
				h.forget()
			case 1:
				h.settle()
			default:
				h.write()
			}
		}
		if each(h); t.Failed() {
			t.Fatalf("with seed %d", seed)
		}
	}
}

func TestCutsFoldAsIfTheForgottenHadNeverBeen(t *testing.T) {
	t.Parallel()
	cuts := 0
	random(t, func(h *history) {
		cuts += len(h.state.Cuts)
		got, want := h.log(), mustFold(t, h.plain, h.oracle)
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(Log{})); diff != "" {
			t.Errorf("with cuts %+v the log differs (-want +got):\n%s", h.state.Cuts, diff)
		}
	})
	if cuts < 300 {
		t.Errorf("%d cuts in all: the test tests little", cuts)
	}
}

// What the engine asks of an entry before it decides about it.
type decided struct {
	Mark     Mark
	Method   string
	Again    bool
	Approved bool
	Started  bool
	Pending  execution.PendingKind
	Key      string
}

func decisions(l *Log, id execution.ID) []decided {
	var all []decided
	for i := range l.Entries {
		e := &l.Entries[i]
		d := decided{e.Mark, e.Method, e.Again(), e.Approved, e.StartBy != 0, e.Pending, e.IdempotencyKey(id)}
		if d.Mark == MarkRetry && !d.Again {
			d.Mark = MarkUnknown // both are decided by onUnknown
		}
		all = append(all, d)
	}
	return all
}

func TestForkBeginsAsItsSourceDid(t *testing.T) {
	t.Parallel()
	random(t, func(h *history) {
		l := h.log()
		from := h.IntN(len(l.Entries) + 1)
		records, err := h.state.Fork("SOURCE", h.records, from)
		if err != nil {
			t.Errorf("fork: %v", err)
			return
		}
		want := mustFold(t, h.state.Forget(l, from), h.records)
		got := mustFold(t, State{ForkedFrom: new(execution.Origin)}, records)
		if diff := cmp.Diff(decisions(want, "SOURCE"), decisions(got, "FORK")); diff != "" {
			t.Errorf("the entries differ (-source +fork):\n%s", diff)
		}
		ignored := cmpopts.IgnoreFields(Completion{}, "Attempt")
		if diff := cmp.Diff(want.Order, got.Order, ignored, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("what the code saw differs (-source +fork):\n%s", diff)
		}
		for i := range got.Entries {
			if shown := got.Entries[i].Shown(View{Attempt: 1, Running: true}); shown.Attempt != 0 || shown.State == execution.Executing && shown.FinishedAt == nil && !got.Entries[i].unmade() {
				t.Errorf("the entry is shown as if this execution had made the call: %+v", shown)
			}
		}
	})
}

// A fork that broke off has left its records under the id of a submission: those of the
// submission take their places one by one, and the rest is nobody's.
func TestRecordsOfABrokenForkAreNobodys(t *testing.T) {
	t.Parallel()
	applied := Completion{Mark: MarkApplied, Attempt: Before}
	records := []Record{
		{Attempt: 1, Issued: []Intent{{Seq: 0}}},
		{Attempt: Before, Done: []Completion{applied}},
		{Attempt: Before, Done: []Completion{{Ref: Ref{N: 7}, Mark: MarkApplied, Attempt: Before}}},
	}
	s := State{Carry: &Carry{After: 1, Done: []Completion{{Ref: Ref{N: 0}, Mark: MarkFailed, Error: &execution.CallError{Message: "no"}, Attempt: 1}}}}
	if l := mustFold(t, s, records); l.Next != 1 || len(l.Order) != 1 || l.Entries[0].Mark != MarkFailed {
		t.Errorf("next %d, order %v, entries %+v", l.Next, l.Order, l.Entries)
	}
	if copied, err := s.Fork("SOURCE", records, 1); err != nil || len(copied) != 2 || copied[1].Done[0].Mark != MarkFailed {
		t.Errorf("forked: %+v, %v", copied, err)
	}
}
