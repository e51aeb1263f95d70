package worker

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/reprise-run/reprise/pkg/sandbox"
)

// processName is what a worker is called: the first word of its command line, by
// which Main knows it.
const processName = "reprise-sandbox-worker"

// The exit statuses of a worker. Go itself exits with 2 when it cannot go on.
const (
	exitOK     = 0
	exitBroken = 70 // the parent spoke nonsense, or the worker could not be set up
	exitMemory = 77 // the script kept more memory than it may
)

// nativeStack is the part of a pass's memory that the engine's own recursion may use:
// it is what ends a pass when a script makes the engine recurse. Go's own bound, 1 GB,
// would end it as one that uses too much memory.
const nativeStack = 4

// cacheBytes bounds the sources whose compiled form a worker keeps: about ten times
// as much memory, in every worker.
const cacheBytes = 1 << 20

// Main makes this process a worker, if it was started as one, and does not return
// then. Call it first thing in main, before anything is opened or read: a [Pool]
// starts its own program again.
func Main() {
	if len(os.Args) == 0 || os.Args[0] != processName {
		return
	}
	os.Exit(serve())
}

// serve is the life of a worker.
func serve() int {
	os.Clearenv() // what it has is for the runtime, which has read it
	time.Local = time.UTC
	runtime.GOMAXPROCS(1) // one script, one processor
	err := live(os.Args[1:])
	if errors.Is(err, io.EOF) {
		return exitOK
	}
	fmt.Fprintln(os.Stderr, "worker:", err)
	return exitBroken
}

// live sets the worker up and runs passes until the parent closes the pipe: io.EOF.
func live(args []string) error {
	in, out, err := pipes()
	if err != nil {
		return err
	}
	c := &child{
		in:  bufio.NewReaderSize(rawPipeOf(in), 64<<10),
		out: rawPipeOf(out),
		box: sandbox.NewInProcess(sandbox.Config{CacheBytes: cacheBytes}),
	}
	limit, err := c.setUp(args)
	if err != nil {
		return err
	}
	c.memory = newMemory(limit)
	if err := endWithParent(); err != nil {
		return err
	}
	return c.loop()
}

// child is a worker seen from inside.
type child struct {
	in     *bufio.Reader
	out    io.Writer
	buf    []byte // of the frame that is being written
	box    *sandbox.InProcess
	memory *memory
}

// setUp warms the engine up, takes away what no script needs, and says so. The only
// argument is how much memory a pass may use at the most, in bytes.
func (c *child) setUp(args []string) (limit int64, err error) {
	if len(args) != 1 {
		return 0, errors.New("this program is started by its parent only")
	}
	if limit, err = strconv.ParseInt(args[0], 10, 64); err != nil {
		return 0, fmt.Errorf("parse memory limit: %w", err)
	}
	debug.SetMaxStack(int(limit / nativeStack))
	// What is made at the first use is made before the confinement.
	if _, err := c.box.Call(context.Background(), sandbox.Function{Source: "() => 1"}); err != nil {
		return 0, fmt.Errorf("warm up: %w", err)
	}
	level, err := confine(limit)
	if err != nil {
		return 0, fmt.Errorf("confine: %w", err)
	}
	return limit, c.send(kindReady, 0, func(e *encoder) { e.text(level) })
}

// loop runs one pass after the other until the parent closes the pipe.
func (c *child) loop() error {
	for {
		f, err := readFrame(c.in, maxParentFrame)
		if err != nil {
			return err
		}
		switch f.kind {
		case kindRun:
			err = c.run(f)
		case kindCall:
			err = c.call(f)
		case kindAbort: // it crossed the end of its pass
		default:
			err = fmt.Errorf("%w: %q between passes", errFrame, f.kind)
		}
		if err != nil {
			return err
		}
	}
}

// maxParentFrame bounds what the parent sends: it is trusted, its memory is not endless.
const maxParentFrame = 1 << 30

func (c *child) run(f frame) error {
	d := decoder{in: f.body}
	script := d.script()
	if err := d.end(); err != nil {
		return err
	}
	compiled := c.box.Compiled()
	c.memory.begin(script.MaxMemory)
	host := &childHost{child: c, pass: f.pass, numbers: make(numbering)}
	result, err := c.box.Run(context.Background(), script, host)
	if host.broken != nil {
		return host.broken
	}
	if err := c.sendOps(f.pass, result.Issued); err != nil {
		return err
	}
	end := doneOf(result, nil, err)
	end.compiled = c.box.Compiled() != compiled
	return c.end(f.pass, end)
}

