package execution

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestParseID(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]ID{
		someID:                       someID,
		strings.ToLower(someID):      someID,
		"7ZZZZZZZZZZZZZZZZZZZZZZZZZ": "7ZZZZZZZZZZZZZZZZZZZZZZZZZ",
		"8ZZZZZZZZZZZZZZZZZZZZZZZZZ": "", // more than 128 bits
		"":                           "",
		"01JD":                       "",
		someID + "0":                 "",
		"01JD000000000000000000000I": "", // I, L, O and U are no digits
		"01JD000000000000000000000.": "", // would split a subject
		"01JD00000000000000000000 0": "",
		"exec_0001":                  "",
	} {
		got, err := ParseID(text)
		if got != want || (err == nil) != (want != "") || err != nil && !errors.Is(err, ErrBadID) {
			t.Errorf("ParseID(%q) = %q, %v, want %q", text, got, err, want)
		}
	}
	if _, err := ParseID(strings.Repeat("é", 1000)); err == nil || len(err.Error()) > 200 {
		t.Errorf("a long text gives %v", err)
	}
}

func TestIDsSortByTime(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var ids []ID
	for i := range 1000 {
		ids = append(ids, NewID(start.Add(time.Duration(i/2)*time.Millisecond))) // two in each millisecond
	}
	if !slices.IsSorted(ids) {
		t.Error("ids do not sort by their creation")
	}
	if got := len(slices.Compact(slices.Clone(ids))); got != len(ids) {
		t.Errorf("%d of %d ids are distinct", got, len(ids))
	}
	if got, want := ids[10].Time(), start.Add(5*time.Millisecond); !got.Equal(want) {
		t.Errorf("Time = %v, want %v", got, want)
	}
	if got := ID("nonsense").Time(); !got.IsZero() {
		t.Errorf("Time of no id = %v", got)
	}
}

func TestDerivedIDs(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 19, 0, 0, 123456789, time.UTC)
	first := DeriveID("EXECUTIONS", at, 7)
	if id, err := ParseID(string(first)); err != nil || id != first {
		t.Errorf("%q is no id: %v", first, err)
	}
	if got := first.Time(); !got.Equal(at.Truncate(time.Millisecond)) {
		t.Errorf("Time = %v, want that of the message", got)
	}
	if again := DeriveID("EXECUTIONS", at.In(time.FixedZone("x", 3600)), 7); again != first {
		t.Errorf("a redelivery gives %s, not %s", again, first)
	}
	others := []ID{first, DeriveID("EXECUTIONS", at, 8), DeriveID("EXECUTIONS", at.Add(1), 7), DeriveID("OTHER", at, 7)}
	slices.Sort(others)
	if got := slices.Compact(others); len(got) != 4 {
		t.Errorf("different messages give %v", got)
	}
	if first != derivedOnce {
		t.Errorf("got %s, want %s: a change of the derivation runs messages under way a second time", first, derivedOnce)
	}
}

// derivedOnce is what DeriveID gave when executions first had such ids.
const derivedOnce = ID("01M84WF0ZV7M08DGGYZVTBBK3J")

func TestRuntimeNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"default": true, "a": true, "A-b_9": true, strings.Repeat("x", 64): true,
		"": false, strings.Repeat("x", 65): false, "a.b": false, "a b": false, "a*": false, "a>": false, "é": false, "a\n": false,
	} {
		if err := CheckRuntime(name); (err == nil) != want || err != nil && !errors.Is(err, ErrBadRuntime) {
			t.Errorf("CheckRuntime(%q) = %v, want ok %v", name, err, want)
		}
	}
}

func TestStatuses(t *testing.T) {
	t.Parallel()
	terminal := map[Status]bool{Completed: true, Error: true, Rejected: true, Cancelled: true, RolledBack: true}
	for _, s := range Statuses() {
		if s.Terminal() != terminal[s] || !s.Valid() {
			t.Errorf("%s: terminal %v, valid %v", s, s.Terminal(), s.Valid())
		}
		name, ok := EndEvent(s)
		if want := terminal[s] || s == Paused; ok != want || ok && name != string(s) {
			t.Errorf("EndEvent(%s) = %q, %v", s, name, ok)
		}
	}
	if !Deleted.Terminal() || Deleted.Valid() || Status("done").Valid() || Status("").Valid() {
		t.Error("a tombstone is terminal and nothing that a user meets")
	}
}
