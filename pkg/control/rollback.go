package control

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
)

// rollback has the calls of an execution undone. It answers the record as soon as that
// is certain to happen: the undoing is work of its own, and lasts.
func (s *Service) rollback(ctx context.Context, c call) (any, error) {
	var p struct {
		ID string `json:"id"`
		As string `json:"as"`
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
	return s.changed(ctx, key, s.read, func(sub subject) (journal.State, string, error) {
		st := sub.stored.State
		if st.Undoing() || !s.undoable(sub) {
			return st, "", errNothing
		}
		return st.Rollback(as, time.Now()), stream.WakeRollback, nil
	})
}

// undoable reports whether there is, or while a pass runs may soon be, a call that can
// be undone. What this executor does not know may be undone by another one.
func (s *Service) undoable(sub subject) bool {
	running := sub.stored.State.Status == execution.Running
	known := make(map[[2]string]bool) // asked for once each: calls are many, methods are few
	for i := range sub.log.Entries {
		e := &sub.log.Entries[i]
		if !e.Undoable() && (!running || e.Mark.Delivered() || e.Connector == execution.StepConnector) {
			continue
		}
		method := [2]string{e.Connector, e.Method}
		can, ok := known[method]
		if !ok {
			can = s.reverts(e.Connector, e.Method)
			known[method] = can
		}
		if can {
			return true
		}
	}
	return false
}

// reverts reports whether calls of the method may be undone.
func (s *Service) reverts(name, method string) bool {
	if s.cfg.Connectors == nil {
		return true
	}
	can, err := s.cfg.Connectors.Reverts(name, method)
	return can || err != nil && !errors.Is(err, connector.ErrNoMethod)
}

// errNothing says that nothing is to be changed. It stays in the package.
var errNothing = errors.New("nothing to change")

// changeTries bounds how often a word that may come at any time is written again
// because the state moved.
const changeTries = 20

// changed is one write of the state whatever it is (R14): decide returns the next
// state, and the reason of the wake where the execution goes on, or [errNothing]. The
// pass that may be running is superseded, and told. It answers the record.
func (s *Service) changed(ctx context.Context, key journal.Key, read func(context.Context, journal.Key) (subject, error),
	decide func(subject) (next journal.State, wake string, err error)) (any, error) {
	for range changeTries {
		sub, err := read(ctx, key)
		if err != nil {
			return nil, err
		}
		next, wake, err := decide(sub)
		if errors.Is(err, errNothing) {
			return s.soon(ctx, key, func(ctx context.Context) (subject, error) {
				if sub.log == nil {
					return s.read(ctx, key)
				}
				return sub, nil
			})
		}
		if err != nil {
			return nil, err
		}
		now, err := s.change(ctx, sub, next)
		if errors.Is(err, errLost) {
			continue
		}
		if err != nil {
			return nil, err
		}
		s.log.Info("state changed by a person", "runtime", key.Runtime, "execution", key.ID, "from", sub.stored.State.Status, "status", next.Status)
		// crash here: the pass that may be running finds out by itself (R4).
		s.stop(key, now.State.Status)
		if !now.State.Status.Terminal() {
			s.goOn(ctx, key, now, wake)
		}
		record, err := s.soon(ctx, key, func(ctx context.Context) (subject, error) { return s.after(ctx, sub, now) })
		if now.State.Status.Terminal() {
			s.announceEnd(key, now, record, err)
		}
		return record, err
	}
	return nil, refuse(http.StatusServiceUnavailable, "execution %s changes all the time; ask again", key.ID)
}
