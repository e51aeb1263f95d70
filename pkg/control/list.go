package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
)

// Statuses are statuses to look for. In JSON they are one text, with commas between.
type Statuses []execution.Status

// MarshalText implements [encoding.TextMarshaler].
func (s Statuses) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// String returns the statuses with commas between.
func (s Statuses) String() string {
	var words []string
	for _, one := range s {
		words = append(words, string(one))
	}
	return strings.Join(words, ",")
}

// ParseStatuses reads statuses with commas between. Its error names the words that
// there are.
func ParseStatuses(text string) (Statuses, error) {
	if text == "" {
		return nil, nil
	}
	var all Statuses
	for word := range strings.SplitSeq(text, ",") {
		status := execution.Status(strings.TrimSpace(word))
		if !status.Valid() {
			return nil, fmt.Errorf("%q is none; they are %s", word, strings.ReplaceAll(Statuses(execution.Statuses()).String(), ",", ", "))
		}
		all = append(all, status)
	}
	return all, nil
}

// ListQuery selects executions. The zero value selects all of them.
type ListQuery struct {
	Status Statuses   `json:"status,omitempty"` // one of these
	Label  string     `json:"label,omitempty"`  // "key=value"
	Text   string     `json:"text,omitempty"`   // part of what failed, in either case of letters
	Since  *time.Time `json:"since,omitempty"`  // created then or later
	Until  *time.Time `json:"until,omitempty"`  // created before
	Limit  int        `json:"limit,omitempty"`  // of a page: 1 to 1000; 0: 50
	Cursor string     `json:"cursor,omitempty"` // of the page before
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
	var p listParams
	if err := decode(c.body, &p); err != nil {
		return nil, err
	}
	f, err := p.filter()
	if err != nil {
		return nil, err
	}
	return s.page(ctx, c.runtime, f)
}

type listParams struct {
	Status string `json:"status"`
	Label  string `json:"label"`
	Text   string `json:"text"`
	Since  string `json:"since"`
	Until  string `json:"until"`
	Limit  *int   `json:"limit"`
	Cursor string `json:"cursor"`
}

// filter is a checked query.
type filter struct {
	statuses             Statuses
	labelKey, labelValue string
	text                 string // in small letters
	from, before         execution.ID
	limit                int
}

func (p listParams) filter() (filter, error) {
	f := filter{text: strings.ToLower(p.Text)}
	var err error
	if f.statuses, err = ParseStatuses(p.Status); err != nil {
		return f, refuse(http.StatusBadRequest, "status: %v", err)
	}
	if f.limit, f.before, err = pageOf(p.Limit, p.Cursor); err != nil {
		return f, err
	}
	if p.Label != "" {
		var ok bool
		if f.labelKey, f.labelValue, ok = strings.Cut(p.Label, "="); !ok || f.labelKey == "" {
			return f, refuse(http.StatusBadRequest, `label: must be "key=value", got %q`, p.Label)
		}
	}
	if f.from, err = parseTime("since", p.Since); err != nil {
		return f, err
	}
	until, err := parseTime("until", p.Until)
	if until != "" && (f.before == "" || until < f.before) {
		f.before = until
	}
	return f, err
}

// parseTime returns the first id of a time; none of no time.
func parseTime(name, text string) (execution.ID, error) {
	if text == "" {
		return "", nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return "", refuse(http.StatusBadRequest, "%s: %q is not a time in RFC 3339, such as 2026-12-01T08:00:00Z", name, text)
	}
	return stream.FirstID(t), nil
}

// errFull ends a page.
var errFull = errors.New("the page is full")

// page collects what fits the filter, until the page is full. One more match than
// it shows tells whether there is another page.
func (s *Service) page(ctx context.Context, runtime string, f filter) (Listing, error) {
	out := Listing{Executions: []execution.Record{}}
	if f.limit == 0 {
		return out, nil
	}
	room := int(s.s.Conn().MaxPayload()) * 3 / 4 // the rest is for commas and the cursor
	q := stream.StatesQuery{Before: f.before, From: f.from, Statuses: f.wanted()}
	if f.labelKey == "" && f.text == "" {
		q.Limit = f.limit + 1
	}
	err := s.s.Walk(ctx, runtime, q, func(l stream.Listed) error {
		if !f.fits(l.State) {
			return nil
		}
		row, size, err := row(l)
		if err != nil {
			return err
		}
		if n := len(out.Executions); n == f.limit || n > 0 && size > room {
			out.Cursor = string(out.Executions[n-1].ExecutionID)
			return errFull
		}
		out.Executions = append(out.Executions, row)
		room -= size
		return nil
	})
	if err != nil && !errors.Is(err, errFull) {
		return Listing{}, fmt.Errorf("list runtime %s: %w", runtime, err)
	}
	return out, nil
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

// wanted returns the statuses that can fit; none: all.
func (f filter) wanted() []execution.Status {
	if len(f.statuses) > 0 || f.text == "" {
		return f.statuses
	}
	return slices.DeleteFunc(execution.Statuses(), func(s execution.Status) bool { return s == execution.Completed })
}

func (f filter) fits(st journal.State) bool {
	if f.labelKey != "" {
		if v, ok := st.Labels[f.labelKey]; !ok || v != f.labelValue {
			return false
		}
	}
	if f.text == "" {
		return true
	}
	if st.Status == execution.Completed {
		return false // a failure in it is that of an earlier try
	}
	return contains(st.Error, f.text) || st.Failure != nil && contains(st.Failure.Message, f.text)
}

// contains reports whether text contains part, which is in small letters.
func contains(text, part string) bool { return strings.Contains(strings.ToLower(text), part) }
