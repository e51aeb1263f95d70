package stream

import (
	"context"
	"slices"
	"sync/atomic"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	mostBehind = 20_000 // writes after which the list is cheaper to read than what was written
	mostNews   = 2000   // states that are read to catch up
)

// newestIDs are the newest ids of a runtime in one bucket, as of a sequence. Whoever
// is new has a state, and its first write comes after that sequence: to catch up is
// to read what was written since, however many executions there are and whatever
// times their ids carry. It is a bounded cache: the bucket alone counts.
type newestIDs struct {
	total atomic.Int64 // length of the server's list when it was last read

	turn chan struct{} // held by whoever uses the fields below

	seq    uint64   // the names show every write up to here; 0: there are none
	names  []string // subjects, oldest first
	offset int      // of the first in the server's list; 0: these are all
}

func (s *Stream) newest(filter string) *newestIDs {
	n, _ := s.listed.LoadOrStore(filter, &newestIDs{turn: make(chan struct{}, 1)})
	return n.(*newestIDs)
}

func (n *newestIDs) lock(ctx context.Context) error {
	select {
	case n.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (n *newestIDs) unlock() { <-n.turn }

// update makes the names those of now.
func (n *newestIDs) update(ctx context.Context, b *bucketIDs) error {
	if n.catchUp(ctx, b) {
		return nil
	}
	p, offset, err := b.end(ctx, b.first, n)
	if err == nil {
		n.names, n.offset, n.seq = p.names, offset, p.lastSeq
	}
	return err
}

// catchUp adds what was created since. It returns false where the list should be
// read instead. A replica that is behind only makes it late: the next one reads on
// from the last write that was seen.
func (n *newestIDs) catchUp(ctx context.Context, b *bucketIDs) bool {
	if n.seq == 0 {
		return false
	}
	var info struct {
		State struct {
			LastSeq uint64 `json:"last_seq"`
		} `json:"state"`
	}
	if err := b.s.call(ctx, "STREAM.INFO."+b.stream, nil, &info); err != nil {
		return false
	}
	// A bucket that was restored from an old copy has other writes at our sequences.
	last := info.State.LastSeq
	if last < n.seq || last-n.seq > mostBehind {
		return false
	}
	if last == n.seq {
		return true
	}
	complete, err := b.s.nextMsgs(ctx, b.stream, b.filter, n.seq+1, mostNews, func(m *nats.Msg) (err error) {
		n.add(m.Header.Get(jetstream.SubjectHeader), 2*b.first)
		n.seq, err = directSeq(m)
		return err
	})
	return err == nil && complete
}

// add keeps a name, unless it is older than all and they are not all there are. Above
// so many names the older half goes.
func (n *newestIDs) add(name string, most int) {
	at, found := slices.BinarySearch(n.names, name)
	if found || at == 0 && n.offset > 0 {
		return
	}
	n.names = slices.Insert(n.names, at, name)
	if older := len(n.names) / 2; len(n.names) > most {
		n.names = slices.Clone(n.names[older:])
		n.offset += older
	}
}

// forget makes the next listing read the list: names in it are gone.
func (n *newestIDs) forget(ctx context.Context) {
	if n.lock(ctx) == nil {
		n.seq = 0
		n.unlock()
	}
}
