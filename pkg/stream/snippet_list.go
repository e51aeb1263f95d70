package stream

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// Snippets returns the newest version of every snippet of a runtime, ordered by name,
// without the code.
func (s *Stream) Snippets(ctx context.Context, runtime string) ([]execution.Snippet, error) {
	if err := execution.CheckRuntime(runtime); err != nil {
		return nil, err
	}
	newest, err := s.newestSnippets(ctx, runtime, "*")
	if err != nil {
		return nil, err
	}
	names := slices.Sorted(maps.Keys(newest))
	all := make([]execution.Snippet, 0, len(names))
	for page := range slices.Chunk(names, fullPage) {
		found, err := s.readSnippets(ctx, runtime, page, newest)
		if err != nil {
			return nil, err
		}
		for _, name := range page {
			sn, err := found[name], error(nil)
			if sn.Name == "" { // a replica lags, the answer was cut, or it was deleted meanwhile
				sn, err = s.snippetRecord(ctx, runtime, name, newest[name])
			}
			switch {
			case errors.Is(err, journal.ErrNotFound):
				continue
			case errors.Is(err, journal.ErrCorrupt): // it must not hide the others
				s.log.Error("a snippet cannot be read", "snippet", name, "runtime", runtime, "error", err)
				continue
			case err != nil:
				return nil, err
			}
			sn.Code, sn.Object, sn.Bytes = "", "", 0
			all = append(all, sn)
		}
	}
	return all, nil
}

// readSnippets reads the records of one page from any replica. It may miss some.
func (s *Stream) readSnippets(ctx context.Context, runtime string, names []string, version map[string]int) (map[string]execution.Snippet, error) {
	subjects := make([]string, 0, len(names))
	for _, name := range names {
		subjects = append(subjects, kvSubject(IndexBucket, SnippetKey(runtime, name, version[name])))
	}
	found := make(map[string]execution.Snippet, len(names))
	body, err := multiLast(subjects)
	if err != nil {
		return nil, fmt.Errorf("list snippets: %w", err)
	}
	_, err = s.lastMsgs(ctx, kvStream(IndexBucket), body, len(subjects), func(raw *nats.Msg) error {
		m, err := directMsg(raw)
		if err != nil {
			return err
		}
		name, _, ok := parseSnippetSubject(m.Subject)
		if !ok || isMarker(m.Header) {
			return nil
		}
		if sn, err := decodeSnippet(name, m.Data); err == nil {
			found[name] = sn
		}
		return nil
	})
	if ctx.Err() != nil {
		return nil, fmt.Errorf("list snippets: %w", context.Cause(ctx))
	}
	if err != nil { // an answer that is late, or was lost: the leader has what is missing
		s.log.Debug("read a page of snippets", "error", err)
	}
	return found, nil
}

// snippetVersions lists the versions of one snippet, in any order.
func (s *Stream) snippetVersions(ctx context.Context, runtime, name string) ([]int, error) {
	var all []int
	err := s.eachSnippet(ctx, runtime, name, func(_ string, version int) { all = append(all, version) })
	return all, err
}

// newestSnippets returns the highest version of each name that the filter lets through.
func (s *Stream) newestSnippets(ctx context.Context, runtime, filter string) (map[string]int, error) {
	newest := map[string]int{}
	err := s.eachSnippet(ctx, runtime, filter, func(name string, version int) { newest[name] = max(newest[name], version) })
	return newest, err
}

func (s *Stream) eachSnippet(ctx context.Context, runtime, filter string, each func(name string, version int)) error {
	subjects, err := s.subjectsOf(ctx, kvStream(IndexBucket), kvSubject(IndexBucket, snippetOwner(runtime, filter).String()+".*"))
	if err != nil {
		return err
	}
	for subject := range subjects {
		if name, version, ok := parseSnippetSubject(subject); ok {
			each(name, version)
		}
	}
	return nil
}

// parseSnippetSubject reads "$KV.executions-index.<runtime>.snippet.<name>.<version>".
func parseSnippetSubject(subject string) (name string, version int, ok bool) {
	parts := strings.Split(subject, ".")
	if len(parts) != 6 || parts[3] != "snippet" {
		return "", 0, false
	}
	version, err := strconv.Atoi(parts[5])
	return parts[4], version, err == nil && version > 0
}
