package worker

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/reprise-run/reprise/pkg/sandbox"
)

// abortWait is how long a worker whose script does not run may take to drop a pass.
const abortWait = time.Second

// Run implements [sandbox.Sandbox].
func (p *Pool) Run(ctx context.Context, s sandbox.Script, host sandbox.Host) (sandbox.Result, error) {
	s.MaxMemory, s.MaxCPU = lower(s.MaxMemory, p.cfg.MaxMemory), lower(s.MaxCPU, p.cfg.MaxCPU)
	for try := 1; ; try++ {
		end, heard, err := p.runOnce(ctx, s, host)
		if errors.Is(err, sandbox.ErrLost) && !heard && try < 3 {
			continue // somebody killed the worker before: the host was not asked for anything
		}
		if err != nil {
			return sandbox.Result{}, err
		}
		return end.result, nil
	}
}

func (p *Pool) runOnce(ctx context.Context, s sandbox.Script, host sandbox.Host) (end done, heard bool, err error) {
	source := sha256.Sum256([]byte(s.Source))
	w, err := p.acquire(ctx, source)
	if err != nil {
		return done{}, false, err
	}
	defer p.release(w, source)
	pass := p.pass(w, s, host)
	end, err = pass.serve(ctx, kindRun, func(e *encoder) { e.script(s) })
	p.count(end)
	return end, pass.heard, err
}

// Call implements [sandbox.Sandbox].
func (p *Pool) Call(ctx context.Context, f sandbox.Function) (json.RawMessage, error) {
	f.MaxMemory, f.MaxCPU = lower(f.MaxMemory, p.cfg.MaxMemory), lower(f.MaxCPU, p.cfg.MaxCPU)
	key := sha256.Sum256([]byte(f.Source))
	w, err := p.acquire(ctx, key)
	if err != nil {
		return nil, err
	}
	defer p.release(w, key)
	if f.MaxTime > 0 { // the time that it took to get a worker is not the function's
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, f.MaxTime, sandbox.ErrTime)
		defer cancel()
	}
	pass := p.pass(w, sandbox.Script{MaxMemory: f.MaxMemory, MaxCPU: f.MaxCPU, MaxValueBytes: f.MaxValueBytes}, nil)
	end, err := pass.serve(ctx, kindCall, func(e *encoder) { e.function(f) })
	p.count(end)
	return end.value, err
}

// lower returns the smaller of what is asked for and what there may be at the most.
func lower[T int64 | time.Duration](asked, most T) T {
	if asked <= 0 || asked > most {
		return most
	}
	return asked
}

// pass is one pass in a worker.
type pass struct {
	*process
	ledger *ledger
	host   sandbox.Host // nil for a call: nothing happens in it
	flood  flood
	heard  bool // the worker has said something in this pass
	watch  *watch
	bounds *bounds
	ahead  []sandbox.Foreseen // that the worker has and did not take yet
}

func (p *Pool) pass(w *process, s sandbox.Script, host sandbox.Host) *pass {
	return &pass{
		process: w, ledger: newLedger(s), host: host,
		watch: &p.watch, bounds: &bounds{memory: w.base + min(max(w.memory, 0), p.cfg.MaxMemory) + s.MaxMemory, cpu: s.MaxCPU},
	}
}

// serve has the worker run what the first frame says, and is its host.
func (p *pass) serve(ctx context.Context, first kind, write func(*encoder)) (done, error) {
	number := p.begin()
	defer context.AfterFunc(ctx, func() { p.expire(number, context.Cause(ctx)) })()
	defer p.watch.begin(p.process, p.bounds)()
	if err := p.hand(ctx); err != nil {
		return done{}, err
	}
	if err := p.send(first, write); err != nil {
		return done{}, p.ending(err)
	}
	alive, over := p.whileAlive(ctx)
	defer over()
	end, err := p.listen(alive)
	p.take()
	if err == nil {
		p.memory = end.memory
		return end, end.err()
	}
	return done{}, err
}

// listen takes what the worker says until the pass has ended. When it returns an
// error the worker is fit for another pass only if it was not killed.
func (p *pass) listen(ctx context.Context) (done, error) {
	for {
		f, err := readFrame(p.frames, p.ledger.limits.frame())
		if err != nil {
			if errors.Is(err, errFrame) {
				return done{}, p.distrust(err)
			}
			return done{}, p.ending(err)
		}
		if f.pass != p.number {
			return done{}, p.distrust(forgery("a frame of another pass"))
		}
		p.heard = true
		switch {
		case f.kind == kindDone:
			end, err := p.ledger.done(f.body)
			if err == nil && p.frames.Buffered() > 0 {
				err = forgery("it goes on after its end")
			}
			if err != nil {
				return done{}, p.distrust(err)
			}
			return end, nil
		case p.host == nil:
			err = forgery("a frame %q in a call", f.kind)
		default:
			err = p.frame(ctx, f)
		}
		if err != nil {
			return done{}, p.distrust(err)
		}
	}
}

