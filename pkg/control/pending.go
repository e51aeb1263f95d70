package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
)

// PendingQuery selects what waits for a person.
type PendingQuery struct {
	ID     execution.ID `json:"id,omitempty"`     // of one execution; empty: of all that are paused
	Limit  int          `json:"limit,omitempty"`  // executions on a page: 1 to 1000; 0: 50
	Cursor string       `json:"cursor,omitempty"` // of the page before
}

// PendingCalls is one page of what waits for a person, newest execution first.
type PendingCalls struct {
	Pending []execution.PendingCall `json:"pending"`

	// Cursor asks for the next page. Empty on the last one.
	Cursor string `json:"cursor,omitempty"`
}

// pending answers the calls that wait for a person: of one execution, or of all that
// are paused. An unknown execution has none.
func (s *Service) pending(ctx context.Context, c call) (any, error) {
	var p struct {
		ID     string `json:"id"`
		Limit  *int   `json:"limit"`
		Cursor string `json:"cursor"`
	}
	if err := decode(c.body, &p); err != nil {
		return nil, err
	}
	if p.ID != "" {
		return s.pendingOf(ctx, c.runtime, p.ID)
	}
	limit, before, err := pageOf(p.Limit, p.Cursor)
	if err != nil {
		return nil, err
	}
	return s.pendingPage(ctx, c.runtime, before, limit)
}

func (s *Service) pendingOf(ctx context.Context, runtime, id string) (PendingCalls, error) {
	out := PendingCalls{Pending: []execution.PendingCall{}}
	key, err := keyOf(runtime, id)
	if err != nil {
		return out, err
	}
	stored, err := s.s.Journal().State(ctx, key)
	switch {
	case errors.Is(err, journal.ErrNotFound):
		return out, nil
	case err != nil:
		return out, fmt.Errorf("read state of execution %s: %w", key.ID, err)
	}
	out.Pending = append(out.Pending, stored.State.PendingCalls(key.ID)...)
	return out, nil
}

// pendingPage collects the calls of paused executions until the page is full.
func (s *Service) pendingPage(ctx context.Context, runtime string, before execution.ID, limit int) (PendingCalls, error) {
	out := PendingCalls{Pending: []execution.PendingCall{}}
	if limit == 0 {
		return out, nil
	}
	room := int(s.s.Conn().MaxPayload()) * 3 / 4 // the rest is for commas and the cursor
	var last execution.ID
	q := stream.StatesQuery{Before: before, Statuses: []execution.Status{execution.Paused}, Limit: limit + 1}
	err := s.s.Walk(ctx, runtime, q, func(l stream.Listed) error {
		calls := l.State.PendingCalls(l.Key.ID)
		if len(calls) == 0 {
			return nil
		}
		text, err := json.Marshal(calls)
		if err != nil {
			return fmt.Errorf("encode pending calls of %s: %w", l.Key.ID, err)
		}
		if limit == 0 || len(out.Pending) > 0 && len(text) > room {
			out.Cursor = string(last)
			return errFull
		}
		out.Pending = append(out.Pending, calls...)
		last, limit, room = l.Key.ID, limit-1, room-len(text)
		return nil
	})
	if err != nil && !errors.Is(err, errFull) {
		return out, fmt.Errorf("list runtime %s: %w", runtime, err)
	}
	return out, nil
}
