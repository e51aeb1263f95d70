package connector

import (
	"context"
	"encoding/json"
	"testing"
)

// The description marks the methods that run again on every pass, and no other ones.
func TestDescribeMarksWhatRunsAgain(t *testing.T) {
	t.Parallel()
	c := &fake{methods: []Method{{Name: "list"}, {Name: "counter", Reexecute: true}, {Name: "clock"}}}
	s := newSet(t, c, map[string]Override{"clock": {Reexecute: ptr(true)}})
	d, err := s.Describe("items")
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []bool{false, true, true} {
		if m := d.Methods[i]; m.Reexecute != want {
			t.Errorf("%s: runs again %v, want %v", m.Name, m.Reexecute, want)
		}
		if m, err := s.Lookup("items", d.Methods[i].Name); err != nil || m.Reexecute != want {
			t.Errorf("%s: Lookup = %+v, %v, want %v", d.Methods[i].Name, m, err, want)
		}
	}
}

// A connector that says of itself that a method is gated and runs again on every pass is
// refused: where it is configured at once, where it is discovered when the method is named.
func TestGateAndRunningAgainCannotBeCombined(t *testing.T) {
	t.Parallel()
	const text = "requiresApproval and replay: reexecute cannot be combined"
	ran := false
	odd := &fake{
		methods: []Method{{Name: "odd", RequiresApproval: true, Reexecute: true}},
		execute: func(context.Context, Call) (json.RawMessage, error) { ran = true; return nil, nil },
	}
	_, err := NewSet(SetConfig{Connectors: []Named{{Name: "items", Connector: odd}}})
	checkError(t, err, ErrBadMethod, text)
	s := newSet(t, &fake{}, nil)
	if err := s.Add("found", odd); err != nil {
		t.Fatal(err)
	}
	_, err = s.Lookup("found", "odd")
	checkError(t, err, ErrBadMethod, text)
	_, err = s.Execute(t.Context(), "found", Call{Method: "odd"})
	checkError(t, err, nil, text)
	if ran {
		t.Error("the method was executed")
	}
}

// A call that runs again on every pass has no recorded result: it is undone without one.
func TestCallWithoutAResultIsReverted(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		override map[string]Override
		want     string
	}{
		"by the connector": {nil, `own {"a":1} nothing`},
		"by a method":      {map[string]Override{"read": {Revert: "undo"}}, `undo {"args":{"a":1},"result":null}`},
	} {
		var got string
		s := newSet(t, &fake{
			methods: []Method{{Name: "read", Reexecute: true, Reverts: true}, {Name: "undo"}},
			execute: func(_ context.Context, call Call) (json.RawMessage, error) {
				got = call.Method + " " + string(call.Args)
				return nil, nil
			},
			revert: func(_ context.Context, call Call, result json.RawMessage) error {
				if got = "own " + string(call.Args) + " "; result == nil {
					got += "nothing"
				}
				return nil
			},
		}, tt.override)
		done, err := s.Revert(t.Context(), "items", Call{Method: "read", Args: json.RawMessage(`{"a":1}`), IdempotencyKey: "X:3"}, nil)
		if !done || err != nil || got != tt.want {
			t.Errorf("%s: Revert = %v, %v, did %q; want %q", name, done, err, got, tt.want)
		}
	}
}