// frame takes one frame of a running script.
func (p *pass) frame(ctx context.Context, f frame) error {
	switch f.kind {
	case kindOp:
		return p.ledger.op(f.body)
	case kindPrint:
		line, err := p.ledger.print(f.body)
		if err != nil {
			return err
		}
		p.host.Print(line)
		p.flood.slow(ctx, len(line))
		return nil
	case kindTurn:
		issued, known, err := p.ledger.turn(f.body)
		switch {
		case err != nil:
			return err
		case known && len(p.ahead) == 0:
			return forgery("a turn whose event it cannot know")
		}
		return p.turn(ctx, issued, known)
	}
	return forgery("a frame of kind %q", f.kind)
}

// errDied ends the host's waiting when the worker has died meanwhile.
var errDied = errors.New("the worker has died")

// whileAlive returns ctx, for the host's turns: a worker that dies meanwhile ends them.
func (p *pass) whileAlive(ctx context.Context) (alive context.Context, done func()) {
	alive, cancel := context.WithCancelCause(ctx)
	go func() {
		select {
		case <-p.exited:
			cancel(errDied)
		case <-alive.Done():
		}
	}()
	return alive, func() { cancel(nil) }
}

// ask asks the host what happens next.
func (p *pass) ask(alive context.Context, issued []sandbox.Op) (sandbox.Event, error) {
	ev, err := p.host.Turn(alive, issued)
	if errors.Is(err, errDied) {
		return ev, p.ending(err)
	}
	return ev, err
}

// turn asks the host what happens next and tells the worker, unless it knows.
func (p *pass) turn(ctx context.Context, issued []sandbox.Op, known bool) error {
	p.take()
	ev, err := p.ask(ctx, issued)
	if err == nil {
		err = p.ledger.event(ev)
	}
	if err == nil {
		err = p.hand(ctx)
	}
	if errors.Is(err, errDied) {
		err = p.ending(err)
	}
	switch {
	case err != nil:
		return &hostError{err}
	case known:
		return p.taken(ev)
	}
	err = p.send(kindEvent, func(e *encoder) {
		e.event(ev)
		e.foreseen(p.foresee())
	})
	if err != nil {
		return &hostError{p.ending(err)}
	}
	return nil
}

// hostError is the end of a pass by the host or its context: the worker is not to
// blame.
type hostError struct{ err error }

func (e *hostError) Error() string { return e.err.Error() }
func (e *hostError) Unwrap() error { return e.err }

// distrust ends a pass that cannot go on. By the host's word the worker drops it and
// goes on living; a worker that misbehaves is killed.
func (p *pass) distrust(err error) error {
	var host *hostError
	switch {
	case errors.As(err, &host):
		if p.gone() {
			return host.err
		}
		if dropErr := p.drop(); dropErr != nil {
			p.kill(dropErr)
		}
		return host.err
	case p.killed() != nil: // what was read was cut off
		return p.killed()
	}
	p.kill(err)
	if errors.Is(err, sandbox.ErrArguments) {
		return err
	}
	return &sandbox.CrashError{Detail: err.Error()}
}

// drop tells the worker that its pass has ended, and waits until it says so.
func (p *pass) drop() error {
	soon := time.Now().Add(abortWait)
	if err := errors.Join(p.out.SetReadDeadline(soon), p.in.SetWriteDeadline(soon)); err != nil {
		return err
	}
	if err := p.send(kindAbort, nil); err != nil {
		return err
	}
	f, err := p.last()
	if err != nil {
		return err
	}
	end, err := p.ledger.done(f.body)
	if err != nil {
		return err
	}
	p.memory, p.ahead = end.memory, nil
	return errors.Join(p.out.SetReadDeadline(time.Time{}), p.in.SetWriteDeadline(time.Time{}))
}

// last reads up to the frame that ends a pass which was told to end. Turns that the
// worker had taken ahead may come before it.
func (p *pass) last() (frame, error) {
	for range 64 * aheadMost {
		f, err := readFrame(p.frames, p.ledger.limits.frame())
		switch {
		case err != nil:
			return f, err
		case f.pass != p.number:
			return f, fmt.Errorf("%w: of another pass after the end", errFrame)
		case f.kind == kindDone && p.frames.Buffered() > 0:
			return f, fmt.Errorf("%w: it goes on after its end", errFrame)
		case f.kind == kindDone:
			return f, nil
		}
	}
	return frame{}, fmt.Errorf("%w: the pass goes on after its end", errFrame)
}
