package stream

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/sync/errgroup"

	"github.com/reprise-run/reprise/pkg/journal"
)

const (
	firstPage = 32  // most logs are short: one cheap request reads them
	fullPage  = 256 // literal keys in one request

	pagesAtOnce = 4 // of a long log

	// doubtful is the number of stale or broken answers after which the leader
	// is asked: the journal may be gone, or really broken.
	doubtful = 5
)

var (
	errStale = errors.New("a replica has not seen the claim yet")
	errCut   = errors.New("the answer was cut")
	errGap   = fmt.Errorf("a record is missing: %w", journal.ErrCorrupt)
)

// loader reads the log of one execution as of a claim, or as of any later one.
type loader struct {
	*Journal
	key   journal.Key
	claim journal.Revision
	later bool // a newer state is fine too
}

// Load implements [journal.Store]. Any replica may answer, and an old one answers
// with an old log: a page counts only when it shows the claim itself (R6).
func (j *Journal) Load(ctx context.Context, key journal.Key, claim journal.Revision) ([]journal.Record, error) {
	return loader{Journal: j, key: key, claim: claim}.load(ctx)
}

func (l loader) load(ctx context.Context) ([]journal.Record, error) {
	all, err := l.page(ctx, 0, firstPage)
	if err == nil && len(all) == firstPage {
		all, err = l.loadRest(ctx, all)
	}
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", l.key, err)
	}
	return all, nil
}

// loadRest reads what follows a full first page: one more page, and then several at
// once, so that the server reads while their records are decoded.
func (l loader) loadRest(ctx context.Context, all []journal.Record) ([]journal.Record, error) {
	w := newBackoff()
	for width, try := 1, 1; ; width = pagesAtOnce {
		pages, err := l.pages(ctx, len(all), width)
		if err != nil {
			return nil, err
		}
		for len(pages) > 0 && len(pages[0]) == fullPage {
			all, pages = append(all, pages[0]...), pages[1:]
		}
		switch {
		case len(pages) == 0:
		case !slices.ContainsFunc(pages[1:], func(page []journal.Record) bool { return len(page) > 0 }):
			return append(all, pages[0]...), nil
		case try >= doubtful:
			return nil, errGap
		default:
			// Somebody writes, and different replicas answered: the short page is
			// read again.
			try++
			if err := w.wait(ctx, errGap); err != nil {
				return nil, err
			}
		}
	}
}

// pages reads several full pages at once.
func (l loader) pages(ctx context.Context, from, width int) ([][]journal.Record, error) {
	all := make([][]journal.Record, width)
	readers, within := errgroup.WithContext(ctx)
	for i := range all {
		readers.Go(func() (err error) {
			all[i], err = l.page(within, from+i*fullPage, fullPage)
			return err
		})
	}
	return all, readers.Wait()
}

// page reads records from, from+1 … up to size of them, until a replica proves
// that it has seen the claim.
func (l loader) page(ctx context.Context, from, size int) ([]journal.Record, error) {
	p := l.newPage(from, size)
	for try, w := 1, newBackoff(); ; try++ {
		err := p.read(ctx, l.s)
		switch {
		case err == nil:
			return p.records()
		case errors.Is(err, journal.ErrFenced):
			return nil, err
		case errors.Is(err, errCut):
			continue // it brought something: the rest is asked for at once
		case try >= doubtful && errors.Is(err, errGap):
			return nil, err
		case try >= doubtful && errors.Is(err, errStale):
			if err := l.stillMine(ctx); err != nil {
				return nil, err
			}
		}
		if err := w.wait(ctx, err); err != nil {
			return nil, err
		}
	}
}

// stillMine returns [journal.ErrFenced] unless the leader's state is at the claim.
func (l loader) stillMine(ctx context.Context) error {
	st, err := l.State(ctx, l.key)
	if errors.Is(err, journal.ErrNotFound) || err == nil && st.Revision != l.claim && !l.later {
		return journal.ErrFenced
	}
	return err
}

// logPage is one page of a log while it is being read.
type logPage struct {
	stream string
	claim  uint64
	later  bool
	state  string   // subject of the state
	prefix string   // of the subjects of records, up to their number
	from   int      // number of the first record
	keys   []string // subjects of the records
	got    [][]byte // in place; nil: not there
	n      int      // how many are there
}

func (l loader) newPage(from, size int) *logPage {
	bucket := l.bucket(l.key)
	first := kvSubject(bucket, LogKey(l.key, from))
	p := &logPage{
		stream: kvStream(bucket), claim: uint64(l.claim), later: l.later, state: kvSubject(bucket, StateKey(l.key)),
		prefix: first[:strings.LastIndexByte(first, '.')+1], from: from,
		keys: make([]string, size), got: make([][]byte, size),
	}
	for i := range p.keys {
		p.keys[i] = kvSubject(bucket, LogKey(l.key, from+i))
	}
	return p
}

// read asks for what is still missing. What a cut answer brought is kept: that
// the others do not exist is proven by the last, complete one.
func (p *logPage) read(ctx context.Context, s *Stream) error {
	ask := make([]string, 1, len(p.keys)+1)
	ask[0] = p.state
	for i, k := range p.keys {
		if p.got[i] == nil {
			ask = append(ask, k)
		}
	}
	var seen uint64
	before := p.n
	complete, err := s.lastMsgs(ctx, p.stream, ask, func(m *nats.Msg) (err error) {
		subject := m.Header.Get(jetstream.SubjectHeader)
		if subject == p.state {
			seen, err = directSeq(m)
			return err
		}
		return p.put(subject, m.Data)
	})
	switch {
	case err != nil:
		return err
	case seen > p.claim && !p.later:
		return journal.ErrFenced
	case !complete && p.n > before:
		return errCut
	case !complete || seen < p.claim:
		return errStale
	}
	return p.gapless()
}

// put keeps one record's text.
func (p *logPage) put(subject string, data []byte) error {
	number, ok := strings.CutPrefix(subject, p.prefix)
	n, err := strconv.Atoi(number)
	if i := n - p.from; ok && err == nil && i >= 0 && i < len(p.got) {
		if p.got[i] == nil {
			p.n++
		}
		if p.got[i] = data; data == nil {
			p.got[i] = []byte{}
		}
		return nil
	}
	return fmt.Errorf("read a stored message: %q was not asked for", subject)
}

// gapless checks that only the end is missing.
func (p *logPage) gapless() error {
	for _, text := range p.got[:p.n] {
		if text == nil {
			clear(p.got)
			p.n = 0
			return errGap
		}
	}
	return nil
}

func (p *logPage) records() ([]journal.Record, error) {
	all, err := journal.ParseRecords(p.got[:p.n])
	if err != nil {
		return nil, fmt.Errorf("from %s: %w", p.keys[0], err)
	}
	return all, nil
}
