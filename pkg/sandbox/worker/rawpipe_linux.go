package worker

import (
	"io"
	"os"
	"syscall"
	"unsafe"
)

// rawPipe reads and writes a pipe that never blocks, without telling the runtime of the
// system calls: each would wake a thread that looks after blocked ones, and that costs
// more than the call. Where there is nothing to read, the poller waits as usual.
type rawPipe struct{ conn syscall.RawConn }

// rawPipeOf returns f as a rawPipe; f itself where that is not possible.
func rawPipeOf(f *os.File) io.ReadWriter {
	conn, err := f.SyscallConn()
	if err != nil {
		return f
	}
	return rawPipe{conn}
}

func (r rawPipe) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	n, err := r.do(r.conn.Read, syscall.SYS_READ, p)
	if n == 0 && err == nil {
		return 0, io.EOF
	}
	return n, err
}

func (r rawPipe) Write(p []byte) (int, error) {
	written := 0
	for written < len(p) {
		n, err := r.do(r.conn.Write, syscall.SYS_WRITE, p[written:])
		if err != nil {
			return written, err
		}
		written += n
	}
	return written, nil
}

// do makes one system call as soon as it does not block.
func (r rawPipe) do(wait func(func(uintptr) bool) error, trap uintptr, p []byte) (n int, err error) {
	waitErr := wait(func(fd uintptr) bool {
		for {
			got, _, errno := syscall.RawSyscall(trap, fd, uintptr(unsafe.Pointer(&p[0])), uintptr(len(p)))
			switch errno {
			case 0:
				n = int(got)
			case syscall.EINTR:
				continue
			case syscall.EAGAIN:
				return false
			default:
				err = os.NewSyscallError("pipe", errno)
			}
			return true
		}
	})
	if waitErr != nil {
		return 0, waitErr
	}
	return n, err
}
