package engine

import (
	"encoding/json"
	"fmt"

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

// withinLimits refuses a call too many.
func (p *pass) withinLimits() error {
	if n := p.limits.Calls; int64(len(p.entries)) > n {
		return &refusal{execution.ReasonLimit, fmt.Sprintf("more than %d calls in one execution", n)}
	}
	return p.pendingLimit()
}

// pendingLimit refuses a call, step or timer too many at once.
func (p *pass) pendingLimit() error {
	f := &p.flight
	if n := p.limits.PendingCalls; int64(f.calls+f.timers+f.steps+len(p.invoke)+len(p.refuse)) >= n {
		return &refusal{execution.ReasonLimit, fmt.Sprintf("more than %d calls pending at once", n)}
	}
	return nil
}

func (p *pass) sizeRefusal(what string, bytes int) *refusal {
	return &refusal{execution.ReasonSize, fmt.Sprintf(
		"%s: too large to record durably: %d bytes, the limit is %d; write large data to a file or a workspace and pass a reference",
		what, bytes, p.cfg.MaxValueBytes)}
}

// invalid refuses a value that did not leave the sandbox.
func (p *pass) invalid(what string, v *sandbox.Invalid) *refusal {
	if v.TooLarge {
		return p.sizeRefusal(what, v.Bytes)
	}
	return &refusal{execution.ReasonValue, what + " could not be recorded durably: " + v.Problem +
		"; only JSON-compatible values plus binary data and big integers may cross"}
}

// input returns the submission's input in its durable form.
func (p *pass) input() (json.RawMessage, error) {
	input, err := value.FromPlain(jsonOrNil(p.Request.Input))
	if err != nil {
		return nil, fmt.Errorf("%w: input: %w", journal.ErrCorrupt, err)
	}
	return input, nil
}

// resultValue returns what the settle records of the code's result, which may be
// a note that says why it is not there.
func (p *pass) resultValue(ended sandbox.Result) *journal.Value {
	bytes := len(ended.Value)
	switch {
	case ended.Invalid != nil && ended.Invalid.TooLarge:
		bytes = ended.Invalid.Bytes
	case ended.Invalid != nil:
		return note("result omitted from the audit trail: " + ended.Invalid.Problem)
	case int64(bytes) <= p.limits.ResultBytes:
		return journal.NewValue(jsonOrNil(p.cfg.Connectors.Redact(ended.Value)))
	}
	return note(fmt.Sprintf("result omitted from the audit trail: %d bytes, the limit is %d", bytes, p.limits.ResultBytes))
}

func note(text string) *journal.Value {
	raw, err := json.Marshal(text)
	if err != nil {
		return nil
	}
	return journal.NewValue(raw)
}
