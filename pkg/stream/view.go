package stream

import (
	"context"
	"errors"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// View reads one execution consistently: the state from the leader, and request
// and records as of that state or a later one. A request that is not written yet is
// the zero one. It returns [journal.ErrNotFound].
func (s *Stream) View(ctx context.Context, key journal.Key) (journal.Stored, execution.Request, []journal.Record, error) {
	st, err := s.journal.State(ctx, key)
	if err != nil {
		return st, execution.Request{}, nil, err
	}
	records, err := loader{Journal: s.journal, key: key, claim: st.Revision, later: true}.load(ctx)
	if err != nil {
		return st, execution.Request{}, nil, err
	}
	request, err := s.journal.Request(ctx, key)
	if err != nil && !errors.Is(err, journal.ErrNotFound) {
		return st, request, nil, err
	}
	return st, request, records, nil
}
