package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/sandbox"
)

// carried estimates the size of the completions that no record has.
func (p *pass) carried() int {
	var bytes int
	for _, c := range p.log.Carried {
		bytes += 100 + c.Result.Size()
		if c.Error != nil {
			bytes += len(c.Error.Name) + len(c.Error.Message)
		}
	}
	return bytes
}

// unavailableDelay is how long an execution for which there was no sandbox waits.
const unavailableDelay = 5 * time.Second

// carryBytes is how much the settle's state write carries; more gets a record.
const carryBytes = 128 << 10

// conclude turns the way in which the code ended into what the settle writes.
func (p *pass) conclude(outer context.Context, ended sandbox.Result, err error) (Result, error) {
	p.deadline.Stop()
	drain := errors.Is(context.Cause(outer), ErrDrain)
	if p.storage != nil && !drain {
		return Result{}, p.outside(outer, p.storage)
	}
	switch {
	case errors.Is(err, journal.ErrFenced):
		return Result{}, journal.ErrFenced
	case errors.Is(err, ErrStorage), errors.Is(err, journal.ErrCorrupt), errors.Is(err, sandbox.ErrLost):
		return Result{}, err
	case drain && (p.storage != nil || errors.Is(err, ErrDrain)):
		// A record whose write was cut off may have landed: then it holds what
		// the settle carries, and the carry does not count.
		return p.drained(outer)
	case outer.Err() != nil && errors.Is(err, context.Cause(outer)):
		return Result{}, err
	}
	res, err := p.decide(outer, ended, p.gather(outer, err))
	switch {
	case err != nil && errors.Is(context.Cause(outer), ErrDrain):
		return p.drained(outer)
	case err != nil:
		return Result{}, p.outside(outer, err)
	}
	return p.close(outer, res)
}

// gather keeps what has arrived by now and cancels the rest; connectors that share
// a pass with one that asked for a retry get the grace first. It returns how the
// pass ended: a result that is too large to record wins.
func (p *pass) gather(outer context.Context, end error) error {
	grace := time.Duration(0)
	if errors.Is(end, errRetry) {
		grace = p.cfg.Grace
	}
	if err := p.collect(outer, grace); err != nil {
		return err
	}
	return end
}

// decide finds the status of a pass that ended by itself.
func (p *pass) decide(outer context.Context, ended sandbox.Result, err error) (Result, error) {
	var (
		refused *refusal
		syntax  *sandbox.SyntaxError
	)
	reason, text := p.outOf(err)
	switch {
	case err == nil && ended.Thrown == nil:
		return p.completed(ended), nil
	case err == nil:
		return p.threw(outer, ended.Thrown)
	case errors.As(err, &refused):
		return p.beyond(refused), nil
	case errors.Is(err, sandbox.ErrArguments):
		return p.refused(&refusal{reason: execution.ReasonSize, message: err.Error() + " bytes; issue fewer calls together, or write large data to a file or a workspace and pass references"}), nil
	case errors.Is(err, sandbox.ErrPending):
		return p.beyond(p.tooManyPending()), nil
	case errors.Is(err, sandbox.ErrUnavailable):
		// Nothing ran: another executor may do better.
		p.cfg.Logger.Error("no sandbox", "execution", p.Key.ID, "err", err)
		return Result{Status: execution.Queued, Delay: unavailableDelay}, nil
	case errors.Is(err, errRetry):
		return p.askedForRetry(outer, ended)
	case errors.Is(err, errQuiet):
		return p.quiet(), nil
	case errors.Is(err, errTimeout):
		return p.timedOut(outer)
	case errors.As(err, &syntax):
		return p.judge(outer, failed{kind: execution.KindError, reason: execution.ReasonSyntax, message: syntax.Error(), text: syntax.Error()})
	case reason != "":
		p.cfg.Logger.Info("pass ended at a limit", "execution", p.Key.ID, "attempt", p.State.Attempt, "reason", reason, "err", err)
		return p.judge(outer, p.failedCode(reason, text, sandbox.Pos{}))
	case outer.Err() != nil:
		return Result{}, err
	}
	return p.crashed(outer, err)
}

// crashed handles a sandbox that failed, also in a way that its contract does not
// have: the message must not go round for ever with a script that does it again.
func (p *pass) crashed(ctx context.Context, err error) (Result, error) {
	p.cfg.Logger.Warn("sandbox failed", "execution", p.Key.ID, "attempt", p.State.Attempt, "err", err)
	crash := &sandbox.CrashError{Detail: err.Error()}
	errors.As(err, &crash)
	detail, _, _ := strings.Cut(crash.Detail, "\n") // what follows is a stack
	message := (&sandbox.CrashError{Detail: clip([]byte(detail), maxNameBytes)}).Error()
	return p.judge(ctx, p.failedCode(execution.ReasonCrash, message, sandbox.Pos{}))
}

// threw handles an error that the code did not catch.
func (p *pass) threw(ctx context.Context, t *sandbox.Thrown) (Result, error) {
	f := failed{
		kind: execution.KindError, reason: execution.ReasonCode, message: t.Message,
		text: p.codeFailed(*t),
	}
	if o := p.entryOf(t.Op); o != nil {
		if e := &p.log.Entries[o.ref.N]; e.Mark == journal.MarkFailed {
			f.reason, f.again = execution.ReasonCall, e
			f.acted = o.seen != nil && *o.seen != *p.extent()
			if e.Error.Name == timeoutName {
				f.kind = execution.KindTimeout
			}
		}
	}
	return p.judge(ctx, f)
}

