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
)

// approve lets calls be made that wait for a person's yes.
func (s *Service) approve(ctx context.Context, c call) (any, error) {
	var p struct {
		ID     string          `json:"id"`
		Seq    *int            `json:"seq"`
		Args   json.RawMessage `json:"args"`
		As     string          `json:"as"`
		Reason string          `json:"reason"`
		Wait   *bool           `json:"wait"`
	}
	if err := decode(c.body, &p); err != nil {
		return nil, err
	}
	args, err := durable("args", p.Args)
	if err != nil {
		return nil, err
	}
	v := verdict{id: p.ID, seq: p.Seq, as: cmp.Or(p.As, anonymous), reason: p.Reason, wait: p.Wait, takes: func(w journal.Wait) string {
		switch w.Kind {
		case execution.PendingClient:
			return "waits for a result, not for an approval: resolve it"
		case execution.PendingUnknown:
			return "has an unknown outcome: resolve it"
		}
		return ""
	}}
	v.word = func(sub subject, w journal.Wait, at time.Time) (journal.Completion, error) {
		word := sub.stored.State.NewDecision(w.Seq, journal.MarkApproved, v.as, v.reason, at)
		if args == nil {
			return word, nil
		}
		if approvals(sub.stored.State) > 1 && p.Seq == nil {
			return word, refuse(http.StatusBadRequest, "args: several calls are pending (%s); name the seq", seqList(sub.stored.State))
		}
		word.Args = args
		return word, s.checkArgs(w, p.Args)
	}
	return s.decide(ctx, c.runtime, v, stream.WakeApproved)
}

// approvals counts the calls that wait for an approval.
func approvals(st journal.State) int {
	n := 0
	for _, w := range st.Waits {
		if w.Kind == execution.PendingApproval {
			n++
		}
	}
	return n
}

// checkArgs checks an approver's arguments as those of the call are checked.
func (s *Service) checkArgs(w journal.Wait, args json.RawMessage) error {
	if s.cfg.Connectors == nil {
		return nil
	}
	if err := s.cfg.Connectors.Check(w.Connector, w.Method, args); err != nil {
		return refuse(http.StatusBadRequest, "args: %v", err)
	}
	return nil
}
