package worker

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// kind says what a frame is.
type kind byte

// The frames. A pass begins with run or call and ends with done; between turn and
// event it is the host's.
const (
	kindRun   kind = 'r' // to the worker: a pass of a script
	kindCall  kind = 'c' // to the worker: one call of a function
	kindEvent kind = 'e' // to the worker: what happens next
	kindAbort kind = 'a' // to the worker: the pass has ended

	kindReady kind = 'y' // from the worker: it takes passes, and this is how it is confined
	kindOp    kind = 'o' // from the worker: one operation that the script issued
	kindTurn  kind = 't' // from the worker: the script can do nothing more by itself
	kindPrint kind = 'p' // from the worker: a console line
	kindDone  kind = 'd' // from the worker: the pass has ended
)

// frame is one message with what all of them have.
type frame struct {
	kind kind
	pass uint64
	body []byte
}

// headBytes are those before the body: the length of all that follows it, the kind
// and the pass.
const headBytes = 4 + 1 + 8

// errFrame is returned for bytes that are no frame.
var errFrame = errors.New("bad frame")

// appendFrame appends a frame whose body write appends.
func appendFrame(out []byte, k kind, pass uint64, write func(*encoder)) []byte {
	start := len(out)
	out = append(out, 0, 0, 0, 0, byte(k))
	out = binary.BigEndian.AppendUint64(out, pass)
	e := encoder{out: out}
	if write != nil {
		write(&e)
	}
	binary.BigEndian.PutUint32(e.out[start:], uint32(len(e.out)-start-4))
	return e.out
}

// readFrame reads one frame of at most limit bytes. The length is checked before
// anything is allocated. It returns io.EOF where no further frame begins.
func readFrame(r io.Reader, limit int) (frame, error) {
	var head [headBytes]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return frame{}, err
	}
	size := int64(binary.BigEndian.Uint32(head[:])) - (headBytes - 4)
	switch {
	case size < 0:
		return frame{}, fmt.Errorf("%w: it is shorter than its head", errFrame)
	case size > int64(limit):
		return frame{}, fmt.Errorf("%w: %d bytes, at most %d", errFrame, size, limit)
	}
	f := frame{kind: kind(head[4]), pass: binary.BigEndian.Uint64(head[5:]), body: make([]byte, size)}
	if _, err := io.ReadFull(r, f.body); err != nil {
		return frame{}, fmt.Errorf("read frame: %w", noEOF(err))
	}
	return f, nil
}

// noEOF keeps the end of the stream inside a frame from being taken for one between
// frames.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
