package control_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"

	"github.com/nats-io/nats.go"

	"github.com/reprise-run/reprise/internal/embedded"
	"github.com/reprise-run/reprise/internal/executor"
	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/connector/demo"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
)

// world starts a server and an executor with the demo connector, and connects to them.
// A program of one's own needs [nats.Connect] alone.
func world() (nc *nats.Conn, stop func()) {
	dir, err := os.MkdirTemp("", "control-example-")
	if err != nil {
		log.Fatal(err)
	}
	server, err := embedded.Start(embedded.Config{StoreDir: dir})
	if err != nil {
		log.Fatal(err)
	}
	if nc, err = nats.Connect("", server.InProcess()); err != nil {
		log.Fatal(err)
	}
	set, err := connector.NewSet(connector.SetConfig{Connectors: []connector.Named{{Name: "demo", Connector: demo.New()}}})
	if err != nil {
		log.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ready, done := make(chan struct{}), make(chan error, 1)
	go func() {
		done <- executor.Run(ctx, executor.Config{Conn: nc, Connectors: set}, func(string) { close(ready) })
	}()
	<-ready
	return nc, func() {
		cancel()
		if err := <-done; err != nil {
			log.Print(err)
		}
		nc.Close()
		server.Stop()
		_ = os.RemoveAll(dir)
	}
}

func ExampleClient_Execute() {
	nc, stop := world()
	defer stop()

	client, err := control.NewClient(control.ClientConfig{Conn: nc})
	if err != nil {
		log.Fatal(err)
	}
	outcome, err := client.Execute(context.Background(), execution.Request{
		Code:  `async ({ name }) => "hello " + (await demo.echo(name))`,
		Input: json.RawMessage(`{"name": "Ann"}`),
	}, control.Follow{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(outcome.Status, string(outcome.Result))
	// Output: completed "hello Ann"
}

func ExampleClient_Approve() {
	nc, stop := world()
	defer stop()
	ctx := context.Background()

	client, err := control.NewClient(control.ClientConfig{Conn: nc})
	if err != nil {
		log.Fatal(err)
	}
	outcome, err := client.Execute(ctx, execution.Request{Code: `() => demo.confirm({ price: 42 })`}, control.Follow{})
	if err != nil {
		log.Fatal(err)
	}
	for _, call := range outcome.Pending {
		fmt.Printf("%s.%s(%s) waits for %s\n", call.Connector, call.Method, call.Args, call.Kind)
	}
	approval := control.Approval{ID: outcome.ExecutionID, Args: json.RawMessage(`{"price": 40}`), As: "ann"}
	if outcome, err = client.Approve(ctx, approval, control.Follow{}); err != nil {
		log.Fatal(err)
	}
	fmt.Println(outcome.Status, string(outcome.Result))

	_, err = client.Approve(ctx, approval, control.Follow{})
	fmt.Println(errors.Is(err, control.ErrConflict), err)
	// Output:
	// demo.confirm({"price":42}) waits for approval
	// completed {"price":40}
	// true not paused (completed)
}

func ExampleClient_Reject() {
	nc, stop := world()
	defer stop()
	ctx := context.Background()

	client, err := control.NewClient(control.ClientConfig{Conn: nc})
	if err != nil {
		log.Fatal(err)
	}
	outcome, err := client.Execute(ctx, execution.Request{Code: `() => demo.confirm("really?")`}, control.Follow{})
	if err != nil {
		log.Fatal(err)
	}
	rejected, err := client.Reject(ctx, outcome.ExecutionID, nil, "too dear", "bob")
	if err != nil {
		log.Fatal(err)
	}
	record, err := client.Get(ctx, outcome.ExecutionID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(rejected, record.Status, record.Error)
	// Output: true rejected demo.confirm was rejected by the user bob: too dear
}

func ExampleClient_Resolve() {
	nc, stop := world()
	defer stop()
	ctx := context.Background()

	client, err := control.NewClient(control.ClientConfig{Conn: nc})
	if err != nil {
		log.Fatal(err)
	}
	outcome, err := client.Execute(ctx, execution.Request{Code: `async () => "hello " + (await demo.ask("your name?"))`}, control.Follow{})
	if err != nil {
		log.Fatal(err)
	}
	outcome, err = client.Resolve(ctx, control.Resolution{
		ID: outcome.ExecutionID, Seq: outcome.Pending[0].Seq, Result: json.RawMessage(`"Ann"`), As: "ann",
	}, control.Follow{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(outcome.Status, string(outcome.Result))
	// Output: completed "hello Ann"
}
