package control

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/reprise-run/reprise/pkg/journal"
)

// Rejection says whether a rejection ended the execution.
type Rejection struct {
	// Rejected is false when the call, or the execution, was not pending: nothing
	// has changed.
	Rejected bool `json:"rejected"`
}

// reject ends an execution because a person says no to a call that waits.
func (s *Service) reject(ctx context.Context, c call) (any, error) {
	var p struct {
		ID     string `json:"id"`
		Seq    *int   `json:"seq"`
		Reason string `json:"reason"`
		As     string `json:"as"`
	}
	if err := decode(c.body, &p); err != nil {
		return nil, err
	}
	key, err := keyOf(c.runtime, p.ID)
	if err != nil {
		return nil, err
	}
	v := verdict{seq: p.Seq, as: cmp.Or(p.As, anonymous), reason: p.Reason}
	if err := v.check(); err != nil {
		return nil, err
	}
	sub, ran, err := s.awaitSettle(ctx, key)
	var refused *Error
	switch {
	case errors.As(err, &refused) && (refused.Code == http.StatusNotFound || refused.Code == http.StatusGone):
		return Rejection{}, nil
	case err != nil:
		return nil, err
	case v.late(sub, ran) != nil:
		return Rejection{}, nil //nolint:nilerr // nothing waits there
	}
	st := sub.stored.State
	var words []journal.Completion
	var text string
	for _, w := range st.Waits {
		if v.seq != nil && *v.seq != w.Seq {
			continue
		}
		text = cmp.Or(text, rejected(w, v))
		words = append(words, st.NewDecision(w.Seq, journal.MarkRejected, v.as, v.reason, time.Now()))
	}
	if len(words) == 0 {
		return Rejection{}, nil
	}
	now, err := s.change(ctx, sub, st.Reject(sub.log, text, words...))
	switch {
	case errors.Is(err, errLost):
		return Rejection{}, nil
	case err != nil:
		return nil, err
	}
	record, err := s.soon(ctx, key, func(ctx context.Context) (subject, error) { return s.after(ctx, sub, now) })
	s.announceEnd(key, now, record, err)
	return Rejection{Rejected: true}, nil
}

// rejected is the execution's error.
func rejected(w journal.Wait, v verdict) string {
	text := fmt.Sprintf("%s.%s was rejected by the user", w.Connector, w.Method)
	if v.as != anonymous {
		text += " " + v.as
	}
	if v.reason != "" {
		text += ": " + v.reason
	}
	return text
}
