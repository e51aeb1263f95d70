package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/retry"
	"github.com/reprise-run/reprise/pkg/sandbox"
)

// checkPolicy finds out whether the callbacks of the retry policy parse, before the
// code has called anything: a slip in them must not wait for the first failure. They are
// parsed where scripts are.
func (p *pass) checkPolicy(ctx context.Context) *refusal {
	asked := p.Request.Retry
	if asked == nil || p.recorded > 0 {
		return nil
	}
	for _, c := range []struct{ field, source string }{
		{"retry.shouldRetry", asked.ShouldRetry}, {"retry.delayMs", asked.DelayMs},
	} {
		if c.source == "" {
			continue
		}
		f := p.function(c.source, nil)
		f.Check = true
		_, err := p.cfg.Sandbox.Call(ctx, f)
		var syntax *sandbox.SyntaxError
		if errors.As(err, &syntax) {
			return &refusal{reason: execution.ReasonRequest, message: c.field + ": " + syntax.Error()}
		}
		// Other trouble shows when it is called.
	}
	return nil
}

// function is a callback of the policy with the limits in force: those of the pass.
func (p *pass) function(source string, arg json.RawMessage) sandbox.Function {
	return sandbox.Function{
		Source: source, Arg: arg, MaxTime: p.timeout(), MaxStack: int(p.limits.Stack),
		MaxValueBytes: int(min(p.limits.ResultBytes, int64(p.cfg.MaxValueBytes))),
		MaxMemory:     p.limits.MemoryMB << 20, MaxCPU: time.Duration(p.limits.CPUMs) * time.Millisecond,
	}
}

// ask calls one callback of the policy, under its name, with its context. Whatever
// keeps it from an answer, but the end of the pass, is a [*sandbox.Thrown]: it would
// again.
func (p *pass) ask(ctx context.Context, name, source string, policy retry.Policy, f failed) (json.RawMessage, error) {
	arg, err := p.policyArgument(policy, f)
	if err != nil {
		return nil, policyFailed(name, err.Error())
	}
	answer, err := p.cfg.Sandbox.Call(ctx, p.function(source, arg))
	var thrown *sandbox.Thrown
	switch {
	case err == nil:
		return answer, nil
	case errors.As(err, &thrown):
		named := *thrown
		named.Pos.File = name
		return nil, &named
	case errors.Is(err, sandbox.ErrUnavailable), errors.Is(err, sandbox.ErrLost):
		return nil, fmt.Errorf("%w: ask the policy: %w", ErrStorage, err) // it may answer the next time
	case ctx.Err() != nil:
		return nil, err
	}
	t := policyFailed(name, p.noAnswer(err))
	var stopped *sandbox.StoppedError
	if errors.As(err, &stopped) {
		t.Pos, t.Line = stopped.Pos, stopped.Line
		t.Pos.File = name
	}
	return nil, t
}

// policyArgument is what the callbacks of a policy are told.
func (p *pass) policyArgument(policy retry.Policy, f failed) (json.RawMessage, error) {
	shown := p.log.Shown(journal.View{Attempt: p.State.Attempt, Running: true})
	return json.Marshal(map[string]any{
		"executionId": p.Key.ID,
		"attempt":     p.State.Try,
		"maxAttempts": policy.MaxAttempts,
		"failure":     f.failure(),
		"execution": execution.Record{
			ExecutionID: p.Key.ID, Runtime: p.Key.Runtime, Status: execution.Running, Attempt: p.State.Attempt,
			Calls: shown, Labels: p.State.Labels, CreatedAt: p.State.CreatedAt, UpdatedAt: p.State.UpdatedAt,
		},
	})
}

// noAnswer says what kept a callback from its answer.
func (p *pass) noAnswer(err error) string {
	switch {
	case errors.Is(err, sandbox.ErrTime):
		n, own := p.timeout(), p.cfg.PassTimeout
		if n < own {
			return fmt.Sprintf("no answer within %v; raise timeoutMs of the submission (--pass-timeout of the executor is %v)", n, own)
		}
		return fmt.Sprintf("no answer within %v; raise --pass-timeout of the executor", n)
	case errors.Is(err, sandbox.ErrResult):
		n := p.limits.ResultBytes
		return fmt.Sprintf("an answer of more than %d bytes; %s", n, raise("resultBytes", "--max-result", n, p.cfg.Limits.ResultBytes))
	}
	if _, text := p.outOf(err); text != "" {
		return text
	}
	return clip([]byte(err.Error()), maxNameBytes)
}

// policyFailed is a callback, by its name, that gave no answer.
func policyFailed(name, why string) *sandbox.Thrown {
	return &sandbox.Thrown{Name: "Error", Message: "retry policy: " + name + ": " + why, Op: -1}
}
