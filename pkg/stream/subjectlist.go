package stream

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
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

// subjectPage is a part of the sorted list of the subjects that match a filter.
type subjectPage struct {
	total   int      // of the whole list
	names   nameList // sorted
	lastSeq uint64   // every write up to here shows in the list
}

// subjectsFrom returns the subjects from an offset in the sorted list on, at most
// 100,000. The leader answers; an offset beyond the end gives the total alone.
func (s *Stream) subjectsFrom(ctx context.Context, stream, filter string, offset int) (subjectPage, error) {
	var info struct {
		Total int `json:"total"`
		State struct {
			LastSeq  uint64   `json:"last_seq"`
			Subjects nameList `json:"subjects"`
		} `json:"state"`
	}
	ask := map[string]any{"subjects_filter": filter, "offset": offset}
	if err := s.call(ctx, "STREAM.INFO."+stream, ask, &info); err != nil {
		return subjectPage{}, fmt.Errorf("list subjects of %s: %w", stream, err)
	}
	return subjectPage{total: info.Total, names: info.State.Subjects, lastSeq: info.State.LastSeq}, nil
}

// nameList is the keys of a JSON object, sorted. A map of 100,000 costs twice the time.
type nameList []string

// UnmarshalJSON implements [json.Unmarshaler] for an object whose values are numbers.
func (l *nameList) UnmarshalJSON(text []byte) error {
	if *l = nil; bytes.IndexByte(text, '\\') >= 0 {
		var all map[string]uint64
		if err := json.Unmarshal(text, &all); err != nil {
			return err
		}
		for name := range all {
			*l = append(*l, name)
		}
	} else {
		*l = make(nameList, 0, bytes.Count(text, []byte{'"'})/2)
		rest, quoted := string(text), 0
		for i := 0; i < len(rest); i++ {
			if rest[i] != '"' {
				continue
			}
			if quoted == 0 {
				quoted = i + 1
				continue
			}
			*l, quoted = append(*l, rest[quoted:i]), 0
		}
	}
	if !slices.IsSorted(*l) { // the server sorts what it selects; an encoder need not
		slices.Sort(*l)
	}
	return nil
}
