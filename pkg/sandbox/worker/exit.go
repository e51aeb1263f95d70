package worker

import (
	"bytes"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/reprise-run/reprise/pkg/sandbox"
)

// exitWait is how long the parent waits for a worker whose pipe has closed.
const exitWait = 2 * time.Second

// headSize is how much of a worker's last words is kept.
const headSize = 4 << 10

// head keeps the beginning of what a worker prints on stderr: there the Go runtime
// says what ended it.
type head struct {
	mu   sync.Mutex // guards text
	text []byte
}

// Write implements io.Writer. It keeps the worker from blocking.
func (h *head) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.text = append(h.text, p[:min(len(p), headSize-len(h.text))]...)
	return len(p), nil
}

func (h *head) bytes() []byte {
	h.mu.Lock()
	defer h.mu.Unlock()
	return bytes.ToValidUTF8(h.text, []byte("?"))
}

// ending explains why nothing more can be read from a worker, of which reading told
// no more than readErr.
func (w *process) ending(readErr error) error {
	if cause := w.killed(); cause != nil {
		return cause
	}
	select {
	case <-w.exited:
	case <-time.After(exitWait):
		w.kill(readErr)
		return &sandbox.CrashError{Detail: "the worker closed its pipe and does not end: " + readErr.Error()}
	}
	return w.exit()
}

// exit says what the way in which a worker ended means.
func (w *process) exit() error {
	state, words := w.cmd.ProcessState, w.stderr.bytes()
	status, _ := state.Sys().(syscall.WaitStatus)
	contains := func(s string) bool { return bytes.Contains(words, []byte(s)) }
	switch code := state.ExitCode(); {
	case code == exitMemory:
		return sandbox.ErrMemory
	case code == 2 && contains("stack exceeds"):
		return sandbox.ErrEngineStack
	case code == 2 && (contains("out of memory") || contains("cannot allocate memory")):
		return sandbox.ErrMemory
	case code == 2 && contains("SIGSEGV") && contains("goroutine 0 "):
		// The runtime itself used memory that the system did not give it.
		return sandbox.ErrMemory
	case status.Signaled() && status.Signal() == syscall.SIGKILL:
		return sandbox.ErrLost
	}
	detail := "the worker ended with " + state.String()
	if first, _, _ := strings.Cut(string(words), "\n\n"); first != "" {
		detail += ": " + strings.TrimSpace(first)
	}
	return &sandbox.CrashError{Detail: detail}
}
