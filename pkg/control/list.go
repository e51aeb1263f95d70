package control

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/stream"
)

// ListQuery selects executions. The zero value selects all of them.
type ListQuery struct {
	Status execution.Status `json:"status,omitempty"`
	Label  string           `json:"label,omitempty"`  // "key=value"
	Since  *time.Time       `json:"since,omitempty"`  // created then or later
	Until  *time.Time       `json:"until,omitempty"`  // created before
	Limit  int              `json:"limit,omitempty"`  // of a page: 1 to 1000; 0: 50
	Cursor string           `json:"cursor,omitempty"` // of the page before
}

// Listing is one page, newest first.
type Listing struct {
	// Executions are records without code, input, logs and calls.
	Executions []execution.Record `json:"executions"`

	// Cursor asks for the next page. Empty on the last one.
	Cursor string `json:"cursor,omitempty"`
}

const (
	defaultPage = 50
	maxPage     = 1000
)

// list answers one page. Newest means the largest id: the time of an execution is
// the one in its id.
func (s *Service) list(ctx context.Context, c call) (any, error) {
	var p struct {
		Status string `json:"status"`
		Label  string `json:"label"`
		Since  string `json:"since"`
		Until  string `json:"until"`
		Limit  *int   `json:"limit"`
		Cursor string `json:"cursor"`
	}
	if err := decode(c.body, &p); err != nil {
		return nil, err
	}
	f := filter{limit: defaultPage, status: execution.Status(p.Status)}
	if p.Status != "" && !f.status.Valid() {
		return nil, refuse(http.StatusBadRequest, "status: %q is none; they are %s", p.Status, statusWords())
	}
	if p.Limit != nil {
		if f.limit = *p.Limit; f.limit < 0 || f.limit > maxPage {
			return nil, refuse(http.StatusBadRequest, "limit: must be 0 to %d, got %d", maxPage, f.limit)
		}
	}
	if p.Label != "" {
		var ok bool
		if f.labelKey, f.labelValue, ok = strings.Cut(p.Label, "="); !ok || f.labelKey == "" {
			return nil, refuse(http.StatusBadRequest, `label: must be "key=value", got %q`, p.Label)
		}
	}
	if p.Cursor != "" {
		before, err := execution.ParseID(p.Cursor)
		if err != nil {
			return nil, refuse(http.StatusBadRequest, "cursor: %q is not one of ours", p.Cursor)
		}
		f.before = before
	}
	for _, t := range []struct {
		name, text string
		into       *time.Time
	}{{"since", p.Since, &f.since}, {"until", p.Until, &f.until}} {
		if err := parseTime(t.name, t.text, t.into); err != nil {
			return nil, err
		}
	}
	return s.page(ctx, c.runtime, f)
}

func parseTime(name, text string, into *time.Time) error {
	if text == "" {
		return nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return refuse(http.StatusBadRequest, "%s: %q is not a time in RFC 3339, such as 2026-12-01T08:00:00Z", name, text)
	}
	*into = t
	return nil
}

func statusWords() string {
	var words []string
	for _, s := range execution.Statuses() {
		words = append(words, string(s))
	}
	return strings.Join(words, ", ")
}

// filter is a checked query.
type filter struct {
	status               execution.Status
	labelKey, labelValue string
	since, until         time.Time
	limit                int
	before               execution.ID
}

// page collects what fits the filter, until the page is full. One more match than
// it shows tells whether there is another page.
func (s *Service) page(ctx context.Context, runtime string, f filter) (Listing, error) {
	out := Listing{Executions: []execution.Record{}}
	if f.limit == 0 {
		return out, nil
	}
	room := int(s.s.Conn().MaxPayload()) * 3 / 4 // the rest is for commas and the cursor
	read := f.limit + 1
	if f.drops() {
		read = max(read, 1000) // each read lists the ids again
	}
	for before := f.before; ; {
		states, err := s.s.States(ctx, runtime, stream.StatesQuery{Before: before, Limit: read})
		if err != nil {
			return Listing{}, fmt.Errorf("list runtime %s: %w", runtime, err)
		}
		for _, l := range states {
			before = l.Key.ID
			if !f.since.IsZero() && l.Key.ID.Time().Before(f.since) {
				return out, nil // all that follow are older
			}
			if !f.fits(l) {
				continue
			}
			row, size, err := row(l)
			if err != nil {
				return Listing{}, err
			}
			if n := len(out.Executions); n == f.limit || n > 0 && size > room {
				out.Cursor = string(out.Executions[n-1].ExecutionID)
				return out, nil
			}
			out.Executions = append(out.Executions, row)
			room -= size
		}
		if len(states) < read {
			return out, nil
		}
	}
}

// row returns a line of the listing, and its size in JSON.
func row(l stream.Listed) (execution.Record, int, error) {
	r := summary(l.Key, l.State)
	body, err := json.Marshal(r)
	if err != nil {
		return execution.Record{}, 0, fmt.Errorf("encode execution %s: %w", l.Key.ID, err)
	}
	return r, len(body), nil
}

// drops reports whether the filter may leave out many.
func (f filter) drops() bool { return f.status != "" || f.labelKey != "" || !f.until.IsZero() }

func (f filter) fits(l stream.Listed) bool {
	if f.status != "" && l.State.Status != f.status {
		return false
	}
	if f.labelKey != "" {
		if v, ok := l.State.Labels[f.labelKey]; !ok || v != f.labelValue {
			return false
		}
	}
	return f.until.IsZero() || l.Key.ID.Time().Before(f.until)
}
