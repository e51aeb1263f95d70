package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
)

// Delivery says what became of a signal.
type Delivery struct {
	// Delivered says that the code waits for the signal. False: it is kept for the
	// code to ask for.
	Delivered bool `json:"delivered"`
}

// signal puts a signal into the inbox of an execution, and wakes it if it waits for one.
func (s *Service) signal(ctx context.Context, c call) (any, error) {
	var p struct {
		ID    string          `json:"id"`
		Name  string          `json:"name"`
		Value json.RawMessage `json:"value"`
	}
	if err := decode(c.body, &p); err != nil {
		return nil, err
	}
	key, err := keyOf(c.runtime, p.ID)
	if err != nil {
		return nil, err
	}
	if err := execution.CheckSignal(p.Name); err != nil {
		return nil, refuse(http.StatusBadRequest, "name: %v", err)
	}
	sig := journal.Signal{ID: execution.NewID(time.Now()), Name: p.Name, At: time.Now().UTC()}
	if sig.Value, err = durable("value", p.Value); err != nil {
		return nil, err
	}
	if n, most := sig.Value.Size(), s.s.MaxValueBytes(); n > most {
		return nil, refuse(http.StatusBadRequest, "value: has %d bytes, at most %d are allowed", n, most)
	}
	if err := s.takesSignals(ctx, key); err != nil {
		return nil, err
	}
	if err := s.s.Journal().PutSignal(ctx, key, sig); err != nil {
		return nil, fmt.Errorf("keep signal for execution %s: %w", key.ID, err)
	}
	// crash here: the signal is kept; who waits for it is woken by the sweeper.
	delivered, err := s.tell(ctx, key, sig)
	if err != nil {
		return nil, err
	}
	s.log.Info("signal", "execution", key.ID, "name", sig.Name, "delivered", delivered)
	return Delivery{Delivered: delivered}, nil
}

// takesSignals refuses a signal for an execution that will never ask for one.
func (s *Service) takesSignals(ctx context.Context, key journal.Key) error {
	stored, err := s.s.Journal().State(ctx, key)
	switch status := stored.State.Status; {
	case errors.Is(err, journal.ErrNotFound):
		return unknown(key)
	case err != nil:
		return fmt.Errorf("read state of execution %s: %w", key.ID, err)
	case status == execution.Deleted:
		return gone(key)
	case status.Terminal():
		return refuse(http.StatusConflict, "execution %s has ended (%s)", key.ID, status)
	}
	return nil
}

// tellTries bounds how often the state is read again because a pass ended meanwhile.
const tellTries = 3

// tell lets an execution know of a signal that lies in its inbox: by a wake where it
// rests, by an event where a pass runs. It reports whether the code waits for the signal.
func (s *Service) tell(ctx context.Context, key journal.Key, sig journal.Signal) (bool, error) {
	for try := 1; ; try++ {
		stored, err := s.s.Journal().State(ctx, key)
		if err != nil {
			return false, fmt.Errorf("read state of execution %s: %w", key.ID, err)
		}
		st := stored.State
		switch {
		case st.Status == execution.Deleted:
			return false, errors.Join(s.s.DropSignal(ctx, key, sig.ID), gone(key))
		case st.Awaits(sig.Name):
			return s.wakeFor(ctx, key, stored, sig)
		}
		running := st.Status == execution.Running
		awaited, err := s.s.TellSignal(ctx, key, sig.Name, running)
		if err != nil {
			s.log.Debug("tell of a signal", "execution", key.ID, "err", err)
		}
		// A pass that did not answer may have settled, and looks into its inbox then; but
		// whether it waits is to be told.
		if !running || err == nil || try == tellTries {
			return awaited, nil
		}
	}
}

// wakeFor wakes an execution that rests for a signal of this name. An earlier signal
// may end the same wait: then this one is kept.
func (s *Service) wakeFor(ctx context.Context, key journal.Key, stored journal.Stored, sig journal.Signal) (bool, error) {
	behind, err := s.s.Journal().Inbox(ctx, key, stored.State.Heard)
	if err != nil {
		return false, fmt.Errorf("read inbox of execution %s: %w", key.ID, err)
	}
	if _, err := s.s.TellSignal(ctx, key, sig.Name, false); err != nil {
		s.log.Debug("tell of a signal", "execution", key.ID, "err", err)
	}
	// Without a revision: signals do not change it, and each needs its wake.
	if err := s.s.Wake(ctx, key, stream.WakeSignal, 0); err != nil {
		s.log.Warn("wake execution", "execution", key.ID, "err", err) // the sweeper does it
	}
	return stored.State.Delivers(sig.ID, behind), nil
}
