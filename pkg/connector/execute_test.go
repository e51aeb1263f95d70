package connector

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/reprise-run/reprise/pkg/retry"
)

func TestExecuteRefusesBadArguments(t *testing.T) {
	t.Parallel()
	ran := 0
	c := &fake{
		methods: []Method{{Name: "create", Input: json.RawMessage(`{"type":"object","properties":{"title":{"type":"string"}},"required":["title"]}`)}, {Name: "any"}},
		execute: func(_ context.Context, call Call) (json.RawMessage, error) { ran++; return call.Args, nil },
	}
	s := newSet(t, c, nil)
	for args, want := range map[string]string{
		`{"title":7}`: "items.create: invalid arguments: title: got number, want string",
		`{}`:          "missing property 'title'",
		``:            "missing property 'title'",
		`[]`:          "got array, want object",
		`{`:           "not JSON",
	} {
		call := Call{Method: "create"}
		if args != "" {
			call.Args = json.RawMessage(args)
		}
		_, err := s.Execute(t.Context(), "items", call)
		named, ok := errors.AsType[*Error](err)
		if !ok || named.Name != "ValidationError" || !strings.Contains(err.Error(), want) {
			t.Errorf("Execute(%s) = %#v, want a ValidationError with %q", args, err, want)
		}
	}
	if ran != 0 {
		t.Errorf("the connector ran %d times", ran)
	}
	for _, call := range []Call{{Method: "create", Args: json.RawMessage(`{"title":"x"}`)}, {Method: "any"}, {Method: "any", Args: json.RawMessage(`7`)}} {
		if got, err := s.Execute(t.Context(), "items", call); err != nil || string(got) != string(call.Args) {
			t.Errorf("Execute(%s) = %s, %v", call.Args, got, err)
		}
	}
}

// What is odd about arguments, or a result, is an error of the call: nothing panics.
func TestExecuteTakesOddTexts(t *testing.T) {
	t.Parallel()
	nested := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	c := &fake{
		methods: []Method{
			{Name: "bounded", Input: json.RawMessage(`{"$defs":{"v":{"items":{"$ref":"#/$defs/v"},"maximum":5,"multipleOf":0.5}},"$ref":"#/$defs/v"}`)},
			{Name: "any"},
		},
		execute: func(_ context.Context, call Call) (json.RawMessage, error) { return call.Args, nil },
	}
	s := newSet(t, c, nil)
	for name, tt := range map[string]struct{ method, args, want string }{
		"a number that no library takes": {"bounded", `1e99999999`, "invalid arguments: "},
		"a huge number":                  {"bounded", `1e100000`, "invalid arguments: maximum"},
		"deep for the schema":            {"bounded", nested(4000), "nested more than 1000 levels deep"},
		"deeper than parsers":            {"bounded", nested(100_000), "invalid arguments: not JSON"},
		"a deep result":                  {"any", nested(100_000), "items.any: the connector's result is nested more than 1000 levels deep"},
		"deep, not closed":               {"any", strings.Repeat(`{"a":`, 1e6), "nested more than 1000 levels deep"},
		"no JSON":                        {"any", `{"a":`, "items.any: the connector's result is not valid JSON"},
	} {
		_, err := s.Execute(t.Context(), "items", Call{Method: tt.method, Args: json.RawMessage(tt.args)})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: Execute = %.300v, want %q in it", name, err, tt.want)
		}
	}
}

func TestExecuteAppliesTheTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wait := func(ctx context.Context, _ Call) (json.RawMessage, error) { <-ctx.Done(); return nil, ctx.Err() }
		s := newSet(t, &fake{execute: wait, methods: []Method{
			{Name: "write", Timeout: time.Second}, {Name: "read", Timeout: time.Second, ReadOnly: true}, {Name: "free", ReadOnly: true},
		}}, nil)

		_, err := s.Execute(t.Context(), "items", Call{Method: "write"})
		if _, again := retry.As(err); again || !IsTimeout(err) || err.Error() != "items.write: no answer within 1s" {
			t.Errorf("write: %v, want a timeout", err)
		}
		_, err = s.Execute(t.Context(), "items", Call{Method: "read"})
		if _, again := retry.As(err); !again || IsTimeout(err) {
			t.Errorf("read: %v, want a wish for a retry", err)
		}

		stopped := errors.New("pass ended")
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(stopped)
		_, err = s.Execute(ctx, "items", Call{Method: "free"})
		if _, again := retry.As(err); again || !errors.Is(err, stopped) {
			t.Errorf("ended pass: %v, want its cause", err)
		}
		ctx, cancelPass := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancelPass()
		_, err = s.Execute(ctx, "items", Call{Method: "free"})
		if _, again := retry.As(err); again || !IsTimeout(err) {
			t.Errorf("timed-out pass: %v, want a timeout even for a read-only method", err)
		}
	})
}

