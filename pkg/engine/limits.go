package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/sandbox"
	"github.com/reprise-run/reprise/pkg/value"
)

// lower returns the executor's limits, lowered by what the submission asks for.
func lower(own execution.Limits, asked *execution.Limits) execution.Limits {
	if asked == nil {
		return own
	}
	take := func(own *int64, asked int64) {
		if asked > 0 && (*own == 0 || asked < *own) {
			*own = asked
		}
	}
	take(&own.CPUMs, asked.CPUMs)
	take(&own.MemoryMB, asked.MemoryMB)
	take(&own.Stack, asked.Stack)
	take(&own.SourceBytes, asked.SourceBytes)
	take(&own.Calls, asked.Calls)
	take(&own.ConsoleBytes, asked.ConsoleBytes)
	take(&own.ResultBytes, asked.ResultBytes)
	take(&own.PendingCalls, asked.PendingCalls)
	return own
}

// raise says who can raise a limit: the submission, as long as it asked for less
// than the executor allows, or whoever runs the executor.
func raise(field, flag string, inForce, own int64) string {
	if inForce < own {
		return fmt.Sprintf("raise limits.%s of the submission (%s of the executor is %d)", field, flag, own)
	}
	return fmt.Sprintf("raise %s of the executor", flag)
}

// withinLimits refuses a call too many.
func (p *pass) withinLimits() error {
	if int64(len(p.entries)) > p.limits.Calls {
		return p.tooMany("calls")
	}
	return p.pendingLimit()
}

// operationLimit refuses an operation too many, of whatever kind: timers inside steps are
// not journaled, but each is remembered as long as the pass runs.
func (p *pass) operationLimit() error {
	if int64(len(p.ops)) > 3*p.limits.Calls+1000 {
		return p.tooMany("timers")
	}
	return nil
}

// counterLimit refuses one too many of a kind that has a counter of its own: as many
// are journaled as calls may be.
func (p *pass) counterLimit(all []*op, what string) error {
	if int64(len(all)) >= p.limits.Calls {
		return p.tooMany(what)
	}
	return nil
}

func (p *pass) tooMany(what string) *refusal {
	n, own := p.limits.Calls, p.cfg.Limits.Calls
	return &refusal{reason: execution.ReasonCalls, message: fmt.Sprintf("more than %d %s in one execution; %s", n, what, raise("calls", "--max-calls", n, own))}
}

// pendingLimit refuses a call, step, timer, sleep or wait too many at once.
func (p *pass) pendingLimit() error {
	f, n := &p.flight, p.limits.PendingCalls
	if int64(f.calls+f.timers+f.steps+len(p.invoke)+len(p.refuse)+len(p.waiting)+len(p.fetch)+p.open) < n {
		return nil
	}
	return p.tooManyPending()
}

func (p *pass) tooManyPending() *refusal {
	n, own := p.limits.PendingCalls, p.cfg.Limits.PendingCalls
	return &refusal{reason: execution.ReasonPending, message: fmt.Sprintf("more than %d calls pending at once; %s",
		n, raise("pendingCalls", "--max-pending-calls", n, own))}
}

// sourceLimit refuses a source that is too long.
func (p *pass) sourceLimit() *refusal {
	n, own := p.limits.SourceBytes, p.cfg.Limits.SourceBytes
	if int64(len(p.Request.Code)) <= n {
		return nil
	}
	how := raise("sourceBytes", "--max-source", n, own)
	if n >= execution.MaxSourceBytes {
		how = "more is never stored"
	}
	return &refusal{reason: execution.ReasonSource, message: fmt.Sprintf("the source is too large to record durably: %d bytes, the limit is %d; %s",
		len(p.Request.Code), n, how)}
}

// timeout is the wall clock of the pass, once its replay is through.
func (p *pass) timeout() time.Duration {
	if ms := p.Request.TimeoutMs; ms > 0 {
		return min(millis(ms), p.cfg.PassTimeout)
	}
	return p.cfg.PassTimeout
}

// outOfTime is what users read when the wall clock ended the pass.
func (p *pass) outOfTime() string {
	limit, own := p.timeout(), p.cfg.PassTimeout
	switch {
	case !p.replayed && p.recorded > 0:
		return fmt.Sprintf("%s: replaying the journal took longer than %v; raise --pass-timeout of the executor", timedOut, p.firstTimeout(limit))
	case limit < own:
		return fmt.Sprintf("%s: the pass took longer than %v; raise timeoutMs of the submission (--pass-timeout of the executor is %v)", timedOut, limit, own)
	}
	return fmt.Sprintf("%s: the pass took longer than %v; raise --pass-timeout of the executor", timedOut, limit)
}

