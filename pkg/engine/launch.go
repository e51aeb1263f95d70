package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/sandbox"
	"github.com/reprise-run/reprise/pkg/value"
)

// launch journals what the admitted turn adds and then starts it: write before
// effect (R2).
func (p *pass) launch(ctx context.Context) error {
	if len(p.issue)+len(p.again) > 0 {
		// crash here: the calls were never made; the next pass issues them again.
		if err := p.append(); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx) // no call starts after the end
		}
	}
	for _, a := range p.refuse {
		p.flight.calls++
		p.flight.add(a)
	}
	p.refuse = nil
	// crash here: the calls are journaled and were perhaps made: unknown.
	now := p.cfg.Now()
	for _, o := range p.invoke {
		o.since, o.key = now, p.keyOf(o.ref.N)
		if o.Kind == sandbox.OpStep {
			p.flight.steps++
			p.steps = append(p.steps, o)
			continue
		}
		p.flight.calls++
		go p.execute(p.flight.ctx, o)
	}
	p.invoke = nil
	for _, o := range p.fetch {
		p.flight.calls++
		p.loading++
		go p.loadSnippet(p.flight.ctx, o)
	}
	p.fetch = nil
	return nil
}

// newKey is the idempotency key that a call issued now is journaled with; empty for
// the ordinary one. After a cut the numbers begin again, and the calls are others.
func (p *pass) newKey(seq int) string {
	if len(p.State.Cuts) == 0 {
		return ""
	}
	return fmt.Sprintf("%s:%d:e%d", p.Key.ID, seq, len(p.State.Cuts))
}

// keyOf returns the idempotency key of a journaled call.
func (p *pass) keyOf(seq int) string {
	return p.log.Entries[seq].IdempotencyKey(p.Key.ID)
}

// execute performs one call on its own goroutine.
func (p *pass) execute(ctx context.Context, o *op) {
	if !o.free {
		if err := p.stillMine(ctx, o.since); err != nil {
			p.end(err)
			return
		}
	}
	if ctx.Err() != nil {
		return // the pass has ended: another executor may have the execution
	}
	result, err := p.cfg.Connectors.Execute(ctx, o.Connector, connector.Call{
		Runtime:        p.Key.Runtime,
		ExecutionID:    p.Key.ID,
		Seq:            o.ref.N,
		Attempt:        p.State.Attempt,
		Method:         o.Method,
		Args:           o.plain,
		IdempotencyKey: o.key,
	})
	if err == nil {
		result, err = value.FromPlain(result)
	}
	if err != nil && ctx.Err() != nil {
		return // the pass has ended under the call: its outcome is unknown
	}
	p.flight.add(arrival{op: o, result: jsonOrNil(result), err: err})
}

// stillMine reads the claim again when so much time went by since the record that
// names the call that another executor may have taken over (R2).
func (p *pass) stillMine(ctx context.Context, since time.Time) error {
	if p.cfg.Now().Sub(since) <= p.Recheck {
		return nil
	}
	stored, err := p.cfg.Store.State(ctx, p.Key)
	switch {
	case err != nil:
		return fmt.Errorf("%w: read the claim again: %w", ErrStorage, err)
	case stored.Revision != p.Claim:
		return journal.ErrFenced
	}
	return nil
}