func TestExecuteMapsErrors(t *testing.T) {
	t.Parallel()
	var fails error
	s := newSet(t, &fake{methods: []Method{{Name: "write"}, {Name: "read", ReadOnly: true}}, execute: func(context.Context, Call) (json.RawMessage, error) {
		return nil, fails
	}}, nil, "s3cret")
	tests := []struct {
		method         string
		fails          error
		again, timeout bool
		name, text     string
	}{
		{"write", errors.New("plain s3cret"), false, false, "", "plain [redacted]"},
		{"write", fmt.Errorf("wrapped: %w", Errorf("HTTPError", "404 s3cret")), false, false, "HTTPError", "wrapped: 404 [redacted]"},
		{"write", Timeout(errors.New("cut s3cret")), false, true, "", "cut [redacted]"},
		{"read", Timeout(errors.New("cut s3cret")), true, false, "", "cut [redacted]"},
		{"write", retry.After(time.Minute, errors.New("busy s3cret")), true, false, "", "busy [redacted]"},
	}
	for _, tt := range tests {
		fails = tt.fails
		_, err := s.Execute(t.Context(), "items", Call{Method: tt.method})
		_, again := retry.As(err)
		if again != tt.again || IsTimeout(err) != tt.timeout || err.Error() != tt.text {
			t.Errorf("%s failing with %v: got %v (retry %v, timeout %v)", tt.method, tt.fails, err, again, IsTimeout(err))
		}
		for e := err; e != nil; e = errors.Unwrap(e) {
			if strings.Contains(fmt.Sprintf("%+v", e), "s3cret") {
				t.Errorf("the secret is inside %#v", e)
			}
		}
		if named, ok := errors.AsType[*Error](err); tt.name != "" && (!ok || named.Name != tt.name) {
			t.Errorf("%v: name lost", err)
		}
	}
	if e, _ := retry.As(mustFail(t, s)); e.After != time.Minute {
		t.Errorf("After = %v, want 1m", e.After)
	}
}

func mustFail(t *testing.T, s *Set) error {
	t.Helper()
	_, err := s.Execute(t.Context(), "items", Call{Method: "write"})
	if err == nil {
		t.Fatal("no error")
	}
	return err
}

func TestExecuteContainsPanicsAndBadResults(t *testing.T) {
	t.Parallel()
	s := newSet(t, &fake{methods: []Method{{Name: "panics"}, {Name: "bad"}, {Name: "client", Client: true}}, execute: func(_ context.Context, call Call) (json.RawMessage, error) {
		if call.Method == "panics" {
			panic("s3cret went wrong")
		}
		return json.RawMessage(`{"a":`), nil
	}}, nil, "s3cret")
	for method, want := range map[string]string{
		"panics": "items.panics: the connector panicked: [redacted] went wrong",
		"bad":    "items.bad: the connector's result is not valid JSON",
		"client": "items.client is resolved by a client and never executed",
	} {
		_, err := s.Execute(t.Context(), "items", Call{Method: method})
		if err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", method, err, want)
		}
	}
}

func TestRevert(t *testing.T) {
	t.Parallel()
	var got []string
	c := &fake{
		methods: []Method{{Name: "create", Reverts: true}, {Name: "note"}, {Name: "remove", Input: json.RawMessage(`{"type":"string"}`)}},
		execute: func(_ context.Context, call Call) (json.RawMessage, error) {
			got = append(got, call.Method+" "+string(call.Args)+" "+call.IdempotencyKey)
			return nil, nil
		},
		revert: func(_ context.Context, call Call, result json.RawMessage) error {
			got = append(got, "own "+string(call.Args)+" "+string(result)+" "+call.IdempotencyKey)
			return nil
		},
	}
	call := Call{Method: "create", Args: json.RawMessage(`{"a":1}`), IdempotencyKey: "X:3"}
	result := json.RawMessage(`{"id":7}`)

	plain := newSet(t, c, nil)
	overridden := newSet(t, c, map[string]Override{"create": {Revert: "remove"}})
	for _, tt := range []struct {
		set    *Set
		method string
		done   bool
		want   string
	}{
		{plain, "create", true, `own {"a":1} {"id":7} X:3:revert`},
		{overridden, "create", true, `remove {"args":{"a":1},"result":{"id":7}} X:3:revert`},
		{plain, "note", false, ""},
	} {
		got = nil
		call.Method = tt.method
		done, err := tt.set.Revert(t.Context(), "items", call, result)
		if err != nil || done != tt.done || strings.Join(got, "") != tt.want {
			t.Errorf("Revert(%s) = %v, %v, did %v; want %v, %s", tt.method, done, err, got, tt.done, tt.want)
		}
		if can, err := tt.set.Reverts("items", tt.method); err != nil || can != tt.done {
			t.Errorf("Reverts(%s) = %v, %v, want %v", tt.method, can, err, tt.done)
		}
	}
	if _, err := plain.Reverts("items", "nope"); !errors.Is(err, ErrNoMethod) {
		t.Errorf("Reverts = %v, want ErrNoMethod", err)
	}
	if _, err := plain.Reverts("nope", "create"); !errors.Is(err, ErrNoConnector) {
		t.Errorf("Reverts = %v, want ErrNoConnector", err)
	}
}
