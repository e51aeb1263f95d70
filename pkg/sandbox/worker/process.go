package worker

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"sync"
	"time"
)

// readyTimeout bounds the time from the start of a worker to its first frame.
const readyTimeout = 10 * time.Second

// recent is how many sources are remembered for each worker: it need not parse them.
const recent = 32

// collector has the garbage collector of a worker stop its script while it works. On
// the one processor that a worker has they would only take turns, and a script that
// makes nothing but garbage could reach its limit in the collector's pauses.
const collector = "GODEBUG=gcstoptheworld=1"

// process is a worker seen from outside. One pass at a time uses it.
type process struct {
	cmd    *exec.Cmd
	in     *os.File // what it reads
	out    *os.File // what it writes
	frames *bufio.Reader
	stderr *head
	exited chan struct{} // closed once it is reaped

	isolated  bool   // it has namespaces of its own
	level     string // how it is confined, beside those
	base      int64  // memory that it needs when it is idle
	since     turn
	buf       []byte // of the frame that is written
	passes    int
	number    uint64 // of the pass that runs: nobody can know it before
	memory    int64  // that it kept after its last pass
	sources   [][sha256.Size]byte
	idleSince time.Time

	mu    sync.Mutex // guards the fields below
	busy  bool       // the script runs: it must be killed to stop it
	cause error      // why it was killed
}

// start starts a worker on a tether, and waits, as long as ctx lasts, until it takes passes.
func start(ctx context.Context, cfg Config, on *tether, isolated bool) (*process, error) {
	w := &process{isolated: isolated, exited: make(chan struct{}), stderr: &head{}}
	if err := w.open(cfg, on, isolated); err != nil {
		return nil, fmt.Errorf("start worker: %w", err)
	}
	go func() {
		defer close(w.exited)
		_ = w.cmd.Wait() // its state says how it ended
	}()
	defer context.AfterFunc(ctx, func() { w.kill(context.Cause(ctx)) })()
	if err := w.ready(); err != nil {
		if errors.Is(err, io.EOF) { // it has ended: how says more
			err = w.ending(err)
		}
		w.kill(err)
		w.closePipes()
		return nil, fmt.Errorf("start worker: %w", err)
	}
	return w, nil
}

// open starts the process with nothing but its pipes.
func (w *process) open(cfg Config, on *tether, isolated bool) error {
	childIn, in, err := os.Pipe()
	if err != nil {
		return err
	}
	defer func() { _ = childIn.Close() }()
	out, childOut, err := os.Pipe()
	if err != nil {
		_ = in.Close()
		return err
	}
	defer func() { _ = childOut.Close() }()
	w.in, w.out, w.frames = in, out, bufio.NewReaderSize(out, 32<<10)
	w.cmd = &exec.Cmd{
		Path: cfg.Path, Args: []string{processName, strconv.FormatInt(cfg.MaxMemory, 10)},
		Env: []string{collector}, Dir: "/", Stdin: childIn, Stdout: childOut, Stderr: w.stderr,
		SysProcAttr: cfg.attributes(isolated),
	}
	if err := on.start(w.cmd); err != nil {
		w.closePipes()
		return err
	}
	return nil
}

func (w *process) closePipes() {
	_ = w.in.Close()
	_ = w.out.Close()
}

// ready reads the worker's first frame.
func (w *process) ready() error {
	if err := w.out.SetReadDeadline(time.Now().Add(readyTimeout)); err != nil {
		return err
	}
	f, err := readFrame(w.frames, maxText)
	if err != nil {
		return fmt.Errorf("wait until it is ready: %w", err)
	}
	d := decoder{in: f.body}
	w.level = d.text()
	if err := d.end(); err != nil || f.kind != kindReady {
		return fmt.Errorf("%w: %q in the place of ready: does the program call worker.Main first?", errFrame, f.kind)
	}
	w.base, _ = memoryOf(w.cmd.Process.Pid)
	return w.out.SetReadDeadline(time.Time{})
}

// send writes one frame of the pass that runs.
func (w *process) send(k kind, write func(*encoder)) error {
	w.buf = appendFrame(w.buf[:0], k, w.number, write)
	_, err := w.in.Write(w.buf)
	if cap(w.buf) > 1<<20 {
		w.buf = nil
	}
	return err
}

// hand gives the worker the turn, unless ctx has ended. From here on the end of ctx
// kills it.
func (w *process) hand(ctx context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	w.busy = true
	w.since.Store(time.Now().UnixNano())
	return nil
}

// take takes the turn back.
func (w *process) take() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.busy = false
	w.since.Store(0)
}

// expire kills a worker that has the turn in a pass.
func (w *process) expire(pass uint64, cause error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.busy && w.number == pass {
		w.end(cause)
	}
}

// kill ends the worker, and whoever reads from it or writes to it.
func (w *process) kill(cause error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.end(cause)
}

// end is kill, with the lock held.
func (w *process) end(cause error) {
	if w.cause == nil {
		w.cause = cause
	}
	_ = w.cmd.Process.Kill()
	// Not even a process that the system cannot end holds anybody up.
	past := time.Unix(1, 0)
	_ = w.out.SetReadDeadline(past)
	_ = w.in.SetWriteDeadline(past)
}

// retire lets a worker go that is not needed any more: it has a second to end by itself.
func (w *process) retire() {
	_ = w.in.Close()
	time.AfterFunc(time.Second, func() {
		if !w.gone() {
			w.kill(ErrClosed)
		}
	})
}

// begin gives the next pass its number.
func (w *process) begin() uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.passes, w.number = w.passes+1, rand.Uint64()
	return w.number
}

// killed returns why the worker was killed; nil if it was not.
func (w *process) killed() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.cause
}

// gone reports whether the worker has ended.
func (w *process) gone() bool {
	select {
	case <-w.exited:
		return true
	default:
		return false
	}
}

// knows reports whether the worker has run a source lately.
func (w *process) knows(source [sha256.Size]byte) bool { return slices.Contains(w.sources, source) }

// ran notes the end of a pass of a source.
func (w *process) ran(source [sha256.Size]byte) {
	if w.knows(source) {
		return
	}
	if len(w.sources) == recent {
		w.sources = slices.Delete(w.sources, 0, 1)
	}
	w.sources = append(w.sources, source)
}
