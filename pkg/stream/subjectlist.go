package stream

import (
	"context"
	"fmt"
)

// subjectsOf lists the subjects of a stream that match the filter, with the number
// of their messages. The leader answers, in pages of 100,000.
func (s *Stream) subjectsOf(ctx context.Context, stream, filter string) (map[string]uint64, error) {
	all := map[string]uint64{}
	for {
		var info struct {
			Total int `json:"total"`
			State struct {
				Subjects map[string]uint64 `json:"subjects"`
			} `json:"state"`
		}
		ask := map[string]any{"subjects_filter": filter, "offset": len(all)}
		if err := s.call(ctx, "STREAM.INFO."+stream, ask, &info); err != nil {
			return nil, fmt.Errorf("list subjects of %s: %w", stream, err)
		}
		before := len(all)
		for subject, n := range info.State.Subjects {
			all[subject] = n
		}
		// A page that brings nothing new ends it too: subjects vanish meanwhile.
		if len(all) >= info.Total || len(all) == before {
			return all, nil
		}
	}
}
