package stream

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/reprise-run/reprise/pkg/journal"
)

// logPage is one page of a log while it is being read.
type logPage struct {
	stream string
	claim  uint64
	later  bool
	state  string   // subject of the state
	prefix string   // of the subjects of records, up to their number
	from   int      // number of the first record
	got    [][]byte // texts in place; nil: not there
	n      int      // how many are there
}

func (l loader) newPage(from, size int) *logPage {
	bucket := l.bucket(l.key)
	return &logPage{
		stream: kvStream(bucket), claim: uint64(l.claim), later: l.later, state: kvSubject(bucket, StateKey(l.key)),
		prefix: kvSubject(bucket, logPrefix(l.key)), from: from, got: make([][]byte, size),
	}
}

// request asks for the state and for all records that are still missing, each by its
// literal key. It is what [json.Marshal] would write: keys need no escapes.
func (p *logPage) request() []byte {
	each := len(p.prefix) + logDigits + len(`","`)
	body := make([]byte, 0, (len(p.got)-p.n+1)*each+64)
	body = append(append(body, `{"multi_last":["`...), p.state...)
	for i := range p.got {
		if p.got[i] == nil {
			body = append(append(body, `","`...), p.prefix...)
			body = appendLogNumber(body, p.from+i)
		}
	}
	return append(strconv.AppendInt(append(body, `"],"max_bytes":`...), maxReadBytes, 10), '}')
}

// read asks for what is still missing. What a cut answer brought is kept: that
// the others do not exist is proven by the last, complete one.
func (p *logPage) read(ctx context.Context, s *Stream) error {
	var seen uint64
	before := p.n
	complete, err := s.lastMsgs(ctx, p.stream, p.request(), len(p.got)+1, func(m *nats.Msg) (err error) {
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
		return nil, fmt.Errorf("from %s%06d: %w", p.prefix, p.from, err)
	}
	return all, nil
}