// outOf is what users read when the sandbox ended the pass at one of its limits;
// the reason is empty for any other error.
func (p *pass) outOf(err error) (execution.Reason, string) {
	l, own := p.limits, p.cfg.Limits
	switch {
	case errors.Is(err, sandbox.ErrMemory):
		return execution.ReasonMemory, fmt.Sprintf("out of memory: the code used more than %d MB; %s",
			l.MemoryMB, raise("memoryMB", "--max-memory", l.MemoryMB, own.MemoryMB))
	case errors.Is(err, sandbox.ErrCPU):
		return execution.ReasonCPU, fmt.Sprintf("out of CPU time: the code computed for more than %d ms; %s",
			l.CPUMs, raise("cpuMs", "--max-cpu", l.CPUMs, own.CPUMs))
	case errors.Is(err, sandbox.ErrEngineStack):
		return execution.ReasonStack, "RangeError: maximum call stack size exceeded in the engine itself: a value or an expression is nested too deeply"
	case errors.Is(err, sandbox.ErrStack):
		return execution.ReasonStack, fmt.Sprintf("RangeError: maximum call stack size exceeded: more than %d calls deep; %s",
			l.Stack, raise("stack", "--max-stack", l.Stack, own.Stack))
	}
	return "", ""
}

// millis turns milliseconds that somebody asked for into a duration that does not
// overflow.
func millis(ms int64) time.Duration {
	const most = int64(100 * 365 * 24 * time.Hour / time.Millisecond)
	return time.Duration(min(ms, most)) * time.Millisecond
}

func (p *pass) sizeRefusal(what string, bytes int) *refusal {
	return &refusal{reason: execution.ReasonSize, message: fmt.Sprintf(
		"%s: too large to record durably: %d bytes, the limit is %d; write large data to a file or a workspace and pass a reference",
		what, bytes, p.cfg.MaxValueBytes)}
}

// invalid refuses a value that did not leave the sandbox.
func (p *pass) invalid(what string, v *sandbox.Invalid) *refusal {
	if v.TooLarge {
		return p.sizeRefusal(what, v.Bytes)
	}
	return &refusal{reason: execution.ReasonValue, message: what + ": " + v.Problem}
}

// input returns the submission's input in its durable form, or why it has none.
func (p *pass) input() (json.RawMessage, *refusal) {
	input, err := value.FromPlain(jsonOrNil(p.Request.Input))
	if err != nil {
		return nil, &refusal{reason: execution.ReasonValue, message: "the input: " + err.Error()}
	}
	return input, nil
}

// completed is the end of code that returned. Where its result cannot be recorded, a
// note takes its place.
func (p *pass) completed(ended sandbox.Result) Result {
	res := Result{Status: execution.Completed}
	if why := p.unrecorded(ended); why != "" {
		res.Omitted, res.Value = true, note("result omitted from the audit trail: "+why)
	} else {
		res.Value = journal.NewValue(jsonOrNil(p.cfg.Connectors.Redact(ended.Value)))
	}
	return res
}

// unrecorded says why the code's result cannot be recorded; empty: it can.
func (p *pass) unrecorded(ended sandbox.Result) string {
	bytes := len(ended.Value)
	switch {
	case ended.Invalid != nil && ended.Invalid.TooLarge:
		bytes = ended.Invalid.Bytes
	case ended.Invalid != nil:
		return ended.Invalid.Problem
	case int64(bytes) <= p.limits.ResultBytes:
		return ""
	}
	n := p.limits.ResultBytes
	how := raise("resultBytes", "--max-result", n, p.cfg.Limits.ResultBytes)
	if n >= int64(p.cfg.MaxValueBytes) {
		how = "a larger value is never recorded: write it to a file or a workspace and return a reference"
	}
	return fmt.Sprintf("%d bytes, the limit is %d; %s", bytes, n, how)
}

func note(text string) *journal.Value {
	raw, err := json.Marshal(text)
	if err != nil {
		return nil
	}
	return journal.NewValue(raw)
}
