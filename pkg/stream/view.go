package stream

import (
	"context"
	"errors"
	"fmt"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// viewTries bounds how often a view is read again because its state moved.
const viewTries = 50

// View reads one execution consistently: the state from the leader, and request
// and records as of that state or later ones of the same pass. A request that is not
// written yet is the zero one. It returns [journal.ErrNotFound], and
// [journal.ErrFenced] when the state never stood still.
func (s *Stream) View(ctx context.Context, key journal.Key) (journal.Stored, execution.Request, []journal.Record, error) {
	for range viewTries {
		st, err := s.journal.State(ctx, key)
		if err != nil {
			return st, execution.Request{}, nil, err
		}
		records, err := s.journal.Load(ctx, key, st.Revision)
		if errors.Is(err, journal.ErrFenced) {
			continue
		}
		if err != nil {
			return st, execution.Request{}, nil, err
		}
		request, err := s.journal.Request(ctx, key)
		if err != nil && !errors.Is(err, journal.ErrNotFound) {
			return st, request, nil, err
		}
		return st, request, records, nil
	}
	return journal.Stored{}, execution.Request{}, nil, fmt.Errorf("read %s: its state moves all the time: %w", key, journal.ErrFenced)
}
