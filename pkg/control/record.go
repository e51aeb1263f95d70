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

// get answers the record of an execution.
func (s *Service) get(ctx context.Context, c call) (any, error) {
	var p struct {
		ID string `json:"id"`
	}
	if err := decode(c.body, &p); err != nil {
		return nil, err
	}
	key, err := keyOf(c.runtime, p.ID)
	if err != nil {
		return nil, err
	}
	return s.record(ctx, key)
}

// record reads an execution as people see it. Unknown is 404, deleted is 410.
func (s *Service) record(ctx context.Context, key journal.Key) (execution.Record, error) {
	stored, request, records, err := s.s.View(ctx, key)
	switch {
	case errors.Is(err, journal.ErrNotFound):
		return execution.Record{}, unknown(key)
	case err != nil:
		return execution.Record{}, fmt.Errorf("read execution %s: %w", key.ID, err)
	case stored.State.Status == execution.Deleted:
		return execution.Record{}, gone(key)
	}
	st := stored.State
	log, err := journal.Fold(st, records)
	if err != nil {
		return execution.Record{}, fmt.Errorf("fold execution %s: %w", key.ID, err)
	}
	r := summary(key, st)
	r.Code, r.Input = request.Code, request.Input
	r.Calls = log.Shown(st.View())
	r.Pending = st.PendingCalls(key.ID)
	if r.Logs, err = s.lastLogs(ctx, key, st); err != nil {
		return execution.Record{}, fmt.Errorf("read the logs of execution %s: %w", key.ID, err)
	}
	return r, nil
}

func unknown(key journal.Key) error {
	return refuse(http.StatusNotFound, "no execution %s in runtime %s, or no executor has claimed it yet", key.ID, key.Runtime)
}

func gone(key journal.Key) error {
	return refuse(http.StatusGone, "execution %s was deleted", key.ID)
}

// summary returns what the state alone says: a row of a listing.
func summary(key journal.Key, st journal.State) execution.Record {
	r := execution.Record{
		ExecutionID: key.ID, Runtime: key.Runtime, Status: st.Status, Attempt: st.Attempt,
		Result: st.Result.Shown(), ResultOmitted: st.Omitted, Error: st.Error, Failure: st.Failure,
		Connectors: st.Connectors, Labels: st.Labels,
		CreatedAt: st.CreatedAt.UTC(), UpdatedAt: st.UpdatedAt.UTC(), RetryAt: st.RetryAt,
		Signals: st.Signals, ForkedFrom: st.ForkedFrom,
	}
	if st.Operation != nil {
		r.Rollback = &st.Operation.Rollback
	}
	if st.Undoing() {
		r.Signals = nil // it waits for none while it is undone
	}
	return r
}

// lastLogs returns the console lines of the last pass that ended.
func (s *Service) lastLogs(ctx context.Context, key journal.Key, st journal.State) ([]string, error) {
	if st.Logs == nil {
		return nil, nil
	}
	text, err := s.s.Journal().Resolve(ctx, key, *st.Logs)
	if err != nil {
		return nil, err
	}
	var passes []journal.PassLogs
	if err := json.Unmarshal(text, &passes); err != nil {
		return nil, fmt.Errorf("%w: %w", journal.ErrCorrupt, err)
	}
	if len(passes) == 0 {
		return nil, nil
	}
	last := passes[len(passes)-1]
	settled := st.Status.Terminal() || st.Status == execution.Paused
	if settled && last.Attempt != st.View().Attempt {
		return nil, nil // the last pass printed nothing
	}
	return last.Lines, nil
}
