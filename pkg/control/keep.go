package control

import (
	"context"
	"errors"
	"math"
	"net/http"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/retention"
)

// Kept is the answer to expire, delete and prune.
type Kept struct {
	Executions []execution.ID `json:"executions"` // that ended, or are gone, oldest first

	// More says that the request had no time for all of them: ask again.
	More bool `json:"more,omitempty"`
}

const (
	// keepWork is how long a request of this kind begins something new, keepTime how
	// long it may take altogether. The listing of all states comes on top of the
	// former.
	keepWork = 5 * time.Second
	keepTime = 25 * time.Second

	// defaultExpiry is the age of expire when the request names none.
	defaultExpiry = 24 * time.Hour
)

// expire ends what has waited for a person, or was left running, for too long.
func (s *Service) expire(ctx context.Context, c call) (any, error) {
	var p struct {
		OlderThanMs *int64 `json:"olderThanMs"`
	}
	if err := decode(c.body, &p); err != nil {
		return nil, err
	}
	age := defaultExpiry
	if p.OlderThanMs != nil {
		if *p.OlderThanMs < 0 {
			return nil, refuse(http.StatusBadRequest, "olderThanMs: must not be negative, got %d", *p.OlderThanMs)
		}
		age = time.Duration(min(*p.OlderThanMs, math.MaxInt64/int64(time.Millisecond))) * time.Millisecond
	}
	return s.sweep(ctx, c.runtime, retention.Bounds{ExpireAfter: &age})
}

// prune removes all but the newest that have ended.
func (s *Service) prune(ctx context.Context, c call) (any, error) {
	var p struct {
		Keep *int `json:"keep"`
	}
	if err := decode(c.body, &p); err != nil {
		return nil, err
	}
	switch {
	case p.Keep == nil:
		return nil, refuse(http.StatusBadRequest, "keep: missing; it is the number of ended executions that stay")
	case *p.Keep < 0:
		return nil, refuse(http.StatusBadRequest, "keep: must not be negative, got %d", *p.Keep)
	}
	return s.sweep(ctx, c.runtime, retention.Bounds{Retain: p.Keep})
}

func (s *Service) sweep(ctx context.Context, runtime string, b retention.Bounds) (any, error) {
	ctx, cancel := context.WithTimeout(ctx, keepTime)
	defer cancel()
	swept, err := s.keeper.Sweep(ctx, runtime, b, time.Now().Add(keepWork))
	if err != nil {
		return nil, err
	}
	out := Kept{Executions: append(append([]execution.ID{}, swept.Expired...), swept.Removed...), More: swept.More}
	return out, nil
}

// delete removes one execution, whatever its status.
func (s *Service) delete(ctx context.Context, c call) (any, error) {
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
	ctx, cancel := context.WithTimeout(ctx, keepTime)
	defer cancel()
	switch err := s.keeper.Delete(ctx, key); {
	case errors.Is(err, journal.ErrNotFound):
		return nil, unknown(key)
	case errors.Is(err, retention.ErrGone):
		return nil, gone(key)
	case err != nil:
		return nil, err
	}
	s.log.Info("execution deleted", "runtime", key.Runtime, "execution", key.ID)
	return Kept{Executions: []execution.ID{key.ID}}, nil
}

// keptEnd tells of the end of an execution that expired or was removed.
func (s *Service) keptEnd(ctx context.Context, e retention.End) {
	if e.Log != nil {
		s.log.Info("execution expired", "runtime", e.Key.Runtime, "execution", e.Key.ID, "status", e.State.Status)
		record, err := s.record(ctx, e.Key)
		s.announceOutcome(e.Key, e.State.Status, record, err)
	}
	s.dispose(e.Key, e.State.Attempt, e.Dispose)
}
