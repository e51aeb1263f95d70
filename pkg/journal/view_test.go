package journal

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/reprise-run/reprise/pkg/execution"
)

// folded folds records into a log.
func folded(t *testing.T, records ...Record) *Log {
	t.Helper()
	log, err := Fold(State{}, records)
	if err != nil {
		t.Fatalf("Fold = %v", err)
	}
	return log
}

func TestViewOfAnEntry(t *testing.T) {
	t.Parallel()
	issued := Record{Attempt: 1, At: 1000, Issued: []Intent{{Seq: 0, Connector: "items", Method: "echo"}}}
	gated := Record{Attempt: 1, At: 1000, Issued: []Intent{{Seq: 0, Connector: "items", Method: "create", RequiresApproval: true, Pending: execution.PendingApproval}}}
	ends := func(attempt int, mark Mark) Record {
		c := Completion{Mark: mark, At: 2000, Attempt: attempt}
		if mark != MarkApplied {
			c.Error = &execution.CallError{Message: "no"}
		}
		return Record{Attempt: attempt, At: 2000, Done: []Completion{c}}
	}
	again := Record{Attempt: 2, At: 3000, Started: []int{0}}
	running, settled, failed := View{Attempt: 1, Running: true}, View{Attempt: 1}, View{Attempt: 1, Failed: true}
	second := View{Attempt: 2, Running: true}
	for name, tt := range map[string]struct {
		records  []Record
		view     View
		want     execution.EntryState
		attempt  int
		replayed bool
	}{
		"in flight":                         {[]Record{issued}, running, execution.Executing, 1, false},
		"in flight when its pass ended":     {[]Record{issued}, settled, execution.Unknown, 1, false},
		"in flight when an earlier ended":   {[]Record{issued}, second, execution.Unknown, 1, false},
		"executed again":                    {[]Record{issued, again}, second, execution.Executing, 2, false},
		"applied":                           {[]Record{issued, ends(1, MarkApplied)}, running, execution.Applied, 1, false},
		"applied, and replayed":             {[]Record{issued, ends(1, MarkApplied)}, second, execution.Applied, 1, true},
		"failed":                            {[]Record{issued, ends(1, MarkFailed)}, running, execution.Failed, 1, false},
		"failed, and replayed":              {[]Record{issued, ends(1, MarkFailed)}, second, execution.Failed, 1, true},
		"refused":                           {[]Record{issued, ends(1, MarkRefused)}, failed, execution.Refused, 1, false},
		"asked for a retry":                 {[]Record{issued, ends(1, MarkRetry)}, settled, execution.Executing, 1, false},
		"asked for the last one":            {[]Record{issued, ends(1, MarkRetry)}, failed, execution.Failed, 1, false},
		"asked, and executed again":         {[]Record{issued, ends(1, MarkRetry), again}, second, execution.Executing, 2, false},
		"asked, and lost":                   {[]Record{issued, ends(1, MarkRetry), again}, View{Attempt: 2}, execution.Unknown, 2, false},
		"asked, and applied":                {[]Record{issued, ends(1, MarkRetry), again, ends(2, MarkApplied)}, second, execution.Applied, 2, false},
		"taken back":                        {[]Record{issued, ends(1, MarkFailed), ends(1, MarkUnknown)}, settled, execution.Unknown, 1, false},
		"gated":                             {[]Record{gated}, running, execution.Pending, 0, false},
		"gated, in a later pass":            {[]Record{gated}, second, execution.Pending, 0, false},
		"gated, approved in time":           {[]Record{gated, ends(1, MarkApproved)}, second, execution.Executing, 0, false},
		"gated, approved for nothing":       {[]Record{gated, ends(1, MarkApproved)}, failed, execution.Pending, 0, false},
		"gated, approved and withdrawn":     {[]Record{gated, ends(1, MarkApproved)}, View{Attempt: 2, Withdrawn: true}, execution.Reverted, 0, false},
		"gated, approved and under way":     {[]Record{gated, again}, second, execution.Executing, 2, false},
		"gated, approved and applied after": {[]Record{gated, again, ends(2, MarkApplied)}, View{Attempt: 2}, execution.Applied, 2, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := folded(t, tt.records...).Shown(tt.view)
			if len(all) != 1 {
				t.Fatalf("%d entries, want 1", len(all))
			}
			if got := all[0]; got.State != tt.want || got.Attempt != tt.attempt || got.Replayed != tt.replayed {
				t.Errorf("got %s, attempt %d, replayed %v, want %s, %d, %v", got.State, got.Attempt, got.Replayed, tt.want, tt.attempt, tt.replayed)
			}
		})
	}
}

