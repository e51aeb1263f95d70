package connector

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reprise-run/reprise/pkg/retry"
)

func TestNewSetRefusesNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"codemode": "reserved", "Promise": "reserved", "setTimeout": "reserved", "Error": "reserved", "console": "reserved",
		"class": "reserved", "await": "reserved", "__step": "reserved", "a-b": "invalid", "3d": "invalid", "": "invalid", "a.b": "invalid",
		strings.Repeat("x", 65): "invalid",
	} {
		_, err := NewSet(SetConfig{Connectors: []Named{{Name: name, Connector: &fake{}}}})
		checkError(t, err, ErrBadName, want)
	}
	for _, name := range []string{"items", "_x", "$", "async_", "of", "state"} {
		if _, err := NewSet(SetConfig{Connectors: []Named{{Name: name, Connector: &fake{}}}}); err != nil {
			t.Errorf("name %q: %v", name, err)
		}
	}
}

func TestNewSetRefusesDuplicates(t *testing.T) {
	t.Parallel()
	_, err := NewSet(SetConfig{Connectors: []Named{{Name: "state", Connector: &fake{}}, {Name: "state", Connector: &fake{}}}})
	checkError(t, err, ErrDuplicateName, `Duplicate connector name "state"`)
}

func TestNewSetRefusesOverrides(t *testing.T) {
	t.Parallel()
	tests := []struct {
		method   string
		override Override
		want     error
		text     string
	}{
		{"creat", Override{RequiresApproval: ptr(true)}, ErrNoMethod, `methods.creat: Method "creat" not found on items; did you mean "create"?`},
		{"create", Override{Revert: "remov"}, ErrNoMethod, `Method "remov" not found on items; did you mean "remove"?`},
		{"create", Override{RequiresApproval: ptr(true), Reexecute: ptr(true)}, ErrBadMethod, "cannot be combined"},
		{"read", Override{RequiresApproval: ptr(true)}, ErrBadMethod, "requiresApproval and replay: reexecute cannot be combined"},
		{"read", Override{Client: ptr(true)}, ErrBadMethod, "cannot be combined"},
		{"create", Override{OnUnknown: "explode"}, ErrBadMethod, "explode"},
		{"create", Override{Timeout: ptr(-time.Second)}, ErrBadMethod, "negative"},
		{"create", Override{Input: json.RawMessage(`{"type": "objekt"}`)}, ErrBadSchema, `method "create": input`},
		{"create", Override{Output: json.RawMessage(`{`)}, ErrBadSchema, `method "create": output`},
		{"create", Override{Input: json.RawMessage(`{"$ref": "file:///etc/passwd"}`)}, ErrBadSchema, "outside the schema"},
	}
	c := &fake{methods: []Method{{Name: "create"}, {Name: "remove"}, {Name: "read", Reexecute: true}}}
	for _, tt := range tests {
		_, err := NewSet(SetConfig{Connectors: []Named{{Name: "items", Connector: c, Overrides: map[string]Override{tt.method: tt.override}}}})
		checkError(t, err, tt.want, tt.text)
	}
}

func TestLookupAppliesOverrides(t *testing.T) {
	t.Parallel()
	c := &fake{methods: []Method{{Name: "create", RequiresApproval: true, Description: "Old."}, {Name: "remove"}}}
	s := newSet(t, c, map[string]Override{"create": {
		RequiresApproval: ptr(false), ReadOnly: ptr(true), Client: ptr(true), OnUnknown: OnUnknownAsk,
		Timeout: ptr(time.Minute), Description: ptr("New."), Revert: "remove", Input: json.RawMessage(`{}`),
	}})
	m, err := s.Lookup("items", "create")
	if err != nil {
		t.Fatal(err)
	}
	if m.RequiresApproval || !m.ReadOnly || !m.Client || !m.Reverts || m.OnUnknown != OnUnknownAsk || m.Timeout != time.Minute || m.Description != "New." || m.Input == nil {
		t.Errorf("Lookup = %+v", m)
	}
	d, err := s.Describe("items")
	if err != nil || d.Methods[0].Description != "New." || c.methods[0].Description != "Old." {
		t.Errorf("Describe = %+v, %v; the connector's own are now %+v", d, err, c.methods)
	}
}

func TestLookupNamesTheNearest(t *testing.T) {
	t.Parallel()
	s := newSet(t, &fake{methods: []Method{{Name: "create_item"}, {Name: "list_items"}}}, nil)
	for _, tt := range []struct{ connector, method, want string }{
		{"items", "creat_item", `Method "creat_item" not found on items; did you mean "create_item"?`},
		{"items", "listItems", `Method "listItems" not found on items; did you mean "list_items"?`},
		{"items", "nope", `Method "nope" not found on items`},
		{"item", "x", `Connector "item" is not configured; did you mean "items"?`},
		{"weather", "x", `Connector "weather" is not configured`},
	} {
		_, err := s.Lookup(tt.connector, tt.method)
		want := ErrNoMethod
		if tt.connector != "items" {
			want = ErrNoConnector
		}
		if !errors.Is(err, want) || err.Error() != tt.want {
			t.Errorf("Lookup(%s, %s) = %v, want %s", tt.connector, tt.method, err, tt.want)
		}
		if _, err := s.Execute(t.Context(), tt.connector, Call{Method: tt.method}); !errors.Is(err, want) || err.Error() != tt.want {
			t.Errorf("Execute(%s, %s) = %v, want %s", tt.connector, tt.method, err, tt.want)
		}
	}
}

