package journal_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// issue is a record of attempt that issues n calls from seq on.
func issue(attempt, seq, n int, done ...journal.Completion) journal.Record {
	r := journal.Record{Attempt: attempt, At: int64(attempt * 1000), Done: done}
	for i := range n {
		r.Issued = append(r.Issued, journal.Intent{Seq: seq + i, Connector: "demo", Method: "echo"})
	}
	return r
}

func again(attempt int, seqs ...int) journal.Record {
	return journal.Record{Attempt: attempt, At: int64(attempt * 1000), Started: seqs}
}

func seen(done ...journal.Completion) journal.Record {
	return journal.Record{Attempt: 1, At: 1, Done: done}
}

func completed(seq int, m journal.Mark, attempt int) journal.Completion {
	return journal.Completion{Ref: journal.Ref{N: seq}, Mark: m, At: int64(attempt*1000 + seq), Attempt: attempt}
}

func applied(seq int) journal.Completion { return completed(seq, journal.MarkApplied, 1) }

func timer(n int) journal.Completion {
	return journal.Completion{Ref: journal.Ref{Kind: journal.OpTimer, N: n}, Mark: journal.MarkApplied, At: 1, Attempt: 1}
}

func fold(t *testing.T, s journal.State, records ...journal.Record) *journal.Log {
	t.Helper()
	l, err := journal.Fold(s, records)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// order writes the completions that a replay delivers as "0 2 timer0".
func order(l *journal.Log) string {
	var all []string
	for _, c := range l.Order {
		all = append(all, fmt.Sprintf("%s%d", c.Kind, c.N))
	}
	return strings.Join(all, " ")
}

func TestFoldRefusesWhatNobodyWrote(t *testing.T) {
	t.Parallel()
	for name, records := range map[string][]journal.Record{
		"a gap in the seqs":            {issue(1, 0, 1), issue(1, 2, 1)},
		"a seq issued twice":           {issue(1, 0, 2), issue(1, 1, 1)},
		"a completion of nothing":      {issue(1, 0, 1, applied(3))},
		"a completion before the call": {seen(applied(0)), issue(1, 0, 1)},
		"a start of nothing":           {issue(1, 0, 1), again(2, 1)},
		"a negative seq":               {seen(applied(-1))},
	} {
		if _, err := journal.Fold(journal.State{}, records); !errors.Is(err, journal.ErrCorrupt) {
			t.Errorf("%s: Fold = %v, want ErrCorrupt", name, err)
		}
	}
	carry := journal.State{Carry: &journal.Carry{Done: []journal.Completion{applied(0)}}}
	if _, err := journal.Fold(carry, nil); !errors.Is(err, journal.ErrCorrupt) {
		t.Errorf("a carried completion of nothing: Fold = %v, want ErrCorrupt", err)
	}
}

func TestFoldKeepsTheOrderOfArrival(t *testing.T) {
	t.Parallel()
	l := fold(t, journal.State{}, issue(1, 0, 3), seen(applied(2), timer(0)), issue(1, 3, 1, applied(0)), seen(timer(1), applied(1)))
	if got, want := order(l), "2 timer0 0 timer1 1"; got != want {
		t.Errorf("order %q, want %q", got, want)
	}
	if l.Next != 4 || l.Progress != 5 || len(l.Entries) != 4 {
		t.Errorf("next %d, progress %d, %d entries; want 4, 5, 4", l.Next, l.Progress, len(l.Entries))
	}
}

func TestFoldTakesAnOutcomeBack(t *testing.T) {
	t.Parallel()
	for _, m := range []journal.Mark{journal.MarkRetry, journal.MarkUnknown} {
		l := fold(t, journal.State{}, issue(1, 0, 2), seen(completed(0, journal.MarkFailed, 1), applied(1), completed(0, m, 1)))
		e := l.Entries[0]
		if order(l) != "1" || e.Mark != m || e.Again() != (m == journal.MarkRetry) {
			t.Errorf("%s: order %q, mark %s, again %v; want seq 1 alone", m, order(l), e.Mark, e.Again())
		}
		// Executed again, its new outcome is seen after what was seen before.
		for _, r := range []journal.Record{again(2, 0), seen(completed(0, journal.MarkApplied, 2))} {
			if err := l.Apply(r); err != nil {
				t.Fatal(err)
			}
		}
		if e := l.Entries[0]; order(l) != "1 0" || e.Mark != journal.MarkApplied || e.StartBy != 2 || e.DoneBy != 2 || e.Again() {
			t.Errorf("%s: order %q, entry %+v", m, order(l), e)
		}
	}
}

func TestRetriedCallThatDiedIsNotRunWithoutAsking(t *testing.T) {
	t.Parallel()
	l := fold(t, journal.State{}, issue(1, 0, 1), seen(completed(0, journal.MarkRetry, 1)))
	if !l.Entries[0].Again() {
		t.Error("after the retry mark: Again = false")
	}
	l = fold(t, journal.State{}, issue(1, 0, 1), seen(completed(0, journal.MarkRetry, 1)), again(2, 0))
	if e := l.Entries[0]; e.Again() || e.State(0, false) != execution.Unknown {
		t.Errorf("started again and never heard of: Again = %v, state %s; want false, unknown", e.Again(), e.State(0, false))
	}
}

func TestStateOfAnEntry(t *testing.T) {
	t.Parallel()
	gate := issue(1, 0, 1)
	gate.Issued[0].Pending = execution.PendingApproval
	tests := []struct {
		name    string
		records []journal.Record
		running int
		failed  bool
		want    execution.EntryState
	}{
		{"executed by the pass that runs", []journal.Record{issue(2, 0, 1)}, 2, false, execution.Executing},
		{"executed by an earlier pass", []journal.Record{issue(1, 0, 1)}, 2, false, execution.Unknown},
		{"executed, and no pass runs", []journal.Record{issue(1, 0, 1)}, 0, false, execution.Unknown},
		{"has a result", []journal.Record{issue(1, 0, 1), seen(applied(0))}, 0, false, execution.Applied},
		{"has an error", []journal.Record{issue(1, 0, 1), seen(completed(0, journal.MarkFailed, 1))}, 0, false, execution.Failed},
		{"refused", []journal.Record{issue(1, 0, 1), seen(completed(0, journal.MarkRefused, 1))}, 0, false, execution.Refused},
		{"waits for a person", []journal.Record{gate}, 0, false, execution.Pending},
		{"approved and executed", []journal.Record{gate, again(2, 0)}, 2, false, execution.Executing},
		{"approved, and not yet executed", []journal.Record{gate, seen(completed(0, journal.MarkApproved, 1))}, 0, false, execution.Executing},
		{"approved, and never executed", []journal.Record{gate, seen(completed(0, journal.MarkApproved, 1))}, 0, true, execution.Pending},
		{"to be retried", []journal.Record{issue(1, 0, 1), seen(completed(0, journal.MarkRetry, 1))}, 0, false, execution.Executing},
		{"retries used up", []journal.Record{issue(1, 0, 1), seen(completed(0, journal.MarkRetry, 1))}, 0, true, execution.Failed},
		{"never heard of", []journal.Record{issue(1, 0, 1), seen(completed(0, journal.MarkUnknown, 1))}, 0, false, execution.Unknown},
	}
	for _, tt := range tests {
		l := fold(t, journal.State{}, tt.records...)
		if got := l.Entries[0].State(tt.running, tt.failed); got != tt.want {
			t.Errorf("%s: state %s, want %s", tt.name, got, tt.want)
		}
	}
}

func carrying(after int, done ...journal.Completion) journal.State {
	return journal.State{Carry: &journal.Carry{After: after, Done: done}}
}

func TestCarriedCompletionsCountOnce(t *testing.T) {
	t.Parallel()
	before := issue(1, 0, 3)
	carried := []journal.Completion{applied(1), timer(0), completed(2, journal.MarkRetry, 1)}
	s := carrying(1, carried...)
	first := issue(2, 3, 1, append(slices.Clone(carried), applied(0))...)
	first.Started = []int{2}

	// Read before the record exists: the state's word counts.
	l := fold(t, s, before)
	if got := order(l); got != "1 timer0" || len(l.Carried) != 3 || l.Progress != 2 || !l.Entries[2].Again() {
		t.Errorf("order %q, %d carried, progress %d", got, len(l.Carried), l.Progress)
	}
	// Applied to that log, and folded from scratch with and without the state.
	if err := l.Apply(first); err != nil {
		t.Fatal(err)
	}
	for name, other := range map[string]*journal.Log{
		"with the state that carried":   fold(t, s, before, first),
		"without it":                    fold(t, journal.State{}, before, first),
		"with a state that came later":  fold(t, carrying(9, timer(7)), before, first),
		"applied after the carry alone": l,
	} {
		if got, want := order(other), "1 timer0 0"; got != want {
			t.Errorf("%s: order %q, want %q", name, got, want)
		}
		if other.Next != 2 || other.Progress != 3 || len(other.Carried) != 0 || other.Entries[0].Mark != journal.MarkApplied {
			t.Errorf("%s: next %d, progress %d, %d carried", name, other.Next, other.Progress, len(other.Carried))
		}
	}
}

// A record that starts with what the state carried, and is too large, still counts it
// once: all of it is in the first part.
func TestSplitKeepsTheCarriedTogether(t *testing.T) {
	t.Parallel()
	before := issue(1, 0, 40)
	var carried, rest []journal.Completion
	for n := range 20 {
		carried = append(carried, applied(n), timer(n))
	}
	for n := range 20 {
		c := applied(20 + n)
		c.Result = journal.NewValue([]byte(`"` + strings.Repeat("x", 500) + `"`))
		rest = append(rest, c)
	}
	s := carrying(1, carried...)
	big := issue(2, 40, 30, append(slices.Clone(carried), rest...)...)
	big.Done = append(big.Done, completed(45, journal.MarkRefused, 2))
	big.Started = []int{39}
	parts, err := big.Split(6000)
	if err != nil || len(parts) < 4 {
		t.Fatalf("Split gives %d parts, %v", len(parts), err)
	}
	step := fold(t, s, before)
	for i, p := range parts {
		if err := step.Apply(p); err != nil {
			t.Fatalf("part %d: %v", i, err)
		}
		// Whatever part was the last one written: a fresh reader sees the same.
		fresh := fold(t, s, append([]journal.Record{before}, parts[:i+1]...)...)
		if order(fresh) != order(step) {
			t.Errorf("after part %d: a fresh reader sees %q, want %q", i, order(fresh), order(step))
		}
	}
	whole := fold(t, s, before, big)
	if order(step) != order(whole) || len(step.Entries) != len(whole.Entries) || step.Entries[39].StartBy != 2 || step.Entries[45].Mark != journal.MarkRefused {
		t.Errorf("split and folded: %q, want %q", order(step), order(whole))
	}
}
