package stream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// viewTries bounds how often a view is read again because its state moved.
const viewTries = 20

// View reads one execution: the state from the leader, and request and records as
// of that state. Only where the state moves all the time may the records be those of
// a later one; none that the state knows of is missing. A request that is not
// written yet is the zero one. It returns [journal.ErrNotFound].
func (s *Stream) View(ctx context.Context, key journal.Key) (journal.Stored, execution.Request, []journal.Record, error) {
	for try := 1; ; try++ {
		st, err := s.journal.State(ctx, key)
		if err != nil {
			return st, execution.Request{}, nil, err
		}
		records, err := loader{Journal: s.journal, key: key, claim: st.Revision, later: try >= viewTries}.load(ctx)
		if errors.Is(err, journal.ErrFenced) && try < viewTries {
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
}

// RecordTexts reads the records from number from on, as they are stored, until they have
// so many bytes together: as many as fit, and one at least, where there is one. They are
// those of the newest state, or of a later one; what is recorded never changes. It returns
// [journal.ErrNotFound] for an unknown execution.
func (s *Stream) RecordTexts(ctx context.Context, key journal.Key, from, bytes int) ([]json.RawMessage, journal.Stored, error) {
	st, err := s.journal.State(ctx, key)
	if err != nil {
		return nil, st, err
	}
	l := loader{Journal: s.journal, key: key, claim: st.Revision, later: true}
	var all []json.RawMessage
	for size := firstPage; ; size = fullPage {
		p, err := l.texts(ctx, from+len(all), size)
		if err != nil {
			return nil, st, fmt.Errorf("load %s: %w", key, err)
		}
		for _, text := range p.got[:p.n] {
			if bytes -= len(text) + 1; bytes < 0 && len(all) > 0 {
				return all, st, nil
			}
			all = append(all, text)
		}
		if p.n < size {
			return all, st, nil
		}
	}
}
