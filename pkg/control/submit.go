package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
)

// submission is a request to run, and what is published for it.
type submission struct {
	key     journal.Key
	request execution.Request
	body    []byte
	wait    bool
}

// submit publishes a submission. It answers the id at once, or waits for the outcome.
func (s *Service) submit(ctx context.Context, c call) (any, error) {
	sub, err := parseSubmission(c.runtime, c.body)
	if err != nil {
		return nil, err
	}
	if !sub.wait {
		short, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
		defer cancel()
		if err := s.admit(short, sub); err != nil {
			return nil, err
		}
		return map[string]execution.ID{"executionId": sub.key.ID}, nil
	}
	ctx, cancel := context.WithTimeoutCause(ctx, s.cfg.MaxWait,
		refuse(http.StatusGatewayTimeout, "execution %s has not ended after %v; it goes on", sub.key.ID, s.cfg.MaxWait))
	defer cancel()
	// Heard before it is published: nothing that happens can be missed.
	events, err := watchEnds(s.s.Conn(), sub.key.Runtime, sub.key.ID)
	if err != nil {
		return nil, err
	}
	defer events.Close()
	if err := s.admit(ctx, sub); err != nil {
		return nil, err
	}
	f := follower{events: events.events, look: func(ctx context.Context) (execution.Record, error) { return s.ended(ctx, sub.key) }}
	return f.run(ctx)
}

// ended reads the record only when there is something to tell: the state is one small read.
func (s *Service) ended(ctx context.Context, key journal.Key) (execution.Record, error) {
	stored, err := s.s.Journal().State(ctx, key)
	switch {
	case errors.Is(err, journal.ErrNotFound):
		return execution.Record{}, unknown(key)
	case err != nil:
		return execution.Record{}, err
	case stored.State.Status == execution.Deleted, settled(stored.State.Status):
		return s.record(ctx, key)
	}
	return summary(key, stored.State), nil
}

// parseSubmission reads the body of a submission, which may ask to wait, and gives
// it an id where it has none.
func parseSubmission(runtime string, body []byte) (submission, error) {
	sub := submission{}
	var fields map[string]json.RawMessage
	if bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) && json.Unmarshal(body, &fields) == nil {
		if raw, ok := fields["wait"]; ok {
			if json.Unmarshal(raw, &sub.wait) != nil {
				return sub, refuse(http.StatusBadRequest, "wait: must be true or false")
			}
			delete(fields, "wait")
		}
		var err error
		if body, err = json.Marshal(fields); err != nil {
			return sub, fmt.Errorf("encode submission: %w", err)
		}
	}
	request, err := execution.Parse(body)
	if err != nil {
		return sub, err
	}
	if len(request.Code) > execution.MaxSourceBytes {
		return sub, refuse(http.StatusBadRequest, "code: has %d bytes, at most %d are allowed", len(request.Code), execution.MaxSourceBytes)
	}
	if request.ID == "" {
		request.ID = execution.NewID(time.Now())
	}
	if fields == nil {
		if fields, err = sourceFields(request.Code); err != nil {
			return sub, err
		}
	}
	// The fields as they came, so that the executor reads what the submitter wrote.
	fields["id"] = json.RawMessage(`"` + request.ID + `"`)
	sub.key, sub.request = journal.Key{Runtime: runtime, ID: request.ID}, request
	if sub.body, err = json.Marshal(fields); err != nil {
		return sub, fmt.Errorf("encode submission: %w", err)
	}
	return sub, nil
}

func sourceFields(code string) (map[string]json.RawMessage, error) {
	raw, err := json.Marshal(code)
	if err != nil {
		return nil, fmt.Errorf("encode source: %w", err)
	}
	return map[string]json.RawMessage{"code": raw}, nil
}

// admit makes sure that the execution exists: it is known, or is published now.
// The same id with another body is refused.
func (s *Service) admit(ctx context.Context, sub submission) error {
	switch known, err := s.known(ctx, sub); {
	case err != nil:
		return err
	case known:
		return nil
	}
	receipt, err := stream.Submit(ctx, s.s.JetStream(), sub.key.Runtime, sub.key.ID, sub.body)
	switch {
	case errors.Is(err, stream.ErrTooLarge):
		return refuse(http.StatusBadRequest, "the submission has %d bytes, a message of this server at most %d", len(sub.body), s.s.Conn().MaxPayload())
	case err != nil:
		return err
	case receipt.Duplicate:
		return s.checkDuplicate(ctx, sub, receipt.Seq)
	}
	return nil
}

// known reports whether the execution has been claimed before.
func (s *Service) known(ctx context.Context, sub submission) (bool, error) {
	stored, err := s.s.Journal().State(ctx, sub.key)
	switch {
	case errors.Is(err, journal.ErrNotFound):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("read state of execution %s: %w", sub.key.ID, err)
	case stored.State.Status == execution.Deleted:
		return true, gone(sub.key)
	case stored.State.Digest != sub.request.Digest():
		return true, otherBody(sub.key)
	}
	return true, nil
}

func otherBody(key journal.Key) error {
	return refuse(http.StatusConflict, "id %s belongs to an execution with another body", key.ID)
}

// checkDuplicate compares with the submission of the same id that is in the queue
// and may not have been claimed yet.
func (s *Service) checkDuplicate(ctx context.Context, sub submission, seq uint64) error {
	queue, err := s.s.JetStream().Stream(ctx, stream.StreamName)
	if err != nil {
		return fmt.Errorf("look up the first submission of %s: %w", sub.key.ID, err)
	}
	first, err := queue.GetMsg(ctx, seq)
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		// Taken since: then its state is there, or it was a bad one and is of no account.
		_, err := s.known(ctx, sub)
		return err
	}
	if err != nil {
		return fmt.Errorf("look up the first submission of %s: %w", sub.key.ID, err)
	}
	other, err := execution.Parse(first.Data)
	if err != nil || other.Digest() != sub.request.Digest() {
		return otherBody(sub.key)
	}
	return nil
}
