package e2e

import (
	"context"
	"encoding/json"
	"sync"
	"testing"

	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/execution"
)

// Section 11: the context of a call.

// contexts keeps those of the calls of a method.
type contexts struct {
	mu    sync.Mutex // guards the fields below
	all   []context.Context
	ended int
}

func (c *contexts) method(name string) tool {
	return method(name, func(ctx context.Context, _ connector.Call, _ int) (json.RawMessage, error) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.all = append(c.all, ctx)
		context.AfterFunc(ctx, func() {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.ended++
		})
		return nil, nil
	})
}

// over returns how many there were, and how many of them have ended.
func (c *contexts) over() (all, ended int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, ctx := range c.all {
		if ctx.Err() != nil {
			ended++
		}
	}
	return len(c.all), ended
}

// A call gets the id and a context. That of a pass ends with the pass, whatever its end.
func TestB157B159B162ContextEndsWithThePass(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		code  string
		after string // the event by which the context has ended
		want  execution.Status
	}{
		"completed": {`async () => { await own.see(); return 1 }`, execution.EventPassEnd, execution.Completed},
		"error":     {`async () => { await own.see(); throw new Error("x") }`, execution.EventPassEnd, execution.Error},
		"paused":    {`async () => { await own.see(); await items.create_item({}) }`, execution.EventPassEnd, execution.Paused},
		"disposed":  {`async () => { await own.see(); return 1 }`, execution.EventDispose, execution.Completed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, seen := newRig(t), new(contexts)
			own, named := newTools("own", seen.method("see"))
			r.start(nil, named)
			w := r.watch("")
			id := r.begin(execution.Request{Code: tt.code})
			if got := w.statuses(t, tt.after, 1)[0]; got != tt.want {
				t.Errorf("status %s, want %s", got, tt.want)
			}
			if all, ended := seen.over(); all != 1 || ended != 1 {
				t.Errorf("%d contexts, %d ended", all, ended)
			}
			if c := own.Calls("see")[0]; c.ExecutionID != id {
				t.Errorf("call of %s, want %s", c.ExecutionID, id)
			}
		})
	}
}

// The policy is asked when the calls of the failed pass have been told.
func TestB157EachPassHasItsContext(t *testing.T) {
	t.Parallel()
	r, seen := newRig(t), new(contexts)
	_, named := newTools("own", seen.method("see"))
	r.start(nil, named)
	o := r.paused(`async () => { await own.see(); await items.create_item({}); await own.see() }`)
	r.status(r.approve(o.ExecutionID), execution.Completed)
	if all, ended := seen.over(); all != 2 || ended != 2 || seen.all[0] == seen.all[1] {
		t.Errorf("%d contexts, %d ended, the same one %v", all, ended, seen.all[0] == seen.all[1])
	}
}

func TestB158TimedOutPassCancelsItsCalls(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.request(execution.Request{Code: `async () => await items.abortable_slow_once()`, TimeoutMs: soonOver, Retry: policy(t, `{"on": ["timeout"], "initialDelayMs": 0}`)})
	r.completed(o, `{"call": 2}`)
	r.runs(map[string]int{"abortable_slow_once": 2})
	r.eventually("the abort", func() bool { return r.items.Aborts() > 0 }) // it counts on a goroutine of its own
	if n := r.items.Aborts(); n != 1 {
		t.Errorf("%d aborts in flight, want 1", n)
	}
}

// A call that does not listen goes on; its late result is refused.
func TestB161CancellationIsCooperative(t *testing.T) {
	t.Parallel()
	r, h, returned := newRig(t), newHeld(t), make(chan struct{})
	_, named := newTools("own", method("slow", func(ctx context.Context, _ connector.Call, _ int) (json.RawMessage, error) {
		defer close(returned)
		return json.RawMessage(`"late"`), h.wait(ctx, false)
	}))
	r.start(nil, named)
	o := r.request(execution.Request{Code: `async () => await own.slow()`, TimeoutMs: soonOver})
	r.failed(o, "Execution timed out")
	until(t, "the end of the context", h.ended)
	select {
	case <-returned:
		t.Error("the call returned by itself")
	default:
	}
	h.free()
	until(t, "the end of the call", returned)
	r.run(`1`)
	r.entries(r.get(o.ExecutionID).Calls, "own.slow unknown")
}
