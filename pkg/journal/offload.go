package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// ErrTooLarge is returned when something does not fit into a record, a request or
// a state, and cannot be split. Repeating does not help.
var ErrTooLarge = errors.New("too large to record")

// MapValues returns r with every value replaced by f's. r itself is not changed.
func (r Record) MapValues(f Mover) (Record, error) {
	r.Issued, r.Done = slices.Clone(r.Issued), slices.Clone(r.Done)
	for i := range r.Issued {
		if err := replace(&r.Issued[i].Args, f); err != nil {
			return r, err
		}
	}
	for i := range r.Done {
		if err := replaceAll(f, &r.Done[i].Result, &r.Done[i].Args); err != nil {
			return r, err
		}
	}
	return r, nil
}

// MapValues returns s with every value replaced by f's. s itself is not changed.
func (s State) MapValues(f Mover) (State, error) {
	if err := replaceAll(f, &s.Result, &s.Logs); err != nil {
		return s, err
	}
	s.Waits = slices.Clone(s.Waits)
	for i := range s.Waits {
		if err := replace(&s.Waits[i].Args, f); err != nil {
			return s, err
		}
	}
	if s.Carry == nil {
		return s, nil
	}
	s.Carry = &Carry{After: s.Carry.After, Done: slices.Clone(s.Carry.Done)}
	for i := range s.Carry.Done {
		if err := replaceAll(f, &s.Carry.Done[i].Result, &s.Carry.Done[i].Args); err != nil {
			return s, err
		}
	}
	return s, nil
}

func replaceAll(f Mover, values ...**Value) error {
	for _, v := range values {
		if err := replace(v, f); err != nil {
			return err
		}
	}
	return nil
}

func replace(v **Value, f Mover) error {
	if *v == nil {
		return nil
	}
	w, err := f(*v)
	if err == nil {
		*v = w
	}
	return err
}

// Split cuts r into records whose JSON has at most limit bytes: first the
// completions, then what is issued and started, then the completions of what this
// very record issued. The first part is as large as can be: completions that the
// state carried fit into it as they fitted into the state. It returns [ErrTooLarge].
func (r Record) Split(limit int) ([]Record, error) {
	first := len(r.Done)
	if len(r.Issued) > 0 {
		own := func(c Completion) bool { return c.Kind == OpEntry && c.N >= r.Issued[0].Seq }
		if i := slices.IndexFunc(r.Done, own); i >= 0 {
			first = i
		}
	}
	b := splitter{limit: limit, base: Record{Attempt: r.Attempt, At: r.At}}
	for _, c := range r.Done[:first] {
		b.add(c, func(p *Record) { p.Done = append(p.Done, c) })
	}
	if len(r.Issued) > 0 {
		b.cut()
	}
	for _, in := range r.Issued {
		b.add(in, func(p *Record) { p.Issued = append(p.Issued, in) })
	}
	for _, seq := range r.Started {
		b.add(seq, func(p *Record) { p.Started = append(p.Started, seq) })
	}
	for _, seq := range r.Reverting {
		b.add(seq, func(p *Record) { p.Reverting = append(p.Reverting, seq) })
	}
	for _, c := range r.Done[first:] {
		b.add(c, func(p *Record) { p.Done = append(p.Done, c) })
	}
	b.cut()
	return b.parts, b.err
}

// recordOverhead is more than a record's JSON has around its items.
const recordOverhead = 128

type splitter struct {
	limit int
	base  Record
	parts []Record
	part  Record
	size  int
	err   error
}

func (b *splitter) add(item any, to func(*Record)) {
	text, err := json.Marshal(item)
	n := len(text) + 1
	switch {
	case err != nil:
		b.err = fmt.Errorf("encode record: %w", err)
	case n+recordOverhead > b.limit:
		b.err = fmt.Errorf("%d bytes: %w", n, ErrTooLarge)
	case b.size+n+recordOverhead > b.limit:
		b.cut()
	}
	b.size += n
	to(&b.part)
}

func (b *splitter) cut() {
	if !b.part.Empty() {
		b.part.Attempt, b.part.At = b.base.Attempt, b.base.At
		b.parts = append(b.parts, b.part)
	}
	b.part, b.size = Record{}, 0
}
