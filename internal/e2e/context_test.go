package e2e

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/execution"
)

func TestContextOfACallEndsOnceWithItsPass(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		code   string
		status execution.Status
	}{
		"completed": {`async () => { await probe.see(1); return 1 }`, execution.Completed},
		"error":     {`async () => { await probe.see(1); throw new Error("no") }`, execution.Error},
		"paused":    {`async () => { await probe.see(1); await items.create_item({title: "t"}) }`, execution.Paused},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := &probe{methods: []connector.Method{{Name: "see"}}, do: func(ctx context.Context, call connector.Call) (json.RawMessage, error) {
				if call.ExecutionID == "" || ctx.Err() != nil {
					t.Errorf("execution %q, context %v", call.ExecutionID, ctx.Err())
				}
				return call.Args, nil
			}}
			r := newRig(t)
			r.start(nil, p.named())
			r.status(r.run(c.code), c.status)
			natstest.Eventually(t, "the end of the context", func() bool { n, ended := p.count(); return n == 1 && ended == 1 })
		})
	}
}

// The context lasts as long as the pass: what a call began goes on when it has answered.
func TestContextOfACallOutlastsItsAnswer(t *testing.T) {
	t.Parallel()
	p := &probe{methods: []connector.Method{{Name: "see"}}}
	var first context.Context
	alive := make(chan bool, 1)
	p.do = func(ctx context.Context, call connector.Call) (json.RawMessage, error) {
		if first == nil {
			first = ctx
		} else {
			alive <- first.Err() == nil
		}
		return call.Args, nil
	}
	r := newRig(t)
	r.start(nil, p.named())
	r.status(r.run(`async () => { await probe.see(1); await probe.see(2); return 1 }`), execution.Completed)
	if !<-alive {
		t.Error("the first call's context ended before the pass")
	}
}

func TestTimedOutPassCancelsItsCallBeforeTheRetry(t *testing.T) {
	t.Parallel()
	r := up(t)
	policy := &execution.Retry{MaxAttempts: 2, On: []execution.Kind{execution.KindTimeout}, InitialDelayMs: 0, MaxDelayMs: 0}
	o := r.request(execution.Request{Retry: policy, TimeoutMs: soonOver, Code: `items.abortable_slow_once()`})
	r.completed(o, `{"call": 2}`)
	r.eventually("the abort", func() bool { return r.items.Aborts() > 0 })
	if n, aborts := r.items.Runs("abortable_slow_once"), r.items.Aborts(); n != 2 || aborts != 1 {
		t.Errorf("%d runs, %d aborts, want 2 and 1", n, aborts)
	}
}

func TestLateResultOfADeafCallIsRefused(t *testing.T) {
	t.Parallel()
	free, late := make(chan struct{}), make(chan struct{}, 1)
	p := &probe{methods: []connector.Method{{Name: "deaf"}}, do: func(context.Context, connector.Call) (json.RawMessage, error) {
		<-free
		late <- struct{}{}
		return json.RawMessage(`"late"`), nil
	}}
	r := newRig(t)
	r.start(nil, p.named())
	begun := time.Now()
	o := r.request(execution.Request{TimeoutMs: soonOver, Code: `async () => { await probe.deaf(); return 1 }`})
	r.status(o, execution.Error)
	if _, ended := p.count(); ended != 1 {
		t.Errorf("%d contexts had ended when the outcome was told, %v after the start", ended, time.Since(begun))
	}
	before := r.get(o.ExecutionID)
	close(free)
	<-late
	r.completed(r.run(`1`), `1`) // the executor is well
	after := r.get(o.ExecutionID)
	if after.Status != before.Status || !after.UpdatedAt.Equal(before.UpdatedAt) {
		t.Errorf("before %+v, after %+v", before, after)
	}
	r.calls(after, "probe.deaf unknown")
}
