package control

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// listed returns the ids of all pages of a query.
func (b *bench) listed(q ListQuery) (got []execution.ID) {
	b.t.Helper()
	for {
		l, err := b.client.List(b.t.Context(), q)
		if err != nil {
			b.t.Fatalf("List(%+v): %v", q, err)
		}
		for _, r := range l.Executions {
			got = append(got, r.ExecutionID)
		}
		if q.Cursor = l.Cursor; q.Cursor == "" {
			return got
		}
	}
}

func TestListFindsByStatusesAndByTheTextOfAFailure(t *testing.T) {
	t.Parallel()
	b := setup(t, natstest.Options{})
	b.serve(ServiceConfig{})
	failure := func(message string) func(*journal.State) {
		return func(s *journal.State) { s.Failure = &execution.Failure{Kind: execution.KindError, Message: message} }
	}
	ids := make([]execution.ID, 8)
	for i, c := range []struct {
		status execution.Status
		change func(*journal.State)
	}{
		0: {execution.Error, func(s *journal.State) { s.Error = "Code execution failed: Card DECLINED (50%)" }},
		1: {execution.Completed, failure("card declined")}, // in an earlier try
		2: {execution.Retrying, failure("the card was Declined")},
		3: {execution.Paused, nil},
		4: {execution.Error, failure("Überweisung abgelehnt")},
		5: {execution.Rejected, func(s *journal.State) { s.Error = `no "declined" here` }},
		6: {execution.Running, nil},
		7: {execution.Deleted, failure("declined")},
	} {
		ids[i] = at(100 - i) // newest first
		b.claimed(execution.Request{ID: ids[i], Code: "x", Labels: map[string]string{"odd": fmt.Sprint(i % 2)}}).settle(c.status, c.change)
	}
	for _, c := range []struct {
		q    ListQuery
		want []int
	}{
		{ListQuery{}, []int{0, 1, 2, 3, 4, 5, 6}},
		{ListQuery{Status: Statuses{execution.Paused}}, []int{3}},
		{ListQuery{Status: Statuses{execution.Paused, execution.Error}, Limit: 1}, []int{0, 3, 4}},
		{ListQuery{Text: "declined"}, []int{0, 2, 5}},
		{ListQuery{Text: "declined", Limit: 2}, []int{0, 2, 5}},
		{ListQuery{Text: "CARD"}, []int{0, 2}},
		{ListQuery{Text: "überWEIS"}, []int{4}},
		{ListQuery{Text: `"declined"`}, []int{5}},
		{ListQuery{Text: "50%"}, []int{0}},
		{ListQuery{Text: "decl.*"}, nil},
		{ListQuery{Text: "declined", Status: Statuses{execution.Error, execution.Completed}}, []int{0}},
		{ListQuery{Text: "declined", Status: Statuses{execution.Completed}}, nil},
		{ListQuery{Text: "declined", Label: "odd=1"}, []int{5}},
	} {
		var want []execution.ID
		for _, i := range c.want {
			want = append(want, ids[i])
		}
		if got := b.listed(c.q); !slices.Equal(got, want) {
			t.Errorf("List(%+v) = %v, want those of %v", c.q, got, c.want)
		}
	}
	if err := b.raw("list", []byte(`{"status":"paused, error"}`)); err != nil {
		t.Errorf("statuses with a space between: %v", err)
	}
	for _, body := range []string{`{"status":"paused,"}`, `{"status":",error"}`, `{"status":"paused;error"}`, `{"status":"deleted"}`, `{"status":["paused"]}`, `{"text":1}`} {
		if err := b.raw("list", []byte(body)); !errors.Is(err, ErrBadRequest) {
			t.Errorf("list %s = %v, want 400", body, err)
		}
	}
	if err := b.raw("list", []byte(`{"status":"paused,done"}`)); err == nil || !strings.Contains(err.Error(), `status: "done" is none; they are queued, running`) {
		t.Errorf("an unknown status = %v, want the words", err)
	}
}

// A cursor goes on where its page ended, whatever happened to the rows of that page.
func TestACursorOutlivesItsRows(t *testing.T) {
	t.Parallel()
	b := setup(t, natstest.Options{})
	b.serve(ServiceConfig{})
	var writers []*writer
	for i := range 6 {
		writers = append(writers, b.claimed(execution.Request{ID: at(100 - i), Code: "x"}))
	}
	l, err := b.client.List(t.Context(), ListQuery{Limit: 2})
	if err != nil || len(l.Executions) != 2 {
		t.Fatalf("List = %+v, %v", l, err)
	}
	writers[1].settle(execution.Deleted, nil)
	writers[2].settle(execution.Completed, nil)
	b.claimed(execution.Request{ID: at(200), Code: "x"})
	want := []execution.ID{at(98), at(97), at(96), at(95)}
	if got := b.listed(ListQuery{Cursor: l.Cursor}); !slices.Equal(got, want) {
		t.Errorf("the pages after %s are %v, want %v", l.Cursor, got, want)
	}
}

func TestTimesAtTheEndsOfTheWorldAreFine(t *testing.T) {
	t.Parallel()
	b := setup(t, natstest.Options{})
	b.serve(ServiceConfig{})
	b.claimed(execution.Request{ID: at(1), Code: "x"})
	for _, year := range []string{"0001", "1969", "9999"} {
		for _, name := range []string{"since", "until"} {
			if err := b.raw("list", []byte(`{"`+name+`":"`+year+`-01-01T00:00:00Z"}`)); err != nil {
				t.Errorf("%s %s: %v", name, year, err)
			}
		}
	}
}
