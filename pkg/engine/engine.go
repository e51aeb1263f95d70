package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/sandbox"
)

// Config configures an [Engine]. The zero value of a field means its default.
type Config struct {
	Sandbox    sandbox.Sandbox // required
	Store      journal.Store   // required
	Connectors *connector.Set  // required

	// Snippets returns the newest version of a snippet, with its code, or
	// [journal.ErrNotFound]; it repeats what may pass until ctx ends. Default: there
	// are none.
	Snippets func(ctx context.Context, runtime, name string) (execution.Snippet, error)

	// Now is the wall clock. Required: the engine reads no clock by itself.
	Now func() time.Time

	// PassTimeout is the wall clock of a pass, without the time that its replay
	// takes; a submission can only lower it. Default 60s.
	PassTimeout time.Duration

	// Grace is how long calls in flight may go on after a connector asked for a
	// retry. Default 1s; negative means none.
	Grace time.Duration

	// MaxValueBytes bounds one argument, result or input. Default 16 MiB.
	MaxValueBytes int

	// Limits are the bounds of a pass that a submission can only lower. Result
	// bytes are at most MaxValueBytes.
	Limits execution.Limits

	// Confined says that the sandbox holds a pass to its CPU time and its memory.
	// Without it a submission that names one of these is refused: it would be
	// promised what nobody does.
	Confined bool

	// Version names what made a journal, for divergence errors.
	Version string

	// Logger receives operational events. Default: discard.
	Logger *slog.Logger
}

// The default bounds of a pass, and one that nobody can raise.
const (
	DefaultPassTimeout   = 60 * time.Second
	DefaultGrace         = time.Second
	DefaultMaxValueBytes = 16 << 20
	DefaultCalls         = 100_000
	DefaultPendingCalls  = 10_000
	DefaultConsoleBytes  = 256 << 10
	MaxConsoleBytes      = 512 << 10 // what is kept of all passes of an execution
	DefaultStack         = 2_000
	DefaultMemoryMB      = 256
	DefaultCPU           = 30 * time.Second
)

// maxMemoryMB keeps the memory limit a number of bytes.
const maxMemoryMB = 1 << 30

func (c Config) withDefaults() Config {
	c.PassTimeout = cmp.Or(c.PassTimeout, DefaultPassTimeout)
	c.Grace = cmp.Or(c.Grace, DefaultGrace)
	c.MaxValueBytes = cmp.Or(c.MaxValueBytes, DefaultMaxValueBytes)
	c.Limits.Calls = cmp.Or(c.Limits.Calls, DefaultCalls)
	c.Limits.PendingCalls = cmp.Or(c.Limits.PendingCalls, DefaultPendingCalls)
	c.Limits.ConsoleBytes = cmp.Or(c.Limits.ConsoleBytes, DefaultConsoleBytes)
	c.Limits.Stack = cmp.Or(c.Limits.Stack, DefaultStack)
	c.Limits.SourceBytes = cmp.Or(c.Limits.SourceBytes, execution.MaxSourceBytes)
	c.Limits.ResultBytes = min(cmp.Or(c.Limits.ResultBytes, int64(c.MaxValueBytes)), int64(c.MaxValueBytes))
	c.Limits.MemoryMB = cmp.Or(c.Limits.MemoryMB, DefaultMemoryMB)
	c.Limits.CPUMs = cmp.Or(c.Limits.CPUMs, DefaultCPU.Milliseconds())
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}

