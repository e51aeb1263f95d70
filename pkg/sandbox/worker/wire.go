package worker

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// The fields of a message follow one another in a fixed order: numbers as varints,
// texts and values with their length in front, where 0 is "none" and n+1 means n
// bytes. There are no names: both sides are the same program.

// encoder appends fields.
type encoder struct{ out []byte }

func (e *encoder) int(n int64) { e.out = binary.AppendVarint(e.out, n) }

func (e *encoder) bytes(b []byte) {
	if b == nil {
		e.out = append(e.out, 0)
		return
	}
	e.out = binary.AppendUvarint(e.out, uint64(len(b))+1)
	e.out = append(e.out, b...)
}

func (e *encoder) text(s string) {
	e.out = binary.AppendUvarint(e.out, uint64(len(s))+1)
	e.out = append(e.out, s...)
}

func (e *encoder) texts(list []string) {
	e.int(int64(len(list)))
	for _, s := range list {
		e.text(s)
	}
}

func (e *encoder) bool(b bool) {
	n := int64(0)
	if b {
		n = 1
	}
	e.int(n)
}

func (e *encoder) time(t time.Time) {
	e.int(t.Unix())
	e.int(int64(t.Nanosecond()))
}

// errMalformed is returned for a message that does not hold what its kind needs.
var errMalformed = errors.New("malformed message")

// decoder reads fields. After the first field that is not there it reads zeros, and
// end tells.
type decoder struct {
	in     []byte
	failed bool
}

func (d *decoder) fail() { d.in, d.failed = nil, true }

func (d *decoder) int() int64 {
	n, size := binary.Varint(d.in)
	if size <= 0 {
		d.fail()
		return 0
	}
	d.in = d.in[size:]
	return n
}

// count reads the length of a list whose items have at least one byte each.
func (d *decoder) count() int {
	n := d.int()
	if n < 0 || n > int64(len(d.in)) {
		d.fail()
		return 0
	}
	return int(n)
}

// bytes returns a part of the message: it is the caller's as long as the message is.
func (d *decoder) bytes() []byte {
	n, size := binary.Uvarint(d.in)
	if size <= 0 || n > uint64(len(d.in)-size)+1 {
		d.fail()
		return nil
	}
	d.in = d.in[size:]
	if n == 0 {
		return nil
	}
	b := d.in[: n-1 : n-1]
	d.in = d.in[n-1:]
	return b
}

func (d *decoder) text() string { return string(d.bytes()) }

// mostTexts bounds a list of texts: an empty one has a byte here, and sixteen in memory.
const mostTexts = 10_000

func (d *decoder) texts() []string {
	n := d.count()
	if n > mostTexts {
		d.fail()
		return nil
	}
	var list []string
	for range n {
		list = append(list, d.text())
	}
	return list
}

func (d *decoder) bool() bool {
	switch d.int() {
	case 0:
		return false
	case 1:
		return true
	}
	d.fail()
	return false
}

func (d *decoder) time() time.Time {
	sec, nsec := d.int(), d.int()
	return time.Unix(sec, nsec).UTC()
}

// end reports whether the message held exactly what was read.
func (d *decoder) end() error {
	if d.failed || len(d.in) > 0 {
		return fmt.Errorf("%w: %d bytes left", errMalformed, len(d.in))
	}
	return nil
}
