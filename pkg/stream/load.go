package stream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/reprise-run/reprise/pkg/journal"
)

const (
	firstPage = 32  // most logs are short: one cheap request reads them
	fullPage  = 256 // literal keys in one request

	// doubtful is the number of stale or broken answers after which the leader
	// is asked: the journal may be gone, or really broken.
	doubtful = 5
)

var (
	errStale = errors.New("a replica has not seen the claim yet")
	errCut   = errors.New("the answer was cut")
	errGap   = fmt.Errorf("a record is missing: %w", journal.ErrCorrupt)
)

// Load implements [journal.Store]. Any replica may answer, and an old one answers
// with an old log: a page counts only when it shows the claim itself (R6).
func (j *Journal) Load(ctx context.Context, key journal.Key, claim journal.Revision) ([]journal.Record, error) {
	var all []journal.Record
	for size := firstPage; ; size = fullPage {
		page, err := j.page(ctx, key, claim, len(all), size)
		if err != nil {
			return nil, fmt.Errorf("load %s: %w", key, err)
		}
		all = append(all, page...)
		if len(page) < size {
			return all, nil
		}
	}
}

// page reads records from, from+1 … up to size of them, until a replica proves
// that it has seen the claim.
func (j *Journal) page(ctx context.Context, key journal.Key, claim journal.Revision, from, size int) ([]journal.Record, error) {
	p := j.newPage(key, claim, from, size)
	for try, w := 1, newBackoff(); ; try++ {
		err := p.read(ctx, j.s)
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
			if err := j.stillMine(ctx, key, claim); err != nil {
				return nil, err
			}
		}
		if err := w.wait(ctx, err); err != nil {
			return nil, err
		}
	}
}

// stillMine returns [journal.ErrFenced] unless the leader's state is at the claim.
func (j *Journal) stillMine(ctx context.Context, key journal.Key, claim journal.Revision) error {
	st, err := j.State(ctx, key)
	if errors.Is(err, journal.ErrNotFound) || err == nil && st.Revision != claim {
		return journal.ErrFenced
	}
	return err
}

// logPage is one page of a log while it is being read.
type logPage struct {
	stream string
	claim  uint64
	state  string   // subject of the state
	keys   []string // subjects of the records
	got    map[string][]byte
}

func (j *Journal) newPage(key journal.Key, claim journal.Revision, from, size int) *logPage {
	bucket := j.bucket(key)
	p := &logPage{
		stream: kvStream(bucket), claim: uint64(claim), state: kvSubject(bucket, StateKey(key)),
		keys: make([]string, size), got: make(map[string][]byte, size),
	}
	for i := range p.keys {
		p.keys[i] = kvSubject(bucket, LogKey(key, from+i))
	}
	return p
}

// read asks for what is still missing. What a cut answer brought is kept: that
// the others do not exist is proven by the last, complete one.
func (p *logPage) read(ctx context.Context, s *Stream) error {
	ask := []string{p.state}
	for _, k := range p.keys {
		if _, ok := p.got[k]; !ok {
			ask = append(ask, k)
		}
	}
	var seen uint64
	before := len(p.got)
	complete, err := s.lastOf(ctx, p.stream, ask, func(m storedMsg) {
		if m.Subject == p.state {
			seen = m.Seq
			return
		}
		p.got[m.Subject] = m.Data
	})
	switch {
	case err != nil:
		return err
	case seen > p.claim:
		return journal.ErrFenced
	case !complete && len(p.got) > before:
		return errCut
	case !complete || seen < p.claim:
		return errStale
	}
	return p.gapless()
}

// gapless checks that only the end is missing.
func (p *logPage) gapless() error {
	for i := range len(p.got) {
		if _, ok := p.got[p.keys[i]]; !ok {
			clear(p.got)
			return errGap
		}
	}
	return nil
}

func (p *logPage) records() ([]journal.Record, error) {
	all := make([]journal.Record, len(p.got))
	for i := range all {
		if err := json.Unmarshal(p.got[p.keys[i]], &all[i]); err != nil {
			return nil, fmt.Errorf("%s: %w: %w", p.keys[i], journal.ErrCorrupt, err)
		}
	}
	return all, nil
}
