package stream

import (
	"context"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/reprise-run/reprise/pkg/execution"
)

// windows says how many ids of a bucket are listed at a time. The server counts and
// sorts all of them for each window; what it sends is what differs.
type windows struct {
	first   int  // the newest
	kept    bool // whether the newest are kept for the next listing, and taken from the last one
	unknown int  // offset to begin at when the length of the list is not known
	step    int  // each further window: at most what the server lists at once
	overlap int  // with the window above, to see that nothing slipped between
}

// beyond is an offset that asks for the length of a list and none of it.
const beyond = math.MaxInt32

// someWindows are for a listing that ends soon, allWindows for one that needs all.
func someWindows(shards int) windows {
	return windows{first: max(256, 4096/shards), kept: true, unknown: beyond, step: 100_000, overlap: 1000}
}

func allWindows() windows { return windows{first: 90_000, step: 100_000, overlap: 1000} }

// idList goes through the ids of a runtime, newest first, over all buckets.
type idList struct{ buckets []*bucketIDs }

// ids opens the list of the ids of a runtime that are older than before, unless that
// is empty.
func (s *Stream) ids(ctx context.Context, runtime string, before execution.ID, w windows) (*idList, error) {
	l := &idList{}
	for i := range s.cfg.Shards {
		bucket := shardBucket(i)
		l.buckets = append(l.buckets, &bucketIDs{
			s: s, stream: kvStream(bucket), filter: kvSubject(bucket, runtime+".*.state"), before: before, windows: w,
		})
	}
	errs := make([]error, len(l.buckets))
	var opened sync.WaitGroup
	for i, b := range l.buckets {
		opened.Go(func() { errs[i] = b.newest(ctx) })
	}
	opened.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return l, nil
}

// next returns at most n ids, none older than from. None at all is the end.
func (l *idList) next(ctx context.Context, n int, from execution.ID) ([]execution.ID, error) {
	var ids []execution.ID
	for len(ids) < n {
		var newest *bucketIDs
		for _, b := range l.buckets {
			if err := b.fill(ctx); err != nil {
				return nil, err
			}
			if b.head != "" && (newest == nil || b.head > newest.head) {
				newest = b
			}
		}
		if newest == nil || newest.head < from {
			break
		}
		ids, newest.head = append(ids, newest.head), ""
	}
	return ids, nil
}

// bucketIDs goes through the ids in one bucket. Ids sort by time, and the server's
// list of subjects is sorted: its end is what is newest.
type bucketIDs struct {
	s              *Stream
	stream, filter string
	before         execution.ID
	windows

	head   execution.ID // the next one; empty: see fill
	names  []string     // of the window, oldest first, and not looked at yet
	offset int          // of the window in the server's list
	lowest string       // subject in the windows so far
}

// newest lists the first window: a large one where the newest ids are not wanted.
func (b *bucketIDs) newest(ctx context.Context) error {
	n := b.s.newest(b.filter)
	if err := n.lock(ctx); err != nil {
		return err
	}
	deep := b.before != "" && n.offset > 0 && len(n.names) > 0 && b.subject(b.before) <= n.names[0]
	if b.kept && !deep {
		defer n.unlock()
		err := n.update(ctx, b)
		b.take(slices.Clone(n.names), n.offset)
		return err
	}
	n.unlock()
	p, offset, err := b.end(ctx, allWindows().first, n)
	b.take(p.names, offset)
	return err
}

// end lists the last subjects, about so many. The length of the list, as it was seen
// last, only costs another request when it is not known or far off.
func (b *bucketIDs) end(ctx context.Context, size int, n *newestIDs) (p subjectPage, offset int, err error) {
	if offset = b.unknown; n.total.Load() > 0 {
		offset = max(0, int(n.total.Load())-size)
	}
	for {
		if p, err = b.s.subjectsFrom(ctx, b.stream, b.filter, offset); err != nil {
			return p, 0, err
		}
		n.total.Store(int64(p.total))
		if offset+len(p.names) >= p.total && (len(p.names) > 0 || p.total == 0) {
			return p, min(offset, p.total), nil
		}
		offset = max(0, p.total-size)
	}
}

// fill finds the next id, in further windows if need be. An empty head is the end.
func (b *bucketIDs) fill(ctx context.Context) error {
	for b.head == "" {
		if n := len(b.names); n > 0 {
			b.head = b.id(b.names[n-1])
			b.names = b.names[:n-1]
			continue
		}
		if b.offset == 0 {
			return nil
		}
		if err := b.older(ctx); err != nil {
			return err
		}
	}
	return nil
}

// older lists the window below. Meanwhile old ids may have come, which moved others
// up: that the new window reaches into the one above proves that it lacks none.
func (b *bucketIDs) older(ctx context.Context) error {
	for overlap := b.overlap; ; overlap *= 2 {
		offset := max(0, b.offset+overlap-b.step)
		p, err := b.s.subjectsFrom(ctx, b.stream, b.filter, offset)
		if err != nil {
			return err
		}
		names := p.names[:min(len(p.names), b.step)]
		reaches := len(names) > 0 && names[len(names)-1] >= b.lowest
		if reaches || offset+len(names) >= p.total {
			end, _ := slices.BinarySearch(names, b.lowest)
			b.take(names[:end], offset)
			return nil
		}
	}
}

// take makes the names the window.
func (b *bucketIDs) take(names []string, offset int) {
	b.names, b.offset = names, offset
	if len(names) > 0 {
		b.lowest = names[0]
	}
	if b.before != "" {
		end, _ := slices.BinarySearch(names, b.subject(b.before))
		b.names = names[:end]
	}
}

func (b *bucketIDs) subject(id execution.ID) string {
	return strings.Replace(b.filter, "*", string(id), 1)
}

// id returns the id in a subject; none where somebody wrote a key that is none of ours.
func (b *bucketIDs) id(subject string) execution.ID {
	prefix, suffix, _ := strings.Cut(b.filter, "*")
	text := strings.TrimSuffix(strings.TrimPrefix(subject, prefix), suffix)
	id, err := execution.ParseID(text)
	if err != nil || string(id) != text {
		return ""
	}
	return id
}
