// Command embed runs scripts from a program of one's own, each in a confined worker
// process: the first line of main is all that it takes.
//
//	go run ./examples/embed
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/reprise-run/reprise/pkg/sandbox"
	"github.com/reprise-run/reprise/pkg/sandbox/worker"
)

func main() {
	worker.Main() // when this program was started as a worker, it does not return

	pool, err := worker.NewPool(worker.Config{MaxMemory: 64 << 20})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	defer func() { _ = pool.Close() }()
	// An engine gets the same pool as its engine.Config.Sandbox.
	for _, source := range []string{
		`const price = await shop.price({ item: "tea" }); return price * 2`,
		`"x".repeat(2 ** 40)`,
	} {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		result, err := pool.Run(ctx, sandbox.Script{Source: source, Connectors: []string{"shop"}, Seed: "1", Now: time.Now()}, new(shop))
		cancel()
		fmt.Printf("%s -> %s, %v\n", source, result.Value, err)
	}
}

// shop is all that the scripts can reach: it answers every call with 4.
type shop struct{ calls []sandbox.Op }

func (*shop) Print(line string) { fmt.Println(line) }

func (s *shop) Turn(_ context.Context, issued []sandbox.Op) (sandbox.Event, error) {
	s.calls = append(s.calls, issued...)
	if len(s.calls) == 0 {
		return sandbox.Event{}, fmt.Errorf("the script waits for nothing")
	}
	call := s.calls[0]
	s.calls = s.calls[1:]
	return sandbox.Event{Op: call.ID, Kind: sandbox.EventResolve, Value: []byte("4"), Now: time.Now()}, nil
}
