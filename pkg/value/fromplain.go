package value

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

var (
	// ErrInvalid is returned for a text that is not JSON.
	ErrInvalid = errors.New("not valid JSON")

	// ErrTooDeep is returned for a value nested more deeply than [MaxDepth].
	ErrTooDeep = fmt.Errorf("nested more than %d levels deep", MaxDepth)
)

// FromPlain returns the durable form of plain JSON, as connectors and clients
// write it. Bytes may be envelopes; any other object that looks like an envelope
// is the user's own and will come back from [Plain] as it is. Key order and the
// spelling of numbers and strings are kept. nil stays nil: no value at all.
//
// It returns [ErrInvalid] or [ErrTooDeep].
func FromPlain(plain json.RawMessage) (json.RawMessage, error) {
	if plain == nil {
		return nil, nil
	}
	if TooDeep(plain) {
		return nil, ErrTooDeep
	}
	if !json.Valid(plain) {
		return nil, ErrInvalid
	}
	if !suspicious(plain) {
		return plain, nil
	}
	e := escaper{scanner: scanner{text: plain}}
	if err := e.value(); err != nil {
		return nil, ErrInvalid
	}
	return e.apply(), nil
}

// TooDeep reports whether plain JSON is nested more deeply than [MaxDepth]. The
// text need not be JSON yet: whoever takes a text from outside asks first, before
// anything that recurses reads it.
func TooDeep(plain []byte) bool { return Deeper(plain, MaxDepth) }

// Deeper reports whether a JSON text is nested more than limit levels deep. It does not
// recurse, and takes any text.
func Deeper(text []byte, limit int) bool {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			i = stringEnd(text, i)
		case '{', '[':
			if depth++; depth > limit {
				return true
			}
		case '}', ']':
			depth--
		}
	}
	return false
}

// stringEnd returns the offset of the quote that ends the string that begins at i,
// or the end of the text.
func stringEnd(text []byte, i int) int {
	for i++; i < len(text); i++ {
		n := bytes.IndexAny(text[i:], `"\`)
		if n < 0 {
			return len(text)
		}
		if i += n; text[i] == '"' {
			return i
		}
		i++ // what is escaped
	}
	return i
}

// escaper finds the objects of a text that have reserved keys.
type escaper struct {
	scanner
	edits []edit
}

// edit puts a text in the place of a span.
type edit struct {
	from, to int
	text     string
}

func (e *escaper) value() error {
	switch e.next() {
	case '{':
		return e.object()
	case '[':
		return e.array()
	}
	_, err := e.scalar()
	return err
}

func (e *escaper) array() error {
	if err := e.enter(); err != nil {
		return err
	}
	for first := true; ; first = false {
		more, err := e.more(']', first)
		if err != nil || !more {
			return err
		}
		if err := e.value(); err != nil {
			return err
		}
	}
}

// lookAlike is what is known of an object while it is read.
type lookAlike struct {
	reserved   bool
	members    int
	kind, data []byte // of bytes
}

func (e *escaper) object() error {
	e.next()
	start := e.at
	if err := e.enter(); err != nil {
		return err
	}
	var o lookAlike
	for first := true; ; first = false {
		more, err := e.more('}', first)
		if err != nil {
			return err
		}
		if !more {
			e.finish(o, start)
			return nil
		}
		if err := e.member(&o); err != nil {
			return err
		}
	}
}

func (e *escaper) member(o *lookAlike) error {
	quoted, err := e.key()
	if err != nil {
		return err
	}
	o.members++
	key, reserved := keyOf(quoted)
	o.reserved = o.reserved || reserved
	e.next()
	start := e.at
	if err := e.value(); err != nil {
		return err
	}
	switch {
	case key == BinaryKey && e.text[start] == '"':
		o.kind = e.text[start:e.at]
	case string(quoted) == `"`+DataKey+`"`:
		o.data = e.text[start:e.at]
	}
	return nil
}

// finish notes what becomes of the object that ends here.
func (e *escaper) finish(o lookAlike, start int) {
	switch {
	case !o.reserved:
	case o.members == 2 && isBytes(o.kind, o.data):
		text := `{"` + BinaryKey + `":` + string(o.kind) + `,"` + DataKey + `":` + string(o.data) + `}`
		e.edits = append(e.edits, edit{start, e.at, text})
	default:
		e.edits = append(e.edits,
			edit{start, start, `{"` + ValueKey + `":"` + Object + `","` + DataKey + `":`},
			edit{e.at, e.at, "}"})
	}
}

// apply returns the text with all edits done.
func (e *escaper) apply() json.RawMessage {
	if len(e.edits) == 0 {
		return e.text
	}
	slices.SortStableFunc(e.edits, func(a, b edit) int { return cmp.Compare(a.from, b.from) })
	out := make([]byte, 0, len(e.text)+len(e.edits)*64)
	at := 0
	for _, d := range e.edits {
		out = append(append(out, e.text[at:d.from]...), d.text...)
		at = d.to
	}
	return append(out, e.text[at:]...)
}
