package stream

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

const (
	firstRead = 128  // states in the first request
	mostRead  = 1000 // states in one request; the server allows 1024
)

// stateWalk reads the states of a runtime in the order of their ids.
type stateWalk struct {
	s       *Stream
	runtime string
	from    execution.ID
	wants   func(execution.Status) bool
	size    int // of the next page

	list *idList
	todo []execution.ID // listed and not read
	cut  bool           // an answer was too large: pages stay small
}

// statePage is one page, in order. What is not wanted is not in it.
type statePage struct {
	states []storedMsg
	keys   []journal.Key
	end    bool
	err    error
}

func (w *stateWalk) run(ctx context.Context, before execution.ID, sizes windows, fn func(Listed) error) error {
	if err := execution.CheckRuntime(w.runtime); err != nil {
		return err
	}
	var err error
	if w.list, err = w.s.ids(ctx, w.runtime, before, sizes); err != nil {
		return fmt.Errorf("list executions: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	coming := make(chan statePage, 1)
	var reader sync.WaitGroup
	defer reader.Wait()
	defer cancel()
	page := w.next(ctx) // often all that is needed: nothing is read ahead of it
	for first := true; !page.end && page.err == nil; first = false {
		if !first {
			reader.Go(func() { coming <- w.next(ctx) })
		}
		if err := w.hand(page, fn); err != nil {
			return err
		}
		if first {
			page = w.next(ctx)
		} else {
			page = <-coming
		}
	}
	return page.err
}

// hand decodes a page for fn. A state that nobody can read must not hide the others.
func (w *stateWalk) hand(page statePage, fn func(Listed) error) error {
	for i, m := range page.states {
		key := page.keys[i]
		st, err := decodeState(key, m)
		if err != nil {
			w.s.log.Error("a state cannot be read", "execution", key.ID, "runtime", key.Runtime, "error", err)
			continue
		}
		if !w.wants(st.State.Status) {
			continue
		}
		if err := fn(Listed{Key: key, Stored: st}); err != nil {
			return err
		}
	}
	return nil
}

// next reads a page. One whose answer the server cuts is read again in smaller
// pages, so that many large states are never in memory together.
func (w *stateWalk) next(ctx context.Context) statePage {
	if len(w.todo) == 0 {
		var err error
		if w.todo, err = w.list.next(ctx, w.size, w.from); err != nil {
			return statePage{err: fmt.Errorf("list executions: %w", err)}
		}
		if len(w.todo) == 0 {
			return statePage{end: true}
		}
	}
	for {
		n := min(w.size, len(w.todo))
		page, complete := w.read(ctx, w.todo[:n])
		if page.err == nil && !complete {
			w.cut, w.size = true, max(n/2, 1)
			continue
		}
		w.todo = w.todo[n:]
		if !w.cut {
			w.size = min(w.size*4, mostRead)
		}
		return page
	}
}

// read reads the states of ids, from all buckets at once. complete is false when a
// server cut its answer.
func (w *stateWalk) read(ctx context.Context, ids []execution.ID) (page statePage, complete bool) {
	buckets := map[string]map[string]int{} // subjects, and their places in ids
	for i, id := range ids {
		key := journal.Key{Runtime: w.runtime, ID: id}
		bucket := w.s.journal.bucket(key)
		if buckets[bucket] == nil {
			buckets[bucket] = map[string]int{}
		}
		buckets[bucket][kvSubject(bucket, StateKey(key))] = i
	}
	found := make([]storedMsg, len(ids))
	answers := make(chan readAnswer, len(buckets))
	for bucket, places := range buckets {
		go func() { answers <- w.readBucket(ctx, bucket, places, found) }()
	}
	complete = true
	for range buckets {
		a := <-answers
		complete = complete && a.complete
		if a.err != nil {
			page.err = a.err
		}
	}
	for i, m := range found {
		if m.Seq != 0 && !isMarker(m.Header) {
			page.states, page.keys = append(page.states, m), append(page.keys, journal.Key{Runtime: w.runtime, ID: ids[i]})
		}
	}
	return page, complete
}

type readAnswer struct {
	complete bool
	err      error
}

// readBucket reads states of one bucket to their places in found, and repeats until
// it has an answer or ctx ends. A replica that is behind does not have them all: the
// leader's word counts that one is gone.
func (w *stateWalk) readBucket(ctx context.Context, bucket string, places map[string]int, found []storedMsg) readAnswer {
	body, err := multiLast(slices.Collect(maps.Keys(places)))
	if err != nil {
		return readAnswer{err: err}
	}
	for b := newBackoff(); ; {
		seen := make(map[string]bool, len(places))
		complete, err := w.s.lastMsgs(ctx, kvStream(bucket), body, len(places), func(m *nats.Msg) (err error) {
			subject := m.Header.Get(jetstream.SubjectHeader)
			i, ok := places[subject]
			if seen[subject] = true; ok && w.skips(m.Data) {
				return nil
			}
			if ok {
				found[i], err = directMsg(m)
			}
			return err
		})
		if err == nil && complete {
			return readAnswer{complete: true, err: w.askLeader(ctx, bucket, places, seen, found)}
		}
		if err == nil && len(places) > 1 {
			return readAnswer{}
		}
		if err == nil {
			err = errCut
		}
		if err := b.wait(ctx, err); err != nil {
			return readAnswer{err: fmt.Errorf("read states: %w", err)}
		}
	}
}

// askLeader looks for the states that a replica did not have.
func (w *stateWalk) askLeader(ctx context.Context, bucket string, places map[string]int, seen map[string]bool, found []storedMsg) error {
	if len(seen) == len(places) {
		return nil
	}
	gone := false
	for subject, i := range places {
		if seen[subject] {
			continue
		}
		m, err := w.s.leaderLast(ctx, kvStream(bucket), subject)
		switch {
		case err == nil:
			found[i] = m
		case isNotFound(err):
			gone = true
		default:
			return fmt.Errorf("read states: %w", err)
		}
	}
	if gone {
		w.s.newest(kvSubject(bucket, w.runtime+".*.state")).forget(ctx)
	}
	return nil
}

// skips reports whether a state is not wanted, as far as its first bytes tell.
func (w *stateWalk) skips(data []byte) bool {
	status, ok := statusIn(data)
	return ok && !w.wants(status)
}

// statusIn reads the status off an encoded state, whose first field it is. Of most
// states a search needs no more.
func statusIn(data []byte) (execution.Status, bool) {
	rest, ok := bytes.CutPrefix(data, []byte(`{"status":"`))
	end := bytes.IndexByte(rest, '"')
	if !ok || end < 0 || bytes.IndexByte(rest[:end], '\\') >= 0 {
		return "", false
	}
	return execution.Status(rest[:end]), true
}
