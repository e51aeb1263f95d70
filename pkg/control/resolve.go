package control

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
	"github.com/reprise-run/reprise/pkg/value"
)

// resolve supplies the outcome of a call: of one that a client resolves, or of one
// whose outcome is unknown.
func (s *Service) resolve(ctx context.Context, c call) (any, error) {
	var p struct {
		ID     string          `json:"id"`
		Seq    *int            `json:"seq"`
		Result json.RawMessage `json:"result"`
		Error  json.RawMessage `json:"error"`
		Run    bool            `json:"run"`
		As     string          `json:"as"`
		Reason string          `json:"reason"`
		Wait   *bool           `json:"wait"`
	}
	if err := decode(c.body, &p); err != nil {
		return nil, err
	}
	given := 0
	for _, is := range []bool{p.Result != nil, p.Error != nil, p.Run} {
		if is {
			given++
		}
	}
	switch {
	case given != 1:
		return nil, refuse(http.StatusBadRequest, "exactly one of result, error and run is needed")
	case p.Seq == nil:
		return nil, refuse(http.StatusBadRequest, "seq: missing")
	}
	result, err := durable("result", p.Result)
	if err != nil {
		return nil, err
	}
	failure, err := callError(p.Error)
	if err != nil {
		return nil, err
	}
	v := verdict{id: p.ID, seq: p.Seq, as: cmp.Or(p.As, anonymous), reason: p.Reason, wait: p.Wait, takes: func(w journal.Wait) string {
		switch {
		case w.Kind == execution.PendingApproval:
			return "waits for an approval: approve or reject it"
		case w.Kind == execution.PendingClient && p.Run:
			return "waits for a result: nothing runs it"
		}
		return ""
	}}
	v.word = func(sub subject, w journal.Wait, at time.Time) (journal.Completion, error) {
		mark := journal.MarkApplied
		if p.Run {
			mark = journal.MarkRetry
		} else if failure != nil {
			mark = journal.MarkFailed
		}
		word := sub.stored.State.NewDecision(w.Seq, mark, v.as, v.reason, at)
		word.Result, word.Error = result, failure
		if p.Run {
			word.Error = &execution.CallError{Name: "UnknownOutcomeError", Message: "it did not happen, says " + v.as}
		}
		return word, nil
	}
	return s.decide(ctx, c.runtime, v, stream.WakeResolved)
}

// durable reads a value that a person gives.
func durable(name string, plain json.RawMessage) (*journal.Value, error) {
	text, err := value.FromPlain(plain)
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "%s: %v", name, err)
	}
	return journal.NewValue(text), nil
}

// callError reads the error of a call: a text, or {"name", "message"}.
func callError(raw json.RawMessage) (*execution.CallError, error) {
	if raw == nil {
		return nil, nil
	}
	e := &execution.CallError{Name: "Error"}
	if json.Unmarshal(raw, &e.Message) == nil && e.Message != "" {
		return e, bounded(e)
	}
	if err := json.Unmarshal(raw, e); err != nil || e.Message == "" {
		return nil, refuse(http.StatusBadRequest, `error: must be a text or {"name", "message"}`)
	}
	return e, bounded(e)
}

func bounded(e *execution.CallError) error {
	if n := len(e.Name) + len(e.Message); n > maxWordBytes {
		return refuse(http.StatusBadRequest, "error: has %d bytes, at most %d are allowed", n, maxWordBytes)
	}
	return nil
}
