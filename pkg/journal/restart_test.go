package journal

import (
	"testing"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
)

// ended is the state of an execution that failed, with three calls.
func ended(kind execution.Kind, failed *int) State {
	return State{
		Status: execution.Error, Attempt: 3, Try: 3, LostPasses: 2, Failures: 3, Error: "x", Failed: failed,
		Failure: &execution.Failure{Kind: kind}, Logs: NewValue([]byte(`[]`)),
	}
}

func TestRestartTakesBackWhatEndedTheExecution(t *testing.T) {
	t.Parallel()
	one, at := 1, time.UnixMilli(5)
	for name, tt := range map[string]struct {
		state State
		marks [3]Mark // before
		want  [3]Mark
	}{
		"a failed call":          {ended(execution.KindError, &one), [3]Mark{MarkFailed, MarkFailed, MarkApplied}, [3]Mark{MarkFailed, MarkRetry, MarkApplied}},
		"a call that timed out":  {ended(execution.KindTimeout, &one), [3]Mark{MarkApplied, MarkFailed, MarkApplied}, [3]Mark{MarkApplied, MarkUnknown, MarkApplied}},
		"a refused result":       {ended(execution.KindError, nil), [3]Mark{MarkApplied, MarkApplied, MarkRefused}, [3]Mark{MarkApplied, MarkApplied, MarkRetry}},
		"the code's own mistake": {ended(execution.KindError, nil), [3]Mark{MarkApplied, MarkFailed, MarkUnknown}, [3]Mark{MarkApplied, MarkFailed, MarkUnknown}},
	} {
		r := Record{Attempt: 3, Issued: []Intent{{Seq: 0}, {Seq: 1}, {Seq: 2}}}
		for i, m := range tt.marks {
			r.Done = append(r.Done, Completion{Ref: Ref{N: i}, Mark: m, Attempt: 3})
		}
		next := tt.state.Restart(mustFold(t, tt.state, []Record{r}), "ann", at)
		if next.Status != execution.Queued || next.Try != 1 || next.LostPasses != 0 || next.Error != "" || next.Failure != nil || next.Failed != nil {
			t.Errorf("%s: the state is not that of a new budget: %+v", name, next)
		}
		if next.Failures != 3 || next.Logs == nil || next.Attempt != 3 {
			t.Errorf("%s: the state forgot what was: %+v", name, next)
		}
		log := mustFold(t, next, []Record{r})
		for i, want := range tt.want {
			e := &log.Entries[i]
			if e.Mark != want || (want == MarkRetry) != e.Again() {
				t.Errorf("%s: entry %d is marked %q, again %v, want %q", name, i, e.Mark, e.Again(), want)
			}
			if want == MarkRetry && (e.Decision == nil || e.Decision.As != "ann" || e.Decision.Verdict != execution.RunAgain) {
				t.Errorf("%s: entry %d has the decision %+v", name, i, e.Decision)
			}
		}
	}
}

// A state may still have a carry that a record holds already: it counts no more.
func TestForgettingIgnoresACarryThatWasWritten(t *testing.T) {
	t.Parallel()
	done := Completion{Ref: Ref{N: 0}, Mark: MarkApplied, Attempt: 1}
	s := State{Carry: &Carry{After: 1, Done: []Completion{done}}}
	records := []Record{{Issued: []Intent{{Seq: 0}, {Seq: 1}}}, {Done: []Completion{done}}}
	s = s.RestartFrom(mustFold(t, s, records), 1, "ann", time.UnixMilli(5))
	if l := mustFold(t, s, records); len(l.Entries) != 1 || len(l.Order) != 1 || l.Progress != 1 || len(l.Carried) != 0 {
		t.Errorf("%d entries, order %v, progress %d, carried %v", len(l.Entries), l.Order, l.Progress, l.Carried)
	}
	if n := len(s.Cuts); n != 1 || s.Status != execution.Queued {
		t.Errorf("%d cuts, status %s", n, s.Status)
	}
}

// The code never saw that a result was refused: it does not see it in what is left, either.
func TestRefusedResultIsNoOutcomeOfWhatIsKept(t *testing.T) {
	t.Parallel()
	s := State{Status: execution.Error, Attempt: 1}
	records := []Record{
		{Attempt: 1, Issued: []Intent{{Seq: 0}, {Seq: 1}, {Seq: 2}}},
		{Attempt: 1, Done: []Completion{{Ref: Ref{N: 0}, Mark: MarkRefused, Error: &execution.CallError{Message: "too large"}, Attempt: 1}}},
	}
	for from := 1; from <= 3; from++ {
		restarted := mustFold(t, s.RestartFrom(mustFold(t, s, records), from, "ann", time.UnixMilli(5)), records)
		copied, err := s.Fork("SOURCE", records, from)
		if err != nil {
			t.Fatal(err)
		}
		for name, l := range map[string]*Log{"restarted": restarted, "forked": mustFold(t, State{ForkedFrom: new(execution.Origin)}, copied)} {
			if len(l.Entries) != from || !l.Entries[0].Again() || len(l.Order) != 0 {
				t.Errorf("%s from %d: entries %+v, order %v", name, from, l.Entries, l.Order)
			}
		}
	}
}