func TestShownEntryIsComplete(t *testing.T) {
	t.Parallel()
	log := folded(t,
		Record{Attempt: 1, At: 1000, Issued: []Intent{
			{Seq: 0, Connector: "items", Method: "echo", Args: NewValue(json.RawMessage(`{"n":{"__codemode_bigint_v1__":"7"}}`)), RequiresApproval: true},
			{Seq: 1, Connector: execution.StepConnector, Method: "s"},
			{Seq: 2, Connector: "items", Method: "now", Ephemeral: true},
		}},
		Record{Attempt: 1, At: 2000, Done: []Completion{
			{Ref: Ref{N: 0}, Mark: MarkApplied, Result: NewValue(json.RawMessage(`{"__codemode_value_v1__":"undefined"}`)), At: 1500, Attempt: 1},
			{Ref: Ref{N: 1}, Mark: MarkFailed, Error: &execution.CallError{Name: "TypeError", Message: "no"}, At: 1600, Attempt: 1},
			{Ref: Ref{N: 2}, Mark: MarkApplied, At: 1700, Attempt: 1},
			{Ref: Ref{Kind: OpTimer, N: 0}, Mark: MarkApplied, At: 1800, Attempt: 1},
		}})
	at := func(ms int64) *time.Time { v := time.UnixMilli(ms).UTC(); return &v }
	want := []execution.Entry{
		{Seq: 0, Connector: "items", Method: "echo", Args: json.RawMessage(`{"n":"7"}`), Result: json.RawMessage(`null`), State: execution.Applied,
			RequiresApproval: true, Attempt: 1, StartedAt: at(1000), FinishedAt: at(1500), Replayed: true},
		{Seq: 1, Connector: "__step", Method: "s", Error: &execution.CallError{Name: "TypeError", Message: "no"}, State: execution.Failed,
			Attempt: 1, StartedAt: at(1000), FinishedAt: at(1600), Replayed: true},
		{Seq: 2, Connector: "items", Method: "now", State: execution.Applied, Ephemeral: true, Attempt: 1, StartedAt: at(1000), FinishedAt: at(1700)},
	}
	if diff := cmp.Diff(want, log.Shown(View{Attempt: 2})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestShownValues(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		value *Value
		want  string
	}{
		"no value":    {nil, ""},
		"null":        {NewValue(json.RawMessage(`null`)), `null`},
		"plain":       {NewValue(json.RawMessage(`{"b":1,"a":2}`)), `{"b":1,"a":2}`},
		"a date":      {NewValue(json.RawMessage(`{"__codemode_value_v1__":"Date","data":"1970-01-01T00:00:00.000Z"}`)), `"1970-01-01T00:00:00.000Z"`},
		"bytes":       {NewValue(json.RawMessage(`{"__codemode_binary_v1__":"Uint8Array","data":"AQ=="}`)), `{"__codemode_binary_v1__":"Uint8Array","data":"AQ=="}`},
		"a large one": {&Value{Object: "abc", Bytes: 300_000}, `{"$object":"abc","bytes":300000}`},
	} {
		if got := string(tt.value.Shown()); got != tt.want {
			t.Errorf("%s: got %s, want %s", name, got, tt.want)
		}
	}
	if NewValue(nil) != nil || (*Value)(nil).Size() != 0 || (&Value{Object: "a", Bytes: 9}).Size() != 9 || NewValue(json.RawMessage(`12`)).Size() != 2 {
		t.Error("the size of a value is that of its text, wherever it is")
	}
}

func TestViewOfAState(t *testing.T) {
	t.Parallel()
	for status, want := range map[execution.Status]View{
		execution.Running:   {Attempt: 3, Running: true},
		execution.Error:     {Attempt: 3, Failed: true},
		execution.Completed: {Attempt: 3, Withdrawn: true},
		execution.Rejected:  {Attempt: 3},
		execution.Retrying:  {Attempt: 3},
		execution.Paused:    {Attempt: 3},
	} {
		if got := (State{Status: status, Attempt: 3}).View(); got != want {
			t.Errorf("%s: %+v, want %+v", status, got, want)
		}
	}
}

func TestRefsReadWell(t *testing.T) {
	t.Parallel()
	if got := (Ref{N: 3}).String() + ", " + (Ref{Kind: OpTimer, N: 4}).String(); got != "seq 3, timer 4" {
		t.Errorf("got %s", got)
	}
	if _, err := Fold(State{}, []Record{{Done: []Completion{{Ref: Ref{N: 3}, Mark: MarkApplied}}}}); err == nil || !strings.Contains(err.Error(), "record 0: corrupt journal: seq 3") {
		t.Errorf("Fold = %v", err)
	}
}
