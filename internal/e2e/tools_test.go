package e2e

import (
	"context"
	"encoding/json"
	"sync"
	"testing"

	"github.com/reprise-run/reprise/pkg/connector"
)

// tool is one method of a connector that is made for a test. run counts its
// executions, from 1.
type tool struct {
	connector.Method
	do func(ctx context.Context, c connector.Call, run int) (json.RawMessage, error)
}

// tools is a connector of such methods. Its undo records what it is called with.
type tools struct {
	list []tool

	mu       sync.Mutex // guards the fields below
	calls    map[string][]connector.Call
	reverted []reverted
}

// reverted is one call of the undo.
type reverted struct {
	method, args, result string
}

// newTools returns the connector under the name that the code uses.
func newTools(name string, list ...tool) (*tools, connector.Named) {
	c := &tools{list: list, calls: map[string][]connector.Call{}}
	return c, connector.Named{Name: name, Connector: c}
}

func method(name string, do func(ctx context.Context, c connector.Call, run int) (json.RawMessage, error)) tool {
	return tool{connector.Method{Name: name}, do}
}

func (c *tools) Describe() connector.Description {
	var d connector.Description
	for _, t := range c.list {
		d.Methods = append(d.Methods, t.Method)
	}
	return d
}

func (c *tools) Execute(ctx context.Context, call connector.Call) (json.RawMessage, error) {
	c.mu.Lock()
	c.calls[call.Method] = append(c.calls[call.Method], call)
	n := len(c.calls[call.Method])
	c.mu.Unlock()
	for _, t := range c.list {
		if t.Name == call.Method {
			return t.do(ctx, call, n)
		}
	}
	return nil, connector.ErrNoMethod
}

func (c *tools) Revert(_ context.Context, call connector.Call, result json.RawMessage) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reverted = append(c.reverted, reverted{call.Method, string(call.Args), string(result)})
	return nil
}

// Runs returns how often a method was executed, and Calls with what.
func (c *tools) Runs(method string) int { return len(c.Calls(method)) }

func (c *tools) Calls(method string) []connector.Call {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]connector.Call{}, c.calls[method]...)
}

func (c *tools) Reverted() []reverted {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]reverted{}, c.reverted...)
}

// held is a call that is in flight until the test releases it.
type held struct {
	entered, ended, release chan struct{} // closed: it has begun; its context has ended; it may return
	in, out                 sync.Once
	ctx                     context.Context // of the call, once it has begun
}

func newHeld(t *testing.T) *held {
	h := &held{entered: make(chan struct{}), ended: make(chan struct{}), release: make(chan struct{})}
	t.Cleanup(h.free)
	return h
}

// free lets the call return.
func (h *held) free() { h.out.Do(func() { close(h.release) }) }

// wait blocks until the call is released, or, when it listens, until its context ends.
func (h *held) wait(ctx context.Context, listens bool) error {
	h.in.Do(func() {
		h.ctx = ctx
		context.AfterFunc(ctx, func() { close(h.ended) })
		close(h.entered)
	})
	done := ctx.Done()
	if !listens {
		done = nil
	}
	select {
	case <-h.release:
		return nil
	case <-done:
		return ctx.Err()
	}
}

// until waits for a channel to be closed.
func until(t *testing.T, what string, c <-chan struct{}) { t.Helper(); receive(t, what, c) }

// receive returns what comes from a channel, in time.
func receive[T any](t *testing.T, what string, c <-chan T) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	select {
	case v := <-c:
		return v
	case <-ctx.Done():
		t.Fatalf("waited %v in vain for %s", patience, what)
		panic("unreachable")
	}
}
