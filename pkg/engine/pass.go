package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/sandbox"
)

// pass is the state of one run of the code. It is the sandbox's host.
type pass struct {
	*Engine
	Pass
	limits execution.Limits

	log      *journal.Log
	recorded int                  // entries that earlier passes journaled
	replay   []journal.Completion // what is still to be replayed, in order
	clock    int64                // what the sandbox's clock shows, in ms

	ops      []*op // by the sandbox's op id
	entries  []*op // by seq
	timers   []*op // by their counter
	snippets []*op // the same
	waits
	done map[journal.Ref]bool // of what is no entry what has a completion in the journal

	openStep bool // the journal has a step without its value: its closure has to run

	untold []int // seqs of replayed calls that the observer does not know of yet

	flight flight // what is outstanding, and what has arrived
	clocks clocks // the timers that run

	// What the turn that is being admitted adds.
	issue  []journal.Intent
	again  []int
	invoke []*op
	refuse []arrival // calls that fail without being made
	steps  []*op     // closures to run, each durable
	fetch  []*op     // snippets to load

	loading int // snippets that are being loaded

	asked    []arrival // the retryable failures that ended the pass
	waiting  []int     // seqs whose promises stay open for a person
	console  console
	ended    bool // the code sees nothing any more
	returned bool // it ended by returning
	replayed bool // the replay was through

	end      context.CancelCauseFunc // ends the sandbox and the waiting
	store    context.Context         // of the journal: it outlives the timeout a little
	deadline *time.Timer
	storage  error // why the journal could not be written
	dry      *dry  // set in a replay: nothing is executed
}

// op is one operation of the sandbox and what became of it.
type op struct {
	sandbox.Op
	ref       journal.Ref
	ephemeral bool
	hold      bool        // an ephemeral call that the replay delivers in its place
	free      bool        // needs no record before it is invoked
	unknown   bool        // its outcome is open
	seen      *extent     // how far the code was when it saw this fail
	held      *arrival    // the outcome of one on hold
	timer     *time.Timer // timers
	due       time.Time   // timers, sleeps and waits: when they end; zero: never by themselves
	cleared   bool
	fired     bool
	plain     json.RawMessage // the arguments that the connector gets
	key       string          // the idempotency key, once the call is journaled
	since     time.Time       // when the record that names it was durable
}

// extent is how much the code had issued at some moment.
type extent struct{ entries, timers, sleeps, signals, snippets int }

func (p *pass) extent() *extent {
	return &extent{len(p.entries), len(p.timers), len(p.sleeps), len(p.signals), len(p.snippets)}
}

func newPass(e *Engine, in Pass) *pass {
	p := &pass{Engine: e, Pass: in, limits: lower(e.cfg.Limits, in.Request.Limits)}
	p.clock = in.State.StartedAt.UnixMilli()
	n := p.limits.ConsoleBytes
	p.console.limit, p.console.raise = int(n), raise("consoleBytes", "--max-console", n, e.cfg.Limits.ConsoleBytes)
	p.flight.arrived = make(chan struct{}, 1)
	return p
}

// load reads the journal and folds it.
func (p *pass) load(ctx context.Context) error {
	var records []journal.Record
	if !p.Fresh {
		var err error
		if records, err = p.cfg.Store.Load(ctx, p.Key, p.Claim); err != nil {
			return fmt.Errorf("load journal: %w", err)
		}
	}
	log, err := journal.Fold(p.State, records)
	if err != nil {
		return fmt.Errorf("fold journal: %w", err)
	}
	p.log, p.recorded, p.replay = log, len(log.Entries), slices.Clone(log.Order)
	p.done = make(map[journal.Ref]bool)
	p.awaited, p.received = make(map[string][]*op), make(map[string]bool)
	for _, c := range log.Order {
		if c.Kind != journal.OpEntry {
			p.done[c.Ref] = true
		}
		if c.Signal != "" {
			p.received[c.Signal] = true
		}
	}
	p.openStep = slices.ContainsFunc(log.Entries, func(e journal.Entry) bool {
		return e.Connector == execution.StepConnector && !e.Mark.Delivered()
	})
	return nil
}

// outside turns an error of the storage, or of ctx, into one of those that Run
// promises.
func (p *pass) outside(ctx context.Context, err error) error {
	switch {
	case errors.Is(err, journal.ErrFenced):
		return journal.ErrFenced
	case errors.Is(err, journal.ErrCorrupt):
		return err
	case ctx.Err() != nil:
		return context.Cause(ctx)
	}
	return fmt.Errorf("%w: %w", ErrStorage, err)
}

