package demo_test

import (
	"context"
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/connector/demo"
	"github.com/reprise-run/reprise/pkg/retry"
)

func newSet(t *testing.T) *connector.Set {
	t.Helper()
	s, err := connector.NewSet(connector.SetConfig{Connectors: []connector.Named{{Name: "demo", Connector: demo.New()}}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func call(method, args string, attempt int) connector.Call {
	c := connector.Call{Method: method, Attempt: attempt}
	if args != "" {
		c.Args = json.RawMessage(args)
	}
	return c
}

func TestMethodsAreDescribed(t *testing.T) {
	t.Parallel()
	for _, m := range demo.New().Describe().Methods {
		if m.Description == "" || m.Input == nil || m.Output == nil {
			t.Errorf("%s lacks a description or a schema", m.Name)
		}
	}
}

func TestCallsInOrder(t *testing.T) {
	t.Parallel()
	s := newSet(t)
	for _, tt := range []struct{ method, args, want, err string }{
		{"echo", `{"a":[1,"x"]}`, `{"a":[1,"x"]}`, ""},
		{"echo", ``, ``, ""},
		{"fail", `{"message":"boom"}`, ``, "boom"},
		{"fail", ``, ``, "demo failure"},
		{"sleep", `{"ms":"long"}`, ``, "demo.sleep: invalid arguments: ms: got string, want integer"},
		{"get", `{"key":"k"}`, `null`, ""},
		{"put", `{"key":"k","value":1}`, `{"key":"k","previous":null,"existed":false,"writes":1}`, ""},
		{"put", `{"key":"k","value":{"n":2}}`, `{"key":"k","previous":1,"existed":true,"writes":2}`, ""},
		{"get", `{"key":"k"}`, `{"n":2}`, ""},
		{"list", ``, `[{"key":"k","value":{"n":2}}]`, ""},
		{"delete", `{"key":"k"}`, `{"key":"k","previous":{"n":2},"existed":true,"writes":3}`, ""},
		{"list", `{}`, `[]`, ""},
		{"counter", ``, `{"items":0,"reads":5,"writes":3}`, ""},
	} {
		got, err := s.Execute(t.Context(), "demo", call(tt.method, tt.args, 1))
		if string(got) != tt.want || (err == nil) != (tt.err == "") || err != nil && err.Error() != tt.err {
			t.Errorf("%s(%s) = %s, %v; want %s, %s", tt.method, tt.args, got, err, tt.want, tt.err)
		}
	}
}

func TestRateLimitedCountsAttempts(t *testing.T) {
	t.Parallel()
	s := newSet(t)
	for _, tt := range []struct {
		args    string
		attempt int
		after   time.Duration // 0: succeeds
	}{
		{``, 1, time.Second},
		{``, 2, 0},
		{`{"times":2,"retryAfterMs":50}`, 2, 50 * time.Millisecond},
		{`{"times":2,"retryAfterMs":0}`, 2, -1},
		{`{"times":2}`, 3, 0},
		{`{"times":0}`, 1, 0},
	} {
		got, err := s.Execute(t.Context(), "demo", call("rateLimited", tt.args, tt.attempt))
		asked, again := retry.As(err)
		switch {
		case tt.after == 0 && err != nil, tt.after != 0 && (!again || asked.After != tt.after):
			t.Errorf("rateLimited(%s) in attempt %d = %s, %v", tt.args, tt.attempt, got, err)
		}
	}
	if got, _ := s.Execute(t.Context(), "demo", call("rateLimited", "", 4)); string(got) != `{"attempt":4,"ok":true}` {
		t.Errorf("got %s", got)
	}
}

func TestSleepEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSet(t)
		start := time.Now()
		if _, err := s.Execute(t.Context(), "demo", call("sleep", `{"ms":1500}`, 1)); err != nil || time.Since(start) != 1500*time.Millisecond {
			t.Errorf("slept %v, %v", time.Since(start), err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := s.Execute(ctx, "demo", call("sleep", `{"ms":60000}`, 1)); !connector.IsTimeout(err) {
			t.Errorf("Execute = %v, want a timeout", err)
		}
	})
}

func TestRevertRestores(t *testing.T) {
	t.Parallel()
	s := newSet(t)
	get := func() string {
		got, err := s.Execute(t.Context(), "demo", call("get", `{"key":"k"}`, 1))
		if err != nil {
			t.Fatal(err)
		}
		return string(got)
	}
	want := []string{get()}
	var calls []connector.Call
	var results []json.RawMessage
	for _, c := range []connector.Call{call("put", `{"key":"k","value":null}`, 1), call("put", `{"key":"k","value":"b"}`, 1), call("delete", `{"key":"k"}`, 1)} {
		result, err := s.Execute(t.Context(), "demo", c)
		if err != nil {
			t.Fatal(err)
		}
		calls, results, want = append(calls, c), append(results, result), append(want, get())
	}
	for i := len(calls) - 1; i >= 0; i-- {
		if done, err := s.Revert(t.Context(), "demo", calls[i], results[i]); !done || err != nil || get() != want[i] {
			t.Errorf("Revert(%s) = %v, %v; value %s, want %s", calls[i].Method, done, err, get(), want[i])
		}
	}
}
