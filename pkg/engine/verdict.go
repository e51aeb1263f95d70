package engine

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/retry"
	"github.com/reprise-run/reprise/pkg/sandbox"
)

// failed is a pass that failed, before anybody decided what comes of it.
type failed struct {
	kind    execution.Kind
	reason  execution.Reason
	message string
	text    string         // what the execution's error says
	again   *journal.Entry // the failed call that a retry executes again
	acted   bool           // the code went on from that failure: forgetting it alone would diverge
	delay   *time.Duration // asked for by a connector
}

func (p *pass) failedCode(reason execution.Reason, message string, pos sandbox.Pos) failed {
	t := sandbox.Thrown{Message: message, Pos: pos, Line: sandbox.LineAt(p.Request.Code, pos)}
	return failed{kind: execution.KindError, reason: reason, message: message, text: p.codeFailed(t)}
}

func (f failed) failure() *execution.Failure {
	out := &execution.Failure{Kind: f.kind, Reason: f.reason, Message: f.message}
	if f.delay != nil {
		ms := max(f.delay.Milliseconds(), 0)
		out.RetryAfterMs = &ms
	}
	return out
}

// longest makes one failure of all connectors that asked for a retry: the longest
// delay counts.
func (p *pass) longest() failed {
	var worst failed
	var wait time.Duration = -1
	policy := p.policy()
	for _, a := range p.asked {
		asked, _ := retry.As(a.err)
		var delay *time.Duration
		if asked.After != 0 {
			d := max(asked.After, 0)
			delay = &d
		}
		if d := policy.Delay(p.State.Try, delay); d > wait {
			wait = d
			worst = p.failedCode(execution.ReasonRetries, asked.Error(), a.op.Pos)
			worst.kind, worst.delay = execution.KindRetryable, delay
		}
	}
	return worst
}

// policy returns the retry policy of the submission.
func (p *pass) policy() retry.Policy {
	policy, asked := retry.Default(), p.Request.Retry
	switch {
	case asked == nil:
		return policy
	case asked.Off:
		policy.MaxAttempts = 1
		return policy
	}
	if asked.MaxAttempts >= 0 {
		policy.MaxAttempts = asked.MaxAttempts
	}
	if asked.On != nil {
		policy.On = policy.On[:0]
		for _, kind := range asked.On {
			policy.On = append(policy.On, string(kind))
		}
	}
	if asked.InitialDelayMs >= 0 {
		policy.InitialDelay = millis(asked.InitialDelayMs)
	}
	if asked.MaxDelayMs >= 0 {
		policy.MaxDelay = millis(asked.MaxDelayMs)
	}
	return policy
}

// judge decides whether the failed pass is tried again, and after how long.
func (p *pass) judge(ctx context.Context, f failed) (Result, error) {
	p.flight.cancel()
	res := Result{Status: execution.Error, Error: f.text, Failure: f.failure(), Logs: p.console.ofFailure()}
	if f.reason == execution.ReasonSyntax {
		res.Logs = nil // no code ran
	}
	if f.again != nil && !f.acted {
		res.Failed = &f.again.Seq
	}
	again, delay, err := p.consult(ctx, f)
	if err != nil {
		var thrown *sandbox.Thrown
		if ctx.Err() != nil || !errors.As(err, &thrown) {
			return Result{}, err
		}
		res.Error = p.codeFailed(*thrown)
		res.Failure = &execution.Failure{Kind: execution.KindError, Reason: execution.ReasonPolicy, Message: thrown.Message}
	}
	if !again {
		return res, nil
	}
	if f.again != nil {
		// A failed call runs again; one that timed out is decided by its onUnknown.
		mark := journal.MarkRetry
		if f.kind == execution.KindTimeout {
			mark = journal.MarkUnknown
		}
		c := journal.Completion{Ref: journal.Ref{N: f.again.Seq}, Mark: mark, Error: f.again.Error}
		if err := p.hear(c); err != nil {
			return Result{}, err
		}
	}
	res.Status, res.Delay = execution.Retrying, delay
	return res, nil
}

// markRetry journals that a call is known to need another execution. One whose
// outcome was open before stays open; an ephemeral one runs again in any case.
func (p *pass) markRetry(a arrival) error {
	mark := journal.MarkRetry
	switch {
	case a.op.hold:
		return nil
	case a.op.unknown && !p.log.Entries[a.op.ref.N].Mark.Delivered() && p.log.Entries[a.op.ref.N].StartBy != p.State.Attempt:
		mark = journal.MarkUnknown
	}
	return p.hear(journal.Completion{Ref: a.op.ref, Mark: mark, Error: callError(a.err)})
}

// consult asks the policy, which may be JavaScript. It returns a
// [*sandbox.Thrown] when that throws.
func (p *pass) consult(ctx context.Context, f failed) (again bool, delay time.Duration, err error) {
	policy, asked := p.policy(), p.Request.Retry
	try := p.State.Try
	if !policy.Left(try) || f.acted {
		return false, 0, nil
	}
	again = policy.Retries(string(f.kind), try)
	if asked != nil && asked.ShouldRetry != "" {
		answer, err := p.ask(ctx, "retry.shouldRetry", asked.ShouldRetry, policy, f)
		if err != nil {
			return false, 0, err
		}
		again = truthy(answer)
	}
	if !again {
		return false, 0, nil
	}
	delay = policy.Delay(try, f.delay)
	if asked != nil && asked.DelayMs != "" {
		answer, err := p.ask(ctx, "retry.delayMs", asked.DelayMs, policy, f)
		if err != nil {
			return false, 0, err
		}
		delay = milliseconds(answer)
	}
	return true, delay, nil
}

// truthy is JavaScript's idea of true for a plain JSON text; undefined is nil.
func truthy(raw json.RawMessage) bool {
	switch string(raw) {
	case "", "false", "null", "0", `""`:
		return false
	}
	return true
}

// milliseconds reads the answer of a delay callback: no number, or a negative
// one, means at once.
func milliseconds(raw json.RawMessage) time.Duration {
	var ms float64
	if json.Unmarshal(raw, &ms) != nil || math.IsNaN(ms) || ms <= 0 {
		return 0
	}
	const most = float64(100 * 365 * 24 * time.Hour / time.Millisecond)
	return time.Duration(min(ms, most) * float64(time.Millisecond))
}
