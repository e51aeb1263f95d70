package journal

import (
	"encoding/json"
	"fmt"
	"slices"
)

// Sizes are the limits of a store, in bytes of JSON.
type Sizes struct {
	Value  int // a larger value is moved out
	Record int // a larger record is split, a larger state has more values moved out
}

// Where the whole would not fit otherwise, smaller values are moved out as well.
const (
	tightValue = 32 << 10
	tinyValue  = 1 << 10
)

// Mover moves a value out of a record or state and returns the pointer to it.
type Mover func(*Value) (*Value, error)

// above returns a mover for values of more than most bytes.
func (m Mover) above(most int) Mover {
	return func(v *Value) (*Value, error) {
		if v.Offloaded() || len(v.JSON) <= most {
			return v, nil
		}
		return m(v)
	}
}

// Encode returns the state's JSON, with its large values moved out. It returns
// [ErrTooLarge] when the rest does not fit. s itself is not changed.
func (s State) Encode(sizes Sizes, move Mover) ([]byte, error) {
	var size int
	for _, most := range []int{sizes.Value, tightValue, tinyValue} {
		moved, err := s.MapValues(move.above(most))
		if err != nil {
			return nil, err
		}
		text, err := json.Marshal(moved)
		if err != nil {
			return nil, fmt.Errorf("encode state: %w", err)
		}
		if size = len(text); size <= sizes.Record {
			return text, nil
		}
	}
	return nil, fmt.Errorf("state of %d bytes: %w", size, ErrTooLarge)
}

// Encode returns the record's JSON, with its large values moved out: one text, or
// several where it is too large (see [Record.Split]). All leading completions are in
// the first one, as the state that carried them had room for them. It returns
// [ErrTooLarge] when one item does not fit. r itself is not changed.
func (r Record) Encode(sizes Sizes, move Mover) ([][]byte, error) {
	var parts []Record
	for _, most := range []int{sizes.Value, tightValue, tinyValue} {
		moved, err := r.moveOut(move, most)
		if err != nil {
			return nil, err
		}
		text, err := moved.json()
		if err != nil {
			return nil, err
		}
		if len(text) <= sizes.Record {
			return [][]byte{text}, nil
		}
		if parts, err = moved.Split(sizes.Record); err != nil {
			return nil, err
		}
		if len(parts) < 2 || len(parts[1].Done) == 0 || len(parts[0].Issued) > 0 {
			break
		}
	}
	all := make([][]byte, len(parts))
	for i, p := range parts {
		var err error
		if all[i], err = p.json(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// json returns the record's JSON; the same as [json.Marshal] gives, but for escapes
// that only HTML needs.
func (r *Record) json() ([]byte, error) {
	t := text{out: make([]byte, 0, r.estimate())}
	t.record(r)
	if t.err != nil {
		return nil, fmt.Errorf("encode record: %w", t.err)
	}
	return t.out, nil
}

// estimate returns about how long the record's JSON will be.
func (r *Record) estimate() int {
	n := 64
	for i := range r.Issued {
		n += 96 + r.Issued[i].Args.Size()
	}
	for i := range r.Done {
		n += 96 + r.Done[i].Result.Size() + r.Done[i].Args.Size()
	}
	return n
}

// moveOut copies r only where it has something to move.
func (r Record) moveOut(move Mover, most int) (Record, error) {
	large := func(v *Value) bool { return v != nil && len(v.JSON) > most }
	if slices.ContainsFunc(r.Issued, func(in Intent) bool { return large(in.Args) }) ||
		slices.ContainsFunc(r.Done, func(c Completion) bool { return large(c.Result) || large(c.Args) }) {
		return r.MapValues(move.above(most))
	}
	return r, nil
}