// entryOf returns the call or step with an ID; nil where it is none.
func (p *pass) entryOf(id int) *op {
	if id < 0 || id >= len(p.ops) {
		return nil
	}
	o := p.ops[id]
	if o.Kind != sandbox.OpCall && o.Kind != sandbox.OpStep || o.ref.N >= len(p.log.Entries) {
		return nil
	}
	return o
}

// timedOut handles the end of the wall clock: what is in flight is cancelled.
func (p *pass) timedOut(ctx context.Context) (Result, error) {
	f := p.failedCode(execution.ReasonTimeout, p.outOfTime(), sandbox.Pos{})
	f.kind = execution.KindTimeout
	return p.judge(ctx, f)
}

// askedForRetry handles connectors that asked for a retry.
func (p *pass) askedForRetry(ctx context.Context, ended sandbox.Result) (Result, error) {
	res, err := p.judge(ctx, p.longest())
	if err == nil && res.Status == execution.Error && p.returned {
		// The code had its result; only a call that it did not wait for gave up.
		return p.completed(ended), nil
	}
	return res, err
}

// quiet handles code that waits while nothing is outstanding.
// A person comes before a signal, and a signal before a time.
func (p *pass) quiet() Result {
	res := Result{Pending: p.waiting, Signals: p.names(), Heard: p.heard}
	if o := p.nextDue(); o != nil {
		res.Due = &o.due
	}
	switch {
	case len(p.waiting) > 0:
		res.Status = execution.Paused
	case len(res.Signals) > 0:
		res.Status = execution.Waiting
	case res.Due != nil:
		res.Status = execution.Sleeping
	}
	if res.Status != "" {
		return res
	}
	const message = "the code waits for a promise that nothing can settle any more"
	return Result{
		Status: execution.Error, Error: p.codeFailed(sandbox.Thrown{Message: message}),
		Failure: &execution.Failure{Kind: execution.KindError, Reason: execution.ReasonStuck, Message: message},
		Logs:    p.console.ofFailure(),
	}
}

// drained hands the execution over: what has arrived is kept.
func (p *pass) drained(ctx context.Context) (Result, error) {
	if err := p.collect(ctx, 0); err != nil {
		var r *refusal
		if !errors.As(err, &r) {
			return Result{}, err
		}
		return p.close(ctx, p.refused(r))
	}
	return p.close(ctx, Result{Status: execution.Queued})
}

// beyond is an end of code that ran, which no other try would get past. At a limit it
// reads as at the other limits, with what was printed.
func (p *pass) beyond(r *refusal) Result {
	res := p.refused(r)
	switch r.reason {
	case execution.ReasonCalls, execution.ReasonPending, execution.ReasonLimit:
		res.Error, res.Logs = p.failedCode(r.reason, r.message, r.pos).text, p.console.ofFailure()
	}
	return res
}

// refused is an end by our own decision: no prefix, no console.
func (p *pass) refused(r *refusal) Result {
	return Result{
		Status: execution.Error, Error: r.message,
		Failure: &execution.Failure{Kind: execution.KindError, Reason: r.reason, Message: r.message},
		Log:     p.log,
	}
}

// close completes a result with what every settle writes.
func (p *pass) close(outer context.Context, res Result) (Result, error) {
	for _, a := range p.asked {
		if err := p.markRetry(a); err != nil {
			return Result{}, err
		}
	}
	if p.carried() > carryBytes {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(outer), storageGrace)
		defer cancel()
		p.store, p.issue, p.again = ctx, nil, nil
		if err := p.append(); err != nil {
			return Result{}, p.outside(outer, fmt.Errorf("journal the last completions: %w", err))
		}
	}
	if len(p.log.Carried) > 0 {
		res.Carry = &journal.Carry{After: p.log.Next, Done: p.log.Carried}
	}
	if res.Logs == nil && (res.Status != execution.Error) {
		res.Logs = p.console.output()
	}
	res.Log = p.log
	boundTexts(&res)
	return res, nil
}

// The texts of a failure are part of the state as they are, and a state that no
// message holds would make the pass come again for ever: so they are cut, by the
// size that they have in JSON. The console is kept whole elsewhere.
const (
	mostMessage = 64 << 10
	mostError   = 320 << 10
)

func boundTexts(res *Result) {
	res.Error = clipJSON(res.Error, mostError)
	if res.Failure != nil {
		res.Failure.Message = clipJSON(res.Failure.Message, mostMessage)
	}
}

// clipJSON shortens a text to at most about n bytes of JSON.
func clipJSON(text string, n int) string {
	if 6*len(text) <= n {
		return text
	}
	for i, c := range text {
		switch {
		case c < ' ' || c == '<' || c == '>' || c == '&' || c == utf8.RuneError || c == '\u2028' || c == '\u2029':
			n -= len(`\u0000`)
		case c == '"' || c == '\\':
			n -= 2
		default:
			n -= utf8.RuneLen(c)
		}
		if n < 0 {
			return fmt.Sprintf("%s… [%d bytes more]", text[:i], len(text)-i)
		}
	}
	return text
}