func (c *child) call(f frame) error {
	d := decoder{in: f.body}
	fn := d.function()
	if err := d.end(); err != nil {
		return err
	}
	compiled := c.box.Compiled()
	c.memory.begin(fn.MaxMemory)
	// It stops itself a little before the parent would kill it: then it can say where.
	fn.MaxTime, fn.MaxCPU = earlier(fn.MaxTime), earlier(fn.MaxCPU)
	ctx, stop := withinCPU(fn.MaxCPU)
	defer stop()
	value, err := c.box.Call(ctx, fn)
	end := doneOf(sandbox.Result{}, value, err)
	end.compiled = c.box.Compiled() != compiled
	return c.end(f.pass, end)
}

// end reports the end of a pass, with the memory that it leaves behind.
func (c *child) end(pass uint64, d done) error {
	d.text, d.syntax.Message = clip(d.text), clip(d.syntax.Message)
	d.memory = c.memory.end()
	return c.send(kindDone, pass, func(e *encoder) { e.done(d) })
}

// clip bounds a text as the parent does.
func clip(s string) string {
	if len(s) <= maxText {
		return s
	}
	cut := maxText
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut]
}

// send writes one frame, after what is in the buffer.
func (c *child) send(k kind, pass uint64, write func(*encoder)) error {
	c.buf = appendFrame(c.buf, k, pass, write)
	return c.flush()
}

// flush writes what is in the buffer, and keeps the buffer if it is small.
func (c *child) flush() error {
	_, err := c.out.Write(c.buf)
	if c.buf = c.buf[:0]; cap(c.buf) > 1<<20 {
		c.buf = nil
	}
	return err
}

// sendOps puts operations into the buffer, and writes it when it is full. The frame
// that follows them is the caller's.
func (c *child) sendOps(pass uint64, ops []sandbox.Op) error {
	for i := range ops {
		c.buf = appendFrame(c.buf, kindOp, pass, func(e *encoder) { e.op(ops[i]) })
		if len(c.buf) < 256<<10 {
			continue
		}
		if err := c.flush(); err != nil {
			return err
		}
	}
	return nil
}

// childHost is the host of a script in a worker: it asks the parent.
type childHost struct {
	*child
	pass   uint64
	broken error // why the parent cannot be asked any more

	numbers numbering
	ahead   []sandbox.Foreseen
}

// Turn implements [sandbox.Host].
func (h *childHost) Turn(_ context.Context, issued []sandbox.Op) (sandbox.Event, error) {
	ev, err := h.turn(issued)
	if err != nil && !errors.Is(err, errAborted) {
		h.broken = err
	}
	return ev, err
}

func (h *childHost) turn(issued []sandbox.Op) (sandbox.Event, error) {
	if err := h.sendOps(h.pass, issued); err != nil {
		return sandbox.Event{}, err
	}
	ev, known := h.takeAhead(issued)
	h.buf = appendFrame(h.buf, kindTurn, h.pass, func(e *encoder) {
		e.int(int64(len(issued)))
		e.bool(known)
	})
	if known && len(h.ahead) > 0 {
		return ev, nil // the parent reads this turn with the next ones
	}
	if err := h.flush(); err != nil || known {
		return ev, err
	}
	f, err := readFrame(h.in, maxParentFrame)
	switch {
	case err != nil:
		return sandbox.Event{}, err
	case f.kind == kindAbort:
		return sandbox.Event{}, errAborted
	case f.kind != kindEvent || f.pass != h.pass:
		return sandbox.Event{}, fmt.Errorf("%w: %q in a turn", errFrame, f.kind)
	}
	d := decoder{in: f.body}
	ev = d.event()
	h.ahead = d.foreseen()
	return ev, d.end()
}

// Print implements [sandbox.Host].
func (h *childHost) Print(line string) {
	if h.broken == nil {
		h.broken = h.send(kindPrint, h.pass, func(e *encoder) { e.text(clip(line)) })
	}
}
