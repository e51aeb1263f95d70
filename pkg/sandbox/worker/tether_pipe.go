//go:build unix && !linux

package worker

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
)

// lifeline is a worker's descriptor of the pipe that ends with its parent, beside in,
// out and errors.
const lifeline = 3

// tether starts workers so that they end with this process: each has one end of a pipe
// that nobody writes to.
type tether struct{ life [2]*os.File }

func newTether() (*tether, error) {
	t := &tether{}
	var err error
	if t.life[0], t.life[1], err = os.Pipe(); err != nil {
		return nil, fmt.Errorf("open pipe: %w", err)
	}
	return t, nil
}

func (t *tether) start(cmd *exec.Cmd) error {
	cmd.ExtraFiles = []*os.File{t.life[0]}
	return cmd.Start()
}

func (t *tether) close() error { return errors.Join(t.life[0].Close(), t.life[1].Close()) }

// endWithParent ends this worker with its parent, even while a script runs.
func endWithParent() error {
	if err := syscall.SetNonblock(lifeline, true); err != nil {
		return fmt.Errorf("open pipe %d: %w", lifeline, err)
	}
	life := os.NewFile(lifeline, "life")
	go func() {
		if _, err := life.Read(make([]byte, 1)); errors.Is(err, io.EOF) {
			os.Exit(exitOK)
		}
	}()
	return nil
}