func (c Config) validate() error {
	var errs []error
	if c.Sandbox == nil {
		errs = append(errs, errors.New("sandbox: is required"))
	}
	if c.Store == nil {
		errs = append(errs, errors.New("store: is required"))
	}
	if c.Connectors == nil {
		errs = append(errs, errors.New("connectors: is required"))
	}
	if c.Now == nil {
		errs = append(errs, errors.New("now: is required"))
	}
	if c.PassTimeout < 0 {
		errs = append(errs, fmt.Errorf("pass timeout: %v is negative", c.PassTimeout))
	}
	l := c.Limits
	if min(l.CPUMs, l.MemoryMB, l.Stack, l.SourceBytes, l.Calls, l.ConsoleBytes, l.ResultBytes, l.PendingCalls) < 0 {
		errs = append(errs, fmt.Errorf("limits: one of %+v is negative", l))
	}
	if l.MemoryMB > maxMemoryMB {
		errs = append(errs, fmt.Errorf("limits: %d MB of memory are more than %d", l.MemoryMB, maxMemoryMB))
	}
	return errors.Join(errs...)
}

// Engine runs passes.
type Engine struct{ cfg Config }

// New returns an engine, or an error that names every field of cfg that is wrong.
func New(cfg Config) (*Engine, error) {
	cfg = cfg.withDefaults()
	if err := cfg.validate(); err != nil {
		return nil, fmt.Errorf("engine config: %w", err)
	}
	return &Engine{cfg: cfg}, nil
}

// Pass is one claimed pass.
type Pass struct {
	Key     journal.Key
	Claim   journal.Revision
	State   journal.State // as claimed
	Request execution.Request

	// Recheck is the age of a journal write above which the claim is read again
	// before a call is invoked: half of the time after which the queue takes a
	// silent pass for lost. Zero: always.
	Recheck time.Duration

	// Fresh says that nothing can be journaled yet: it saves a read.
	Fresh bool

	// Due is the time that has come, where the pass runs because of it: no sleep and no
	// timeout up to then waits any more, also where this executor's clock is behind.
	Due time.Time

	// Bell, if set, tells the pass of signals that come while it runs.
	Bell *Bell

	// Observe, if set, is told of every change of an entry and every console
	// line, in order, on the pass's goroutine. It must not block.
	Observe Observer
}

// Observer learns what happens in a pass.
type Observer interface {
	Call(e execution.Entry)
	Log(line string, replay bool)
}

// Result is what the settle of a pass writes.
type Result struct {
	// Status is [execution.Completed], Error, Retrying, Paused, Waiting, Sleeping, or
	// Queued when the pass was drained.
	Status execution.Status

	Value   *journal.Value // completed; nil for undefined
	Omitted bool           // Value is a note in the place of what the code returned
	Error   string         // error, retrying
	Failure *execution.Failure
	Delay   time.Duration    // retrying, queued: until the next pass
	Pending []int            // the seqs that wait for a person
	Due     *time.Time       // paused, waiting, sleeping: the first sleep or timeout
	Signals []string         // paused, waiting: the names of what the code waits for, one for each wait
	Heard   journal.Revision // the same: how far the inbox was read
	Failed  *int             // error: the call whose failure ended the pass, for a restart to execute again
	Logs    []string         // of this pass

	Carry   *journal.Carry // completions that no record carries
	Log     *journal.Log   // everything known at the end
	Elapsed time.Duration
}

// Run runs the pass and returns what its settle has to write. It blocks until the
// code, and every call in flight, has ended or been cancelled. It returns
// [journal.ErrFenced] when the pass was superseded, [ErrStorage] when the journal
// is out of reach, [sandbox.ErrLost] when the script's process was killed from outside
// (the next delivery counts it as a lost pass), and the cause of ctx, unless that is [ErrDrain], when ctx ended:
// in all these cases nothing must be settled or acknowledged.
func (e *Engine) Run(ctx context.Context, in Pass) (Result, error) {
	p := newPass(e, in)
	started := e.cfg.Now()
	if err := p.load(ctx); err != nil {
		if errors.Is(context.Cause(ctx), ErrDrain) {
			// Nothing ran: what the state carries stays as it is.
			return Result{Status: execution.Queued, Carry: in.State.Carry, Log: &journal.Log{Progress: in.State.Progress}}, nil
		}
		return Result{}, p.outside(ctx, err)
	}
	res, err := p.run(ctx)
	res.Elapsed = e.cfg.Now().Sub(started)
	return res, err
}
