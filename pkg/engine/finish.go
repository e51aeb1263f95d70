package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/retry"
	"github.com/reprise-run/reprise/pkg/sandbox"
)

// finish awaits the calls that are still in flight after the code has ended, and
// journals how they ended. The code no longer sees it.
func (p *pass) finish(ctx context.Context, ended sandbox.Result) error {
	p.returned = ended.Thrown == nil
	if p.flight.retryAsked() {
		return errRetry
	}
	for i := range ended.Issued {
		if err := p.admit(ended.Issued[i]); err != nil {
			return err
		}
	}
	if len(p.entries) < p.recorded && (p.dry == nil || p.returned) { // of an error, a replay tells the error
		e := p.log.Entries[len(p.entries)]
		return p.diverged(fmt.Sprintf("divergence at seq %d: recorded %s.%s, but the code ended without calling it",
			e.Seq, e.Connector, e.Method))
	}
	if err := p.launch(ctx); err != nil {
		return err
	}
	for p.flight.calls > 0 {
		if a, ok := p.flight.take(); ok {
			if err := p.settleLate(a); err != nil {
				return err
			}
			continue
		}
		if len(p.log.Carried) > 0 {
			if err := p.append(); err != nil {
				return err
			}
			continue
		}
		select {
		case <-p.flight.arrived:
		case <-ctx.Done():
			if errors.Is(context.Cause(ctx), errTimeout) {
				return nil // the code has its result; the calls stay unknown
			}
			return context.Cause(ctx)
		}
	}
	return nil
}

// settleLate takes an arrival that the code will not see.
func (p *pass) settleLate(a arrival) error {
	switch a.op.Kind {
	case sandbox.OpTimer, sandbox.OpStepTimer:
		return nil
	}
	p.landed(a.op)
	if a.op.Kind == sandbox.OpSnippet {
		return nil // the code does not run it any more
	}
	if _, ok := retry.As(a.err); ok {
		p.asked = append(p.asked, a)
		return errRetry
	}
	_, err := p.take(a)
	return err
}

// collect gives the calls in flight up to grace to end, takes what has arrived,
// and cancels the rest: their outcome is unknown. It returns a refusal when a
// result is too large to record.
func (p *pass) collect(outer context.Context, grace time.Duration) error {
	defer p.flight.cancel()
	limit := time.NewTimer(max(grace, 0))
	defer limit.Stop()
	for {
		for a, ok := p.flight.take(); ok; a, ok = p.flight.take() {
			if err := p.settleLate(a); err != nil && !errors.Is(err, errRetry) {
				return err
			}
		}
		if p.flight.calls == 0 || grace <= 0 {
			return nil
		}
		select {
		case <-p.flight.arrived:
		case <-limit.C:
			grace = 0
		case <-outer.Done():
			return nil
		}
	}
}

// preflight refuses what cannot run at all.
func (p *pass) preflight() *refusal {
	r := p.Request
	switch l := r.Limits; {
	case !p.cfg.Confined && l != nil && (l.CPUMs > 0 || l.MemoryMB > 0):
		return &refusal{reason: execution.ReasonUnsupported, message: "limits.cpuMs and limits.memoryMB need worker processes, " +
			"which this executor does not have; leave them out"}
	case len(r.Input) > p.cfg.MaxValueBytes:
		return p.sizeRefusal("the input", len(r.Input))
	}
	return p.sourceLimit()
}
