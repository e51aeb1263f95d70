//go:build unix

package worker

import (
	"errors"
	"fmt"
	"io"
	"syscall"
)

// pipes are those to the parent, without the poller: a worker has nothing else to do
// while it reads.
func pipes() (in io.Reader, out io.Writer) { return descriptor(0), descriptor(1) }

// descriptor reads and writes a file descriptor with plain system calls.
type descriptor int

func (fd descriptor) Read(p []byte) (int, error) {
	for {
		n, err := syscall.Read(int(fd), p)
		switch {
		case errors.Is(err, syscall.EINTR):
			continue
		case err != nil:
			return 0, fmt.Errorf("read: %w", err)
		case n == 0 && len(p) > 0:
			return 0, io.EOF
		}
		return n, nil
	}
}

func (fd descriptor) Write(p []byte) (int, error) {
	written := 0
	for written < len(p) {
		n, err := syscall.Write(int(fd), p[written:])
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil {
			return written, fmt.Errorf("write: %w", err)
		}
		written += n
	}
	return written, nil
}
