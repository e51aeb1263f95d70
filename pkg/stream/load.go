package stream

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/reprise-run/reprise/pkg/journal"
)

const (
	firstPage = 32  // most logs are short: one cheap request reads them
	fullPage  = 256 // literal keys in one request

	pagesAtOnce = 4 // at most, of a long log

	// doubtful is the number of stale or broken answers after which the leader
	// is asked: the journal may be gone, or really broken.
	doubtful = 5
)

var (
	errStale = errors.New("a replica has not seen the claim yet")
	errCut   = errors.New("the answer was cut")
	errGap   = fmt.Errorf("a record is missing: %w", journal.ErrCorrupt)

	// errBehind is a gap that reading again may close.
	errBehind = fmt.Errorf("records follow the end: %w", errGap)
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

// loadRest reads what follows a full first page.
func (l loader) loadRest(ctx context.Context, first []journal.Record) ([]journal.Record, error) {
	pages := [][]journal.Record{first}
	for try, w := 1, newBackoff(); ; try++ {
		more, err := l.ahead(ctx, firstPage+(len(pages)-1)*fullPage)
		pages = append(pages, more...)
		switch {
		case err == nil:
			return slices.Concat(pages...), nil
		case !errors.Is(err, errBehind) || try >= doubtful:
			return nil, err
		}
		// Somebody writes, and different replicas answered: the short page is read again.
		if err := w.wait(ctx, err); err != nil {
			return nil, err
		}
	}
}

// readPage is what one page brought.
type readPage struct {
	records []journal.Record
	err     error
}

// ahead reads pages up to the short one that ends the log, some of them ahead: the
// server reads while records are decoded. It returns errBehind, and the full pages,
// when one that was asked for behind the short one is not empty.
func (l loader) ahead(ctx context.Context, from int) (pages [][]journal.Record, err error) {
	ctx, stop := context.WithCancel(ctx)
	var readers sync.WaitGroup
	defer readers.Wait()
	defer stop()
	var coming []chan readPage
	for {
		for len(coming) < atOnce(len(pages)) {
			c, at := make(chan readPage, 1), from+(len(pages)+len(coming))*fullPage
			coming = append(coming, c)
			readers.Go(func() {
				records, err := l.page(ctx, at, fullPage)
				c <- readPage{records, err}
			})
		}
		next := <-coming[0]
		coming = coming[1:]
		if len(next.records) == fullPage {
			pages = append(pages, next.records)
			continue
		}
		if err := cmp.Or(next.err, empty(coming)); err != nil {
			return pages, err
		}
		return append(pages, next.records), nil
	}
}

// atOnce says how many pages are read at once behind so many full ones: the longer
// the log has turned out to be, the more.
func atOnce(full int) int { return min(2+full/4, pagesAtOnce) }

// empty returns errBehind when a page has records.
func empty(coming []chan readPage) error {
	for _, c := range coming {
		if p := <-c; p.err != nil || len(p.records) > 0 {
			return cmp.Or(p.err, errBehind)
		}
	}
	return nil
}

// page reads records from, from+1 … up to size of them.
func (l loader) page(ctx context.Context, from, size int) ([]journal.Record, error) {
	p, err := l.texts(ctx, from, size)
	if err != nil {
		return nil, err
	}
	return p.records()
}

// texts reads the texts of records from, from+1 … up to size of them, until a replica
// proves that it has seen the claim.
func (l loader) texts(ctx context.Context, from, size int) (*logPage, error) {
	p := l.newPage(from, size)
	for try, w := 1, newBackoff(); ; try++ {
		err := p.read(ctx, l.s)
		switch {
		case err == nil:
			return p, nil
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
