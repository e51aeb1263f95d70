package engine

import (
	"context"
	"errors"

	"github.com/reprise-run/reprise/pkg/execution"
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
		// The callback comes first, so that positions are its own; another function
		// is called.
		_, err := p.cfg.Sandbox.Call(ctx, c.source+"\n); (() => {}", nil)
		var syntax *sandbox.SyntaxError
		if errors.As(err, &syntax) {
			return &refusal{execution.ReasonRequest, c.field + ": " + syntax.Error()}
		}
		// Other trouble shows when it is called.
	}
	return nil
}
