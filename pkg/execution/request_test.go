package execution

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/reprise-run/reprise/pkg/value"
)

const someID = "01JD0000000000000000000000"

func TestParseAccepts(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC)
	policy := func(change func(*Retry)) *Retry {
		r := &Retry{MaxAttempts: -1, InitialDelayMs: -1, MaxDelayMs: -1}
		change(r)
		return r
	}
	for name, tt := range map[string]struct {
		body string
		want Request
	}{
		"source":                      {`async () => 1`, Request{Code: `async () => 1`}},
		"source, as it is":            {"  42 \n", Request{Code: "  42 \n"}},
		"source with a brace":         {`{ a: 1 }`, Request{Code: `{ a: 1 }`}},
		"source with an unclosed one": {`{ "code"`, Request{Code: `{ "code"`}},
		"a JSON array is source":      {`[1]`, Request{Code: `[1]`}},
		"a JSON string is source":     {`"use strict"`, Request{Code: `"use strict"`}},
		"code":                        {`{"code":"1"}`, Request{Code: "1"}},
		"no code in it":               {`{"code":""}`, Request{}},
		"white space around":          {" \n{\"code\":\"1\"}\n", Request{Code: "1"}},
		"an id in lower case":         {`{"id":"` + strings.ToLower(someID) + `","code":"1"}`, Request{ID: someID, Code: "1"}},
		"input":                       {`{"code":"1","input":{"b":1,"a":[2]}}`, Request{Code: "1", Input: json.RawMessage(`{"b":1,"a":[2]}`)}},
		"null as input":               {`{"code":"1","input":null}`, Request{Code: "1", Input: json.RawMessage(`null`)}},
		"nulls elsewhere":             {`{"code":"1","id":null,"retry":null,"timeoutMs":null,"startAt":null,"limits":null,"connectors":null,"labels":null}`, Request{Code: "1"}},
		"no retry":                    {`{"code":"1","retry":false}`, Request{Code: "1", Retry: &Retry{Off: true}}},
		"the default retry":           {`{"code":"1","retry":true}`, Request{Code: "1"}},
		"an empty policy":             {`{"code":"1","retry":{}}`, Request{Code: "1", Retry: policy(func(*Retry) {})}},
		"no tries":                    {`{"code":"1","retry":{"maxAttempts":0}}`, Request{Code: "1", Retry: policy(func(r *Retry) { r.MaxAttempts = 0 })}},
		"a whole policy": {`{"code":"1","retry":{"maxAttempts":5,"on":["retryable","timeout","error"],"initialDelayMs":0,"maxDelayMs":9,"shouldRetry":"() => true","delayMs":"() => 1"}}`,
			Request{Code: "1", Retry: &Retry{MaxAttempts: 5, On: []Kind{KindRetryable, KindTimeout, KindError}, MaxDelayMs: 9, ShouldRetry: "() => true", DelayMs: "() => 1"}}},
		"retried on nothing": {`{"code":"1","retry":{"on":[]}}`, Request{Code: "1", Retry: policy(func(r *Retry) { r.On = []Kind{} })}},
		"the rest": {`{"code":"1","timeoutMs":5,"startAt":"2026-12-01T08:00:00Z","limits":{"calls":1,"stack":0,"resultBytes":3},"connectors":["a","b"],"labels":{"k":"v"}}`,
			Request{Code: "1", TimeoutMs: 5, StartAt: &start, Limits: &Limits{Calls: 1, ResultBytes: 3}, Connectors: []string{"a", "b"}, Labels: map[string]string{"k": "v"}}},
		"no connectors": {`{"code":"1","connectors":[]}`, Request{Code: "1", Connectors: []string{}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := Parse([]byte(tt.body))
			if err != nil {
				t.Fatalf("Parse = %v", err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestParseNamesTheBadField(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		body, field string
		says        string
	}{
		"nothing":                  {"", "", "the body is empty"},
		"white space":              {" \n", "", "the body is empty"},
		"no text":                  {"\xff\xfe", "", "not UTF-8"},
		"an unclosed object":       {"{\"code\": 1,\n \"x\": }", "", "not JSON, though it begins as an object: invalid character '}' looking for beginning of value at line 2:7"},
		"no code":                  {`{}`, "code", "missing"},
		"code of another type":     {`{"code":1}`, "code", "must be a string, got 1"},
		"null as code":             {`{"code":null}`, "code", "must be a string, got null"},
		"a NUL":                    {"1\x00", "code", "NUL"},
		"a NUL in code":            {`{"code":"1\u0000"}`, "code", "NUL"},
		"an unknown field":         {`{"code":"1","retries":3}`, "retries", "unknown field; the fields are id, code, input"},
		"a field in another case":  {`{"Code":"1"}`, "Code", "unknown field"},
		"a bad id":                 {`{"code":"1","id":"exec_1"}`, "id", `"exec_1" is not a ULID`},
		"a number as id":           {`{"code":"1","id":7}`, "id", "must be a string"},
		"an empty id":              {`{"code":"1","id":""}`, "id", "not a ULID"},
		"timeout":                  {`{"code":"1","timeoutMs":0}`, "timeoutMs", "whole number of at least 1 and at most 4503599627370496, got 0"},
		"a broken timeout":         {`{"code":"1","timeoutMs":1.5}`, "timeoutMs", "whole number"},
		"a huge timeout":           {`{"code":"1","timeoutMs":9007199254740993}`, "timeoutMs", "whole number"},
		"startAt":                  {`{"code":"1","startAt":"tomorrow"}`, "startAt", `"tomorrow" is not a time in RFC 3339`},
		"startAt of another type":  {`{"code":"1","startAt":1}`, "startAt", "a time in RFC 3339"},
		"limits":                   {`{"code":"1","limits":[]}`, "limits", "must be an object"},
		"an unknown limit":         {`{"code":"1","limits":{"cpu":1}}`, "limits.cpu", "unknown limit; the limits are calls, consoleBytes, cpuMs"},
		"a negative limit":         {`{"code":"1","limits":{"calls":-1}}`, "limits.calls", "at least 0 and at most 4503599627370496, got -1"},
		"connectors":               {`{"code":"1","connectors":"a"}`, "connectors", "an array of connector names"},
		"labels":                   {`{"code":"1","labels":{"a":1}}`, "labels", "an object of strings"},
		"retry":                    {`{"code":"1","retry":3}`, "retry", "must be false or an object, got 3"},
		"an unknown retry field":   {`{"code":"1","retry":{"max":3}}`, "retry.max", "unknown field; the fields are maxAttempts"},
		"negative tries":           {`{"code":"1","retry":{"maxAttempts":-3}}`, "retry.maxAttempts", "at least 0 and at most 4503599627370496, got -3"},
		"broken tries":             {`{"code":"1","retry":{"maxAttempts":2.9}}`, "retry.maxAttempts", "whole number"},
		"tries without end":        {`{"code":"1","retry":{"maxAttempts":"Infinity"}}`, "retry.maxAttempts", "whole number"},
		"too many tries":           {`{"code":"1","retry":{"maxAttempts":1000001}}`, "retry.maxAttempts", "more than 1000000"},
		"null tries":               {`{"code":"1","retry":{"maxAttempts":null}}`, "retry.maxAttempts", "whole number"},
		"on of another type":       {`{"code":"1","retry":{"on":"error"}}`, "retry.on", "an array of"},
		"an unknown kind":          {`{"code":"1","retry":{"on":["errors"]}}`, "retry.on", `"errors" is no failure kind`},
		"a negative delay":         {`{"code":"1","retry":{"initialDelayMs":-1}}`, "retry.initialDelayMs", "at least 0"},
		"a negative longest delay": {`{"code":"1","retry":{"maxDelayMs":-1}}`, "retry.maxDelayMs", "at least 0"},
		"a policy of another type": {`{"code":"1","retry":{"shouldRetry":true}}`, "retry.shouldRetry", "source of a JavaScript function"},
		"an empty policy":          {`{"code":"1","retry":{"delayMs":" "}}`, "retry.delayMs", "empty string"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse([]byte(tt.body))
			var bad *RequestError
			if !errors.As(err, &bad) || !errors.Is(err, ErrBadRequest) {
				t.Fatalf("Parse = %v, want a RequestError", err)
			}
			if bad.Field != tt.field || !strings.Contains(bad.Problem, tt.says) {
				t.Errorf("got %q: %q, want %q: … %q …", bad.Field, bad.Problem, tt.field, tt.says)
			}
			if tt.field != "" && !strings.HasPrefix(err.Error(), tt.field+": ") {
				t.Errorf("text %q does not begin with the field", err)
			}
		})
	}
}

// What every state write carries must stay small.
func TestParseBoundsWhatTheStateCarries(t *testing.T) {
	t.Parallel()
	many := map[string]string{}
	for i := range 65 {
		many[fmt.Sprint(i)] = "x"
	}
	names := make([]string, 257)
	for i := range names {
		names[i] = "a"
	}
	for field, r := range map[string]Request{
		"labels":     {Code: "1", Labels: many},
		"labels.k":   {Code: "1", Labels: map[string]string{"k": strings.Repeat("x", 1025)}},
		"connectors": {Code: "1", Connectors: names},
		"startAt":    {Code: "1", StartAt: new(time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC))},
	} {
		body, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var bad *RequestError
		if _, err := Parse(body); !errors.As(err, &bad) || bad.Field != field {
			t.Errorf("%s: Parse = %v", field, err)
		}
	}
}

// Each limit is checked by itself: a bad value names it.
func TestParseChecksEveryLimit(t *testing.T) {
	t.Parallel()
	good := Limits{CPUMs: 1, MemoryMB: 2, Stack: 3, SourceBytes: 4, Calls: 5, ConsoleBytes: 6, ResultBytes: 7, PendingCalls: 8}
	text, err := json.Marshal(good)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Parse([]byte(`{"code":"1","limits":` + string(text) + `}`))
	if err != nil || *got.Limits != good {
		t.Errorf("Parse = %+v, %v, want %+v", got.Limits, err, good)
	}
	names := []string{"cpuMs", "memoryMB", "stack", "sourceBytes", "calls", "consoleBytes", "resultBytes", "pendingCalls"}
	for _, name := range names {
		for _, bad := range []string{`-1`, `1.5`, `9007199254740993`, `1e400`, `"7"`, `null`, `true`, `[1]`, `{}`} {
			var wrong *RequestError
			got, err := Parse([]byte(`{"code":"1","limits":{"` + name + `":` + bad + `}}`))
			if !errors.As(err, &wrong) || wrong.Field != "limits."+name || !strings.Contains(wrong.Problem, "whole number") || got.Limits != nil {
				t.Errorf("%s: %s: Parse = %+v, %v", name, bad, got.Limits, err)
			}
		}
		if got, err := Parse([]byte(`{"code":"1","limits":{"` + name + `":0}}`)); err != nil || *got.Limits != (Limits{}) {
			t.Errorf("%s: 0 stands for the executor's: got %+v, %v", name, got.Limits, err)
		}
	}
}

// What is too deep is refused before anything recurses over it, or writes it into
// something deeper.
func TestParseRefusesWhatIsTooDeep(t *testing.T) {
	t.Parallel()
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for name, tt := range map[string]struct{ body, field string }{
		"the input":                  {`{"id":"` + someID + `","code":"1","input":` + deep(value.MaxDepth+1) + `}`, "input"},
		"more than the parser takes": {` { "code":"1","input":` + deep(100_000) + `}`, ""},
		"never closed":               {`{"code":"1","input":` + strings.Repeat(`{"a":`, 100_000), ""},
	} {
		var bad *RequestError
		got, err := Parse([]byte(tt.body))
		if !errors.As(err, &bad) || bad.Field != tt.field || !strings.Contains(bad.Problem, "nested more than 1000 levels deep") || got.Input != nil {
			t.Errorf("%s: Parse = %.200v, %.200v", name, got, err)
		}
		if tt.field != "" && got.ID != someID {
			t.Errorf("%s: id %q", name, got.ID)
		}
	}
	if got, err := Parse([]byte(`{"code":"1","input":` + deep(value.MaxDepth) + `}`)); err != nil || got.Input == nil {
		t.Errorf("an input of %d levels: %v", value.MaxDepth, err)
	}
	if got, err := Parse([]byte(`{ f` + strings.Repeat("(", 2000))); err != nil || got.Code == "" {
		t.Errorf("source is source, however it is nested: %v", err)
	}
}

// A bad submission with a good id ends under that id.
func TestParseKeepsTheIDOfABadRequest(t *testing.T) {
	t.Parallel()
	got, err := Parse([]byte(`{"id":"` + strings.ToLower(someID) + `","aaa":1,"code":"1","timeoutMs":-1}`))
	var bad *RequestError
	if !errors.As(err, &bad) || bad.Field != "aaa" || got.ID != someID {
		t.Errorf("got id %q, %v, want %s and the first bad field", got.ID, err, someID)
	}
}

// What was submitted is what is stored: a request survives its JSON.
func TestRequestSurvivesItsJSON(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"source":             `1`,
		"null as input":      `{"code":"1","input":null}`,
		"retry":              `{"code":"1","retry":{"maxAttempts":0,"on":[],"initialDelayMs":0,"shouldRetry":"() => true"}}`,
		"no retry":           `{"code":"1","retry":false}`,
		"an empty policy":    `{"code":"1","retry":{}}`,
		"no connectors":      `{"code":"1","connectors":[]}`,
		"some connectors":    `{"code":"1","connectors":["a"]}`,
		"everything besides": `{"id":"` + someID + `","code":"1","timeoutMs":5,"startAt":"2026-12-01T08:00:00.5+02:00","limits":{"calls":1},"labels":{"k":"v"}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want, err := Parse([]byte(body))
			if err != nil {
				t.Fatalf("Parse = %v", err)
			}
			text, err := json.Marshal(want)
			if err != nil {
				t.Fatalf("Marshal = %v", err)
			}
			var got Request
			if err := json.Unmarshal(text, &got); err != nil {
				t.Fatalf("Unmarshal(%s) = %v", text, err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("through %s (-want +got):\n%s", text, diff)
			}
			if want.Digest() != got.Digest() {
				t.Error("the digest changed")
			}
		})
	}
}

func TestDigestTellsRequestsApart(t *testing.T) {
	t.Parallel()
	digest := func(body string) string {
		r, err := Parse([]byte(body))
		if err != nil {
			t.Fatalf("Parse(%s) = %v", body, err)
		}
		return r.Digest()
	}
	same := digest(`{"code":"1","input":{"a":1}}`)
	for _, body := range []string{
		`{"input":{"a":1},"code":"1"}`, `{"code":"1", "input":{ "a" : 1 }}`, `{"id":"` + someID + `","code":"1","input":{"a":1},"retry":true}`,
	} {
		if digest(body) != same {
			t.Errorf("%s has another digest", body)
		}
	}
	seen := map[string]string{}
	for _, body := range []string{
		`1`, `2`, `{"code":"1","input":null}`, `{"code":"1","input":1}`, `{"code":"1","retry":false}`, `{"code":"1","retry":{"maxAttempts":2}}`,
		`{"code":"1","timeoutMs":1}`, `{"code":"1","startAt":"2026-12-01T08:00:00Z"}`, `{"code":"1","limits":{"calls":1}}`,
		`{"code":"1","connectors":["a"]}`, `{"code":"1","connectors":[]}`, `{"code":"1","labels":{"a":"b"}}`,
	} {
		if other, ok := seen[digest(body)]; ok {
			t.Errorf("%s and %s have one digest", body, other)
		}
		seen[digest(body)] = body
	}
}

// Parse never panics, says what is wrong, and what it accepts can be stored.
func FuzzParse(f *testing.F) {
	for _, body := range []string{
		"", "1", `{"code":"1"}`, `{"code":"1","retry":{"on":["error"]}}`, `{"code":"1","connectors":[]}`, `{"id":"` + someID + `"}`,
		`{"code":"1","limits":{"calls":1e3}}`, `{"code":"1","input":{"a":[null]},"labels":{"a":null}}`, "{\"code\":\"\xff\"}", `{"code":"1","startAt":"2026-12-01T08:00:00Z"}`,
		`[[[`, `{"a":{"a":`, "\x00", `{"code":"1","code":"2"}`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := Parse(body)
		if err != nil {
			var bad *RequestError
			if !errors.As(err, &bad) || bad.Problem == "" || len(err.Error()) > len(body)+1000 {
				t.Errorf("Parse = %q", err)
			}
		}
		if r.ID != "" {
			if id, err := ParseID(string(r.ID)); err != nil || id != r.ID {
				t.Errorf("id %q: %v", r.ID, err)
			}
		}
		if err != nil {
			return
		}
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatalf("Marshal = %v", err)
		}
		var stored Request
		if err := json.Unmarshal(text, &stored); err != nil {
			t.Fatalf("Unmarshal(%s) = %v", text, err)
		}
		if stored.Digest() != r.Digest() {
			t.Errorf("digest changed through %s", text)
		}
	})
}
