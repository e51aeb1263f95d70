package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// exportHead is the first answer of an export: the state, and how many records there
// are. Values that were moved out are pointers.
type exportHead struct {
	Version     int           `json:"reprise"`
	Runtime     string        `json:"runtime"`
	ExecutionID execution.ID  `json:"executionId"`
	State       journal.State `json:"state"`
	Records     int           `json:"records"`
}

// exportPage is each further answer: as many records as fit into a message.
type exportPage struct {
	Records []journal.Record `json:"records"`
}

// export answers the journal of an execution as it is stored, in pieces that fit into
// messages: the head; with "request" the request, or the pointer to it; with "record" the
// records from that number on. What is recorded never
// changes: the pieces fit together, however long the execution runs on meanwhile.
func (s *Service) export(ctx context.Context, c call) (any, error) {
	var p struct {
		ID      string `json:"id"`
		Request bool   `json:"request"`
		Record  *int   `json:"record"`
	}
	if err := decode(c.body, &p); err != nil {
		return nil, err
	}
	key, err := keyOf(c.runtime, p.ID)
	if err != nil {
		return nil, err
	}
	stored, _, records, err := s.s.View(ctx, key)
	switch {
	case errors.Is(err, journal.ErrNotFound):
		return nil, unknown(key)
	case err != nil:
		return nil, fmt.Errorf("read execution %s: %w", key.ID, err)
	case stored.State.Status == execution.Deleted:
		return nil, gone(key)
	case p.Record != nil && (*p.Record < 0 || *p.Record >= len(records)):
		return nil, refuse(http.StatusBadRequest, "record: must be 0 to %d, got %d", len(records)-1, *p.Record)
	case p.Record != nil:
		return s.exportPage(records[*p.Record:])
	}
	if !p.Request {
		return exportHead{journal.ExportVersion, key.Runtime, key.ID, stored.State, len(records)}, nil
	}
	request, err := s.s.Journal().RequestValue(ctx, key)
	if err != nil {
		return nil, fmt.Errorf("read execution %s: %w", key.ID, err)
	}
	return request, nil
}

// exportPage takes as many of the records as fit.
func (s *Service) exportPage(records []journal.Record) (any, error) {
	const envelope = 64
	room := int(s.s.Conn().MaxPayload()) - envelope
	for i := range records {
		text, err := json.Marshal(records[i])
		if err != nil {
			return nil, fmt.Errorf("encode record: %w", err)
		}
		if room -= len(text) + 1; room < 0 && i > 0 {
			return exportPage{records[:i]}, nil
		}
	}
	return exportPage{records}, nil
}

// Export returns the whole of an execution, fetched in as many pieces as it takes. It
// returns [ErrNotFound], also for a value that is gone, [ErrGone], [ErrNoExecutor] or
// [ErrUnavailable].
func (c *Client) Export(ctx context.Context, id execution.ID) (journal.Export, error) {
	var head exportHead
	if err := c.Call(ctx, "export", map[string]any{"id": id}, &head); err != nil {
		return journal.Export{}, err
	}
	var request journal.Value
	if err := c.Call(ctx, "export", map[string]any{"id": id, "request": true}, &request); err != nil {
		return journal.Export{}, err
	}
	e := journal.Export{Version: head.Version, Runtime: head.Runtime, ExecutionID: head.ExecutionID, State: head.State, Records: []journal.Record{}}
	for len(e.Records) < head.Records {
		var page exportPage
		if err := c.Call(ctx, "export", map[string]any{"id": id, "record": len(e.Records)}, &page); err != nil {
			return e, err
		}
		if len(page.Records) == 0 {
			return e, fmt.Errorf("export %s: the answer is empty", id)
		}
		e.Records = append(e.Records, page.Records...)
	}
	e.Records = e.Records[:head.Records] // what came later is not of this state
	fetch := func(ctx context.Context, hash string) (json.RawMessage, error) { return c.object(ctx, id, hash) }
	if request.Offloaded() {
		var err error
		if request.JSON, err = fetch(ctx, request.Object); err != nil {
			return e, err
		}
	}
	if err := json.Unmarshal(request.JSON, &e.Request); err != nil {
		return e, fmt.Errorf("export %s: read the request: %w", id, err)
	}
	return e.Inline(ctx, fetch)
}
