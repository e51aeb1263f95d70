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

// get answers the record of an execution, or with from its calls from that seq on, or
// what is known of it without them.
func (s *Service) get(ctx context.Context, c call) (any, error) {
	var p struct {
		ID    string `json:"id"`
		From  *int   `json:"from"`
		Calls *bool  `json:"calls"`
	}
	if err := decode(c.body, &p); err != nil {
		return nil, err
	}
	key, err := keyOf(c.runtime, p.ID)
	switch {
	case err != nil:
		return nil, err
	case p.Calls != nil && !*p.Calls:
		sub, err := s.readState(ctx, key)
		return summary(key, sub.stored.State), err
	case p.From == nil:
		return s.recordSoon(ctx, key)
	case *p.From < 0:
		return nil, refuse(http.StatusBadRequest, "from: must not be negative, got %d", *p.From)
	}
	sub, err := s.read(ctx, key)
	if err != nil {
		return nil, err
	}
	if *p.From == 0 { // for who could not be given the record at once
		r, err := s.recordOf(ctx, sub)
		r.Result = nil
		return r, err
	}
	r, calls := summary(key, sub.stored.State), sub.log.Shown(sub.stored.State.View())
	r.Result, r.Calls = nil, calls[min(*p.From, len(calls)):]
	return r, nil
}

// soon returns the record of what read reads. Where that takes too long, it is what the
// state alone says: the calls, and the rest, are left out.
func (s *Service) soon(ctx context.Context, key journal.Key, read func(context.Context) (subject, error)) (execution.Record, error) {
	short, cancel := context.WithTimeoutCause(ctx, s.cfg.ReadTime, errLong)
	defer cancel()
	sub, err := read(short)
	if err == nil {
		var r execution.Record
		if r, err = s.recordOf(short, sub); err == nil {
			return r, nil
		}
	}
	if !errors.Is(context.Cause(short), errLong) {
		return execution.Record{}, err
	}
	if sub, err = s.readState(ctx, key); err != nil {
		return execution.Record{}, err
	}
	r := summary(key, sub.stored.State)
	r.Pending, r.NextCall = sub.stored.State.PendingCalls(key.ID), new(int)
	return r, nil
}

// recordSoon is [Service.record], or what can be told of it soon.
func (s *Service) recordSoon(ctx context.Context, key journal.Key) (execution.Record, error) {
	return s.soon(ctx, key, func(ctx context.Context) (subject, error) { return s.read(ctx, key) })
}

// errLong says that reading a journal takes too long. It stays in the package.
var errLong = errors.New("the journal is not read in time")

// record reads an execution as people see it. Unknown is 404, deleted is 410.
func (s *Service) record(ctx context.Context, key journal.Key) (execution.Record, error) {
	sub, err := s.read(ctx, key)
	if err != nil {
		return execution.Record{}, err
	}
	return s.recordOf(ctx, sub)
}

// recordOf returns the record of what was read.
func (s *Service) recordOf(ctx context.Context, sub subject) (execution.Record, error) {
	key, st := sub.key, sub.stored.State
	r := summary(key, st)
	r.Code, r.Input = sub.request.Code, sub.request.Input
	r.Calls = sub.log.Shown(st.View())
	r.Pending = st.PendingCalls(key.ID)
	var err error
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