// run runs the code and everything that it leaves in flight.
func (p *pass) run(outer context.Context) (Result, error) {
	if r := p.preflight(); r != nil {
		return p.refused(r), nil
	}
	script, r := p.script()
	if r != nil {
		return p.refused(r), nil
	}
	ctx, end := context.WithCancelCause(outer)
	defer end(nil)
	p.end = end
	timeout := p.timeout()
	defer p.openStore(ctx)()
	p.deadline = time.AfterFunc(p.firstTimeout(timeout), func() { end(errTimeout) })
	defer p.deadline.Stop()
	p.flight.begin(outer)
	defer p.flight.cancel()
	defer p.stopTimers()

	if r := p.checkPolicy(ctx); r != nil {
		return p.refused(r), nil
	}
	h := &host{pass: p, timeout: timeout}
	ended, err := p.cfg.Sandbox.Run(ctx, script, h)
	p.ended, p.replayed = true, h.live
	p.tell()
	if err == nil {
		err = p.finish(ctx, ended)
	}
	if errors.Is(err, errStop) {
		return Result{}, nil
	}
	return p.conclude(outer, ended, err)
}

// storageGrace is how long a journal write that is under way may go on after the
// pass has timed out or is drained: what it holds must not be lost to either.
const storageGrace = 5 * time.Second

// openStore makes the context of the journal out of that of the pass.
func (p *pass) openStore(ctx context.Context) (done func()) {
	store, giveUp := context.WithCancelCause(context.WithoutCancel(ctx))
	p.store = store
	stop := context.AfterFunc(ctx, func() {
		cause := context.Cause(ctx)
		if errors.Is(cause, errTimeout) || errors.Is(cause, ErrDrain) {
			time.AfterFunc(storageGrace, func() { giveUp(cause) })
			return
		}
		giveUp(cause)
	})
	return func() {
		stop()
		giveUp(nil)
	}
}

// firstTimeout is the bound until the replay is through: the pass's own, or the
// executor's when that is longer and there is something to replay.
func (p *pass) firstTimeout(timeout time.Duration) time.Duration {
	if p.recorded > 0 {
		return max(timeout, p.cfg.PassTimeout)
	}
	return timeout
}

func (p *pass) stopTimers() {
	for _, o := range p.ops {
		if o.timer != nil {
			o.timer.Stop()
		}
	}
}

func (p *pass) script() (sandbox.Script, *refusal) {
	input, r := p.input()
	if r != nil {
		return sandbox.Script{}, r
	}
	return sandbox.Script{
		Source:        p.Request.Code,
		Input:         input,
		Connectors:    p.visible(),
		Seed:          p.State.Seed,
		Now:           p.State.StartedAt,
		MaxValueBytes: p.cfg.MaxValueBytes,
		MaxStack:      int(p.limits.Stack),
		MaxPending:    int(p.limits.PendingCalls),
		MaxMemory:     p.limits.MemoryMB << 20,
		MaxCPU:        millis(p.limits.CPUMs),
	}, nil
}

// visible lists the connectors that the code may name.
func (p *pass) visible() []string {
	all := p.cfg.Connectors.Names()
	if p.Request.Connectors == nil {
		return all
	}
	return slices.DeleteFunc(all, func(name string) bool { return !slices.Contains(p.Request.Connectors, name) })
}

// append journals what this turn adds, with everything heard since the last record.
func (p *pass) append() error {
	r := journal.Record{
		Attempt: p.State.Attempt, At: p.cfg.Now().UnixMilli(),
		Issued: p.issue, Started: p.again, Done: p.log.Carried,
	}
	if r.Empty() {
		return nil
	}
	p.tell()
	next, err := p.cfg.Store.Append(p.store, p.Key, p.Claim, p.log.Next, r)
	if err != nil {
		p.storage = fmt.Errorf("append record: %w", err)
		return p.storage
	}
	if err := p.log.Apply(r); err != nil {
		return err
	}
	p.log.Next = next
	for _, in := range p.issue {
		p.observe(in.Seq)
	}
	for _, seq := range p.again {
		p.observe(seq)
	}
	p.issue, p.again = nil, nil
	return nil
}

// hear takes a completion into the fold; the next record, or the settle, carries it.
func (p *pass) hear(c journal.Completion) error {
	p.clock = max(p.clock, p.cfg.Now().UnixMilli())
	c.At, c.Attempt, c.Unseen = p.clock, p.State.Attempt, p.ended && c.Mark.Delivered()
	if err := p.log.Hear(c); err != nil {
		return err
	}
	if c.Kind == journal.OpEntry {
		p.observe(c.N)
	}
	return nil
}
