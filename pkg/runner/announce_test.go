package runner

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
)

// The text of an outcome is that of the declared type, its calls at the end.
func TestOutcomeText(t *testing.T) {
	t.Parallel()
	at := time.UnixMilli(1_700_000_000_120).UTC()
	entry := execution.Entry{Seq: 0, Connector: "demo", Method: "echo", Args: json.RawMessage(`{"i":"<1>"}`),
		State: execution.Applied, Attempt: 1, StartedAt: &at}
	for _, want := range []execution.Outcome{
		{Status: execution.Completed, ExecutionID: "01", Result: json.RawMessage("null"), Calls: []execution.Entry{}, Attempt: 1},
		{Status: execution.Error, ExecutionID: "01", Error: "no", Failure: &execution.Failure{Kind: execution.KindError, Message: "no"},
			Logs: []string{"a"}, Calls: []execution.Entry{entry, entry}, Attempt: 2, RetryAt: &at},
	} {
		text, err := outcomeText(want)
		if err != nil {
			t.Fatal(err)
		}
		var got execution.Outcome
		if err := json.Unmarshal(text, &got); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s reads as %+v, %v; want %+v", text, got, err, want)
		}
	}
}
