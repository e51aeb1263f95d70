//go:build unix

package worker

import (
	"fmt"
	"os"
	"syscall"
)

// pipes are those to the parent: in and out, and one that says nothing, whose end is
// the end of the parent. They use the poller: a process that waits in a plain system
// call is looked after by its runtime every few microseconds, which costs more than
// the pass itself when the parent takes a millisecond to answer.
func pipes() (in, out, life *os.File, err error) {
	for _, fd := range []int{0, 1, lifeline} {
		if err := syscall.SetNonblock(fd, true); err != nil {
			return nil, nil, nil, fmt.Errorf("open pipe %d: %w", fd, err)
		}
	}
	return os.NewFile(0, "in"), os.NewFile(1, "out"), os.NewFile(lifeline, "life"), nil
}

// canInherit says that a worker can be given more than the three standard pipes.
const canInherit = true
