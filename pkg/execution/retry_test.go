package execution

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRetrySurvivesItsJSON(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Retry{
		`false`:             {Off: true},
		`{}`:                {MaxAttempts: -1, InitialDelayMs: -1, MaxDelayMs: -1},
		`{"maxAttempts":0}`: {MaxAttempts: 0, InitialDelayMs: -1, MaxDelayMs: -1},
		`{"on":[]}`:         {MaxAttempts: -1, On: []Kind{}, InitialDelayMs: -1, MaxDelayMs: -1},
		`{"delayMs":"() =\u003e 1","initialDelayMs":0,"maxAttempts":4,"maxDelayMs":0,"on":["timeout","error"],"shouldRetry":"f"}`: {
			MaxAttempts: 4, On: []Kind{KindTimeout, KindError}, ShouldRetry: "f", DelayMs: "() => 1"},
	} {
		var got Retry
		if err := json.Unmarshal([]byte(text), &got); err != nil {
			t.Errorf("Unmarshal(%s) = %v", text, err)
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
		back, err := json.Marshal(got)
		if err != nil || string(back) != text {
			t.Errorf("Marshal = %s, %v, want %s", back, err, text)
		}
	}
}

func TestRetryOfNoValueIsTheDefault(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`true`, `null`} {
		got := Retry{Off: true}
		if err := got.UnmarshalJSON([]byte(text)); err != nil || got.Off || got.MaxAttempts != -1 {
			t.Errorf("%s gives %+v, %v", text, got, err)
		}
	}
	var bad *RequestError
	if err := new(Retry).UnmarshalJSON([]byte(`{"maxAttempts":-1}`)); !errors.As(err, &bad) || bad.Field != "retry.maxAttempts" {
		t.Errorf("a bad policy gives %v", err)
	}
}

func TestOutcomeAlwaysHasCalls(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(Record{ExecutionID: someID, Status: Completed, Attempt: 2}.Outcome())
	if want := `{"status":"completed","executionId":"` + someID + `","calls":[],"attempt":2}`; err != nil || string(text) != want {
		t.Errorf("got %s, %v, want %s", text, err, want)
	}
	text, err = json.Marshal(Record{ExecutionID: someID, Status: Error, Error: "no", Failure: &Failure{Kind: KindError, Message: "no"}, Logs: []string{"l"}}.Outcome())
	if want := `{"status":"error","executionId":"` + someID + `","error":"no","failure":{"kind":"error","message":"no"},"logs":["l"],"calls":[],"attempt":0}`; err != nil || string(text) != want {
		t.Errorf("got %s, %v, want %s", text, err, want)
	}
}
