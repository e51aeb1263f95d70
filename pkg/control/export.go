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

// exportPage is each further answer: as many records as fit into a message, as they are
// stored.
type exportPage struct {
	Records []json.RawMessage `json:"records"`
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
	switch {
	case p.Record != nil:
		return s.exportPage(ctx, key, *p.Record)
	case p.Request:
		return s.exportRequest(ctx, key)
	}
	sub, err := s.read(ctx, key)
	if err != nil {
		return nil, err
	}
	return exportHead{journal.ExportVersion, key.Runtime, key.ID, sub.stored.State, len(sub.records)}, nil
}

func (s *Service) exportRequest(ctx context.Context, key journal.Key) (any, error) {
	if _, err := s.readState(ctx, key); err != nil {
		return nil, err
	}
	request, err := s.s.Journal().RequestValue(ctx, key)
	if err != nil {
		return nil, fmt.Errorf("read execution %s: %w", key.ID, err)
	}
	return request, nil
}

// exportPage reads as many records as fit, and no others: an export of many pages reads
// each record once.
func (s *Service) exportPage(ctx context.Context, key journal.Key, from int) (any, error) {
	const envelope = 64
	var texts []json.RawMessage
	var stored journal.Stored
	var err error
	if from >= 0 {
		texts, stored, err = s.s.RecordTexts(ctx, key, from, int(s.s.Conn().MaxPayload())-envelope)
	}
	switch {
	case errors.Is(err, journal.ErrNotFound):
		return nil, unknown(key)
	case err != nil:
		return nil, fmt.Errorf("read execution %s: %w", key.ID, err)
	case stored.State.Status == execution.Deleted:
		return nil, gone(key)
	case len(texts) > 0:
		return exportPage{texts}, nil
	}
	sub, err := s.read(ctx, key)
	if err != nil {
		return nil, err
	}
	return nil, refuse(http.StatusBadRequest, "record: must be 0 to %d, got %d", len(sub.records)-1, from)
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
		texts := make([][]byte, len(page.Records))
		for i, text := range page.Records {
			texts[i] = text
		}
		records, err := journal.ParseRecords(texts)
		if err != nil {
			return e, fmt.Errorf("export %s: %w", id, err)
		}
		e.Records = append(e.Records, records...)
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
