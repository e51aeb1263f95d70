package control

import (
	"context"
	"net/http"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
)

// cancel ends an execution, whatever it does or waits for.
func (s *Service) cancel(ctx context.Context, c call) (any, error) {
	var p struct {
		ID       string `json:"id"`
		Rollback bool   `json:"rollback"`
		As       string `json:"as"`
	}
	if err := decode(c.body, &p); err != nil {
		return nil, err
	}
	key, err := keyOf(c.runtime, p.ID)
	if err != nil {
		return nil, err
	}
	as, err := who(p.As)
	if err != nil {
		return nil, err
	}
	text, read := "cancelled by "+as, s.readState
	if p.Rollback {
		read = s.read
	}
	return s.changed(ctx, key, read, func(sub subject) (journal.State, string, error) {
		st := sub.stored.State
		switch {
		case st.Undoing():
			return cancelUndoing(st, text)
		case st.Status == execution.Cancelled && !p.Rollback:
			return st, "", errNothing
		case st.Status.Terminal():
			return st, "", refuse(http.StatusConflict, "not cancelled: it has ended already (%s)", st.Status)
		case p.Rollback && (st.Status == execution.Running || s.undoable(sub)):
			return st.Rollback(as, time.Now()).CancelAfter(text), stream.WakeCancel, nil
		}
		return st.Cancel(text), "", nil
	})
}

// cancelUndoing cancels what is being rolled back: that goes on, and the execution
// does not go on after it.
func cancelUndoing(st journal.State, text string) (journal.State, string, error) {
	switch op := st.Operation; {
	case op.Cancels:
		return st, "", errNothing
	case op.Then.Terminal():
		return st, "", refuse(http.StatusConflict, "not cancelled: it has ended already (%s), and is being rolled back", op.Then)
	}
	return st.CancelAfter(text), stream.WakeCancel, nil
}