func TestConfiguredWinsOverDiscovered(t *testing.T) {
	t.Parallel()
	logger, logged := logTo()
	s, err := NewSet(SetConfig{Connectors: []Named{{Name: "items", Connector: &fake{methods: []Method{{Name: "a"}}}}}, Logger: logger})
	if err != nil {
		t.Fatal(err)
	}
	found := &fake{methods: []Method{{Name: "b"}}}
	for _, name := range []string{"items", "items", "other"} {
		if err := s.Add(name, found); err != nil {
			t.Fatal(err)
		}
	}
	checkError(t, s.Add("codemode", found), ErrBadName, "codemode")
	if got, want := s.Names(), []string{"items", "other"}; !slices.Equal(got, want) {
		t.Errorf("Names = %v, want %v", got, want)
	}
	if _, err := s.Lookup("items", "a"); err != nil {
		t.Errorf("the configured connector was replaced: %v", err)
	}
	if _, err := s.Lookup("other", "b"); err != nil {
		t.Error(err)
	}
	if got := strings.Count(logged(), "configured connector wins"); got != 1 {
		t.Errorf("logged %d times, want once", got)
	}
	s.Remove("other")
	s.Remove("items")
	if got, want := s.Names(), []string{"items"}; !slices.Equal(got, want) {
		t.Errorf("Names after Remove = %v, want %v", got, want)
	}
}

func TestUnreachableRefresherIsRetryable(t *testing.T) {
	t.Parallel()
	down := &retry.Error{Err: errors.New("no responders, token s3cret")}
	up := false
	l := &late{fake: fake{methods: []Method{{Name: "create", RequiresApproval: true}}}, refreshes: func() error {
		if up {
			return nil
		}
		return down
	}}
	logger, logged := logTo()
	s, err := NewSet(SetConfig{
		Connectors: []Named{{Name: "items", Connector: l, Overrides: map[string]Override{"creat": {RequiresApproval: ptr(true)}}}},
		Secrets:    []string{"s3cret"}, Logger: logger,
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Lookup("items", "create")
	if _, again := retry.As(err); !again || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("Lookup = %v, want a redacted wish for a retry", err)
	}
	if _, err := s.Execute(t.Context(), "items", Call{Method: "create"}); err == nil {
		t.Error("executed a method of which nothing is known")
	}
	up = true
	if m, err := s.Lookup("items", "create"); err != nil || !m.RequiresApproval {
		t.Errorf("Lookup = %+v, %v", m, err)
	}
	if _, err := s.Lookup("items", "nope"); !errors.Is(err, ErrNoMethod) {
		t.Errorf("Lookup = %v, want ErrNoMethod", err)
	}
	if got := strings.Count(logged(), "an override has no method"); got != 1 {
		t.Errorf("the override without a method was logged %d times, want once: %s", got, logged())
	}
}

func TestLookupRefusesContradictionsThatAppearLater(t *testing.T) {
	t.Parallel()
	up := false
	l := &late{fake: fake{methods: []Method{{Name: "read", Reexecute: true}}}, refreshes: func() error {
		if up {
			return nil
		}
		return errors.New("down")
	}}
	s := newSet(t, l, map[string]Override{"read": {RequiresApproval: ptr(true)}})
	up = true
	if _, err := s.Lookup("items", "read"); !errors.Is(err, ErrBadMethod) {
		t.Errorf("Lookup = %v, want ErrBadMethod", err)
	}
}

func TestDescribeJoinsInstructions(t *testing.T) {
	t.Parallel()
	s, err := NewSet(SetConfig{Connectors: []Named{{Name: "items", Connector: &fake{}, Instructions: "More."}}})
	if err != nil {
		t.Fatal(err)
	}
	d, err := s.Describe("items")
	if err != nil || d.Instructions != "Own.\n\nMore." {
		t.Errorf("Describe = %q, %v", d.Instructions, err)
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	names := []string{"get", "getAll", "put", "delete", "list_items"}
	for typed, want := range map[string]string{
		"gte": "get", "got": "get", "GET": "get", "getall": "getAll", "delet": "delete", "listitems": "list_items",
		"x": "", "": "", "search": "", strings.Repeat("g", 500): "",
	} {
		if got, _ := nearest(typed, names); got != want {
			t.Errorf("nearest(%.20q) = %q, want %q", typed, got, want)
		}
	}
}
