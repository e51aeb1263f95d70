package journal

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/reprise-run/reprise/pkg/execution"
)

func fullState() State {
	at := time.Date(2026, 11, 23, 19, 0, 0, 5e6, time.UTC)
	ms := int64(250)
	return State{
		Status: execution.Retrying, Attempt: 4, Try: 2, Executor: "x", Nonce: "n", Write: 9,
		Carrier: Carrier{Seq: 7, Spent: true}, LostPasses: 1, Progress: 3,
		CreatedAt: at, StartedAt: at, UpdatedAt: at, RetryAt: &at, DelayMs: 250,
		Failures: 2, Failure: &execution.Failure{Kind: execution.KindRetryable, Message: "busy", RetryAfterMs: &ms}, Error: "busy",
		Result: NewValue(json.RawMessage(`1`)), Logs: NewValue(json.RawMessage(`[]`)),
		Carry: &Carry{After: 2, Done: []Completion{
			{Ref: Ref{N: 1}, Mark: MarkApplied, Result: NewValue(json.RawMessage(`"r"`)), At: 5, Attempt: 4},
			{Ref: Ref{Kind: OpTimer, N: 0}, Mark: MarkApplied, At: 6, Attempt: 4},
		}},
		Pending: []int{3}, Connectors: []string{"items"}, Labels: map[string]string{"k": "v"}, Seed: "s", Engine: "e", Digest: "d",
	}
}

func TestStateSurvivesItsJSON(t *testing.T) {
	t.Parallel()
	want := fullState()
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got State
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatalf("Unmarshal(%s) = %v", text, err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// A state of an older version, without an attempt, is that of attempt 0.
func TestStateWithoutAnAttempt(t *testing.T) {
	t.Parallel()
	var got State
	if err := json.Unmarshal([]byte(`{"status":"queued","nonce":"n","write":1,"unheard":true}`), &got); err != nil || got.Attempt != 0 || got.Status != execution.Queued {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestCarryCountsOnlyUntilARecordHoldsIt(t *testing.T) {
	t.Parallel()
	issued := Record{Attempt: 1, Issued: []Intent{{Seq: 0, Method: "a"}, {Seq: 1, Method: "b"}}}
	done := Completion{Ref: Ref{N: 1}, Mark: MarkApplied, Result: NewValue(json.RawMessage(`1`)), Attempt: 1}
	state := State{Carry: &Carry{After: 1, Done: []Completion{done}}}

	carried, err := Fold(state, []Record{issued})
	if err != nil || len(carried.Order) != 1 || len(carried.Carried) != 1 || carried.Next != 1 || carried.Progress != 1 {
		t.Fatalf("Fold = %+v, %v, want the completion, carried", carried, err)
	}
	first := Record{Attempt: 2, Started: []int{0}, Done: carried.Carried}
	if err := carried.Apply(first); err != nil || len(carried.Order) != 1 || len(carried.Carried) != 0 || carried.Next != 2 {
		t.Errorf("Apply = %v, %+v, want the completion once, and no more carried", err, carried)
	}
	again, err := Fold(state, []Record{issued, first})
	if err != nil {
		t.Fatalf("Fold = %v", err)
	}
	if diff := cmp.Diff(carried, again, cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(Log{})); diff != "" {
		t.Errorf("folded while written and read back differ (-written +read):\n%s", diff)
	}
}

func TestOutcomeThatIsTakenBackLeavesTheOrder(t *testing.T) {
	t.Parallel()
	log := folded(t, Record{Attempt: 1, Issued: []Intent{{Seq: 0}, {Seq: 1}}, Done: []Completion{
		{Ref: Ref{N: 0}, Mark: MarkFailed, Attempt: 1}, {Ref: Ref{N: 1}, Mark: MarkApplied, Attempt: 1}, {Ref: Ref{N: 0}, Mark: MarkRetry, Attempt: 1},
	}})
	if len(log.Order) != 1 || log.Order[0].N != 1 || !log.Entries[0].Again() {
		t.Errorf("order %v, entry %+v", log.Order, log.Entries[0])
	}
	if err := log.Hear(Completion{Ref: Ref{N: 0}, Mark: MarkApplied, Attempt: 2}); err != nil || len(log.Order) != 2 || log.Order[1].N != 0 {
		t.Errorf("Hear = %v, order %v, want the new outcome last", err, log.Order)
	}
}

func TestLargeValuesMoveOutOfAState(t *testing.T) {
	t.Parallel()
	moved := map[int]int{}
	move := func(v *Value) (*Value, error) {
		moved[len(v.JSON)]++
		return &Value{Object: "hash", Bytes: len(v.JSON)}, nil
	}
	text := func(n int) *Value { return NewValue(json.RawMessage(`"` + strings.Repeat("x", n-2) + `"`)) }
	state := fullState()
	state.Result, state.Logs, state.Carry.Done[0].Result = text(5000), text(100), text(3000)

	for name, tt := range map[string]struct {
		sizes Sizes
		want  map[int]int
	}{
		"all fits":              {Sizes{Value: 10_000, Record: 100_000}, map[int]int{}},
		"one is too large":      {Sizes{Value: 4000, Record: 100_000}, map[int]int{5000: 1}},
		"all of it is too much": {Sizes{Value: 40_000, Record: 2000}, map[int]int{5000: 1, 3000: 1}},
	} {
		clear(moved)
		encoded, err := state.Encode(tt.sizes, move)
		if diff := cmp.Diff(tt.want, moved); diff != "" || err != nil || len(encoded) > tt.sizes.Record {
			t.Errorf("%s: %d bytes, %v, moved (-want +got):\n%s", name, len(encoded), err, diff)
		}
	}
	if state.Result.Offloaded() || state.Carry.Done[0].Result.Offloaded() {
		t.Error("Encode changed the state itself")
	}
	state.Error = strings.Repeat("e", 3000)
	if _, err := state.Encode(Sizes{Value: 40_000, Record: 2000}, move); !errors.Is(err, ErrTooLarge) {
		t.Errorf("Encode = %v, want %v", err, ErrTooLarge)
	}
}

func TestValuesOfAStateAreAllOfThem(t *testing.T) {
	t.Parallel()
	state := fullState()
	for _, v := range state.Values() {
		v.Object = "moved"
	}
	if !state.Result.Offloaded() || !state.Logs.Offloaded() || !state.Carry.Done[0].Result.Offloaded() {
		t.Errorf("Values lacks one: %+v", state)
	}
}
