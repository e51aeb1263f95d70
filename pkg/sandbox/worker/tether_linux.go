package worker

import (
	"os/exec"
	"runtime"
	"sync"
)

// tether starts workers so that they end with this process, however it ends: the kernel
// kills a worker when the thread that started it is gone (PR_SET_PDEATHSIG, see
// attributes), and that thread lives as long as the tether. A worker that was taken over
// cannot take it off: prctl is not among its system calls.
type tether struct {
	work  chan func()
	ended chan struct{}
	end   sync.Once
}

func newTether() (*tether, error) {
	t := &tether{work: make(chan func()), ended: make(chan struct{})}
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with this goroutine
		for {
			select {
			case f := <-t.work:
				f()
			case <-t.ended:
				return
			}
		}
	}()
	return t, nil
}

// start starts a worker, one at a time.
func (t *tether) start(cmd *exec.Cmd) error {
	err := make(chan error, 1)
	select {
	case t.work <- func() { err <- cmd.Start() }:
		return <-err
	case <-t.ended:
		return ErrClosed
	}
}

// close ends the workers that still live.
func (t *tether) close() error {
	t.end.Do(func() { close(t.ended) })
	return nil
}

// endWithParent has nothing to do in a worker: the kernel sees to it.
func endWithParent() error { return nil }

// pipeCount is how many descriptors a worker has: in, out and errors.
const pipeCount = 3
