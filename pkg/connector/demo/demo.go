// Package demo is a connector for trying things out: it echoes, sleeps, fails,
// asks for retries and keeps a small store, all without the network.
//
// # Guarantees
//
//   - rateLimited keeps no state: it counts by the attempt that the call carries,
//     so it behaves the same on any executor, after any crash.
//   - The store lives in the memory of one executor: it is empty after a restart
//     and each executor has its own. Its counters show how often a method really
//     ran, which is what replays and reverts are tried out with.
//
// # Concurrency
//
// A [Connector] is safe for concurrent use.
package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/retry"
)

// Connector is the demo connector. Make one with [New].
type Connector struct {
	methods []connector.Method
	store   store
}

// New returns a demo connector with an empty store.
func New() *Connector {
	return &Connector{methods: methods(), store: store{items: map[string]json.RawMessage{}}}
}

// Describe returns the methods, always the same.
func (c *Connector) Describe() connector.Description {
	return connector.Description{
		Instructions: "A playground: nothing here reaches the outside. The store lives in the memory of one executor.",
		Methods:      c.methods,
	}
}

// Execute performs one call.
func (c *Connector) Execute(ctx context.Context, call connector.Call) (json.RawMessage, error) {
	switch call.Method {
	case "echo", "confirm":
		return call.Args, nil
	case "unsure":
		if _, err := sleep(ctx, call); err != nil {
			return nil, err
		}
		return call.Args, nil
	case "sleep":
		return sleep(ctx, call)
	case "fail":
		return fail(call)
	case "rateLimited":
		return rateLimited(call)
	case "put", "get", "list", "delete", "counter":
		return c.store.execute(call)
	}
	return nil, fmt.Errorf("demo has no method %q", call.Method)
}

// Revert undoes put and delete: the key gets the value that it had before.
func (c *Connector) Revert(_ context.Context, _ connector.Call, result json.RawMessage) error {
	return c.store.restore(result)
}

func sleep(ctx context.Context, call connector.Call) (json.RawMessage, error) {
	args, err := parse(call, struct{ Ms int64 }{})
	if err != nil {
		return nil, err
	}
	timer := time.NewTimer(time.Duration(args.Ms) * time.Millisecond)
	defer timer.Stop()
	select {
	case <-timer.C:
		return answer(map[string]any{"sleptMs": args.Ms})
	case <-ctx.Done():
		return nil, fmt.Errorf("sleep: %w", ctx.Err())
	}
}

func fail(call connector.Call) (json.RawMessage, error) {
	args, err := parse(call, struct{ Message, Name string }{Message: "demo failure"})
	if err != nil {
		return nil, err
	}
	return nil, connector.Errorf(args.Name, "%s", args.Message)
}

func rateLimited(call connector.Call) (json.RawMessage, error) {
	args, err := parse(call, struct {
		Times        int
		RetryAfterMs int64
		Message      string
	}{Times: 1, RetryAfterMs: 1000, Message: "rate limited"})
	if err != nil {
		return nil, err
	}
	if call.Attempt <= args.Times {
		return nil, retry.After(time.Duration(args.RetryAfterMs)*time.Millisecond, connector.Errorf("", "%s", args.Message))
	}
	return answer(map[string]any{"ok": true, "attempt": call.Attempt})
}

// parse reads the arguments of the call over the defaults.
func parse[T any](call connector.Call, defaults T) (T, error) {
	if len(call.Args) == 0 {
		return defaults, nil
	}
	if err := json.Unmarshal(call.Args, &defaults); err != nil {
		return defaults, fmt.Errorf("read arguments of %s: %w", call.Method, err)
	}
	return defaults, nil
}

func answer(v any) (json.RawMessage, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode result: %w", err)
	}
	return text, nil
}
