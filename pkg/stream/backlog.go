package stream

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Backlog is a runtime with submissions that nobody takes.
type Backlog struct {
	Runtime  string
	Messages uint64
}

// Backlogs returns the runtimes that have submissions or wakes queued and no consumer.
func (s *Stream) Backlogs(ctx context.Context) ([]Backlog, error) {
	queued, err := s.queued(ctx)
	if err != nil {
		return nil, err
	}
	if len(queued) == 0 {
		return nil, nil
	}
	served, err := s.consumers(ctx)
	if err != nil {
		return nil, err
	}
	var all []Backlog
	for runtime, n := range queued {
		if !served[ConsumerName(runtime)] {
			all = append(all, Backlog{Runtime: runtime, Messages: n})
		}
	}
	slices.SortFunc(all, func(a, b Backlog) int { return strings.Compare(a.Runtime, b.Runtime) })
	return all, nil
}

// Queued returns how many submissions and wakes of a runtime are in the queue,
// those delivered and not yet acked included.
func (s *Stream) Queued(ctx context.Context, runtime string) (uint64, error) {
	queued, err := s.queued(ctx)
	return queued[runtime], err
}

// queued counts the submissions and wakes in the queue by runtime.
func (s *Stream) queued(ctx context.Context) (map[string]uint64, error) {
	all := map[string]uint64{}
	for _, prefix := range []string{submitPrefix, wakePrefix} {
		subjects, err := s.subjectsOf(ctx, StreamName, prefix+"*")
		if err != nil {
			return nil, err
		}
		for subject, n := range subjects {
			all[strings.TrimPrefix(subject, prefix)] += n
		}
	}
	return all, nil
}

// consumers returns the names of the queue's consumers.
func (s *Stream) consumers(ctx context.Context) (map[string]bool, error) {
	all := map[string]bool{}
	for {
		var page struct {
			Total     int      `json:"total"`
			Consumers []string `json:"consumers"`
		}
		if err := s.call(ctx, "CONSUMER.NAMES."+StreamName, map[string]any{"offset": len(all)}, &page); err != nil {
			return nil, fmt.Errorf("list consumers: %w", err)
		}
		before := len(all)
		for _, name := range page.Consumers {
			all[name] = true
		}
		if len(all) >= page.Total || len(all) == before {
			return all, nil
		}
	}
}

// Runtimes returns the names of the runtimes that have a consumer, sorted.
func (s *Stream) Runtimes(ctx context.Context) ([]string, error) {
	served, err := s.consumers(ctx)
	if err != nil {
		return nil, err
	}
	var all []string
	for name := range served {
		if runtime, ok := strings.CutPrefix(name, ConsumerName("")); ok {
			all = append(all, runtime)
		}
	}
	slices.Sort(all)
	return all, nil
}
