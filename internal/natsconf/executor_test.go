package natsconf

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/executor"
	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/connector/demo"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/stream"
)

// The permissions are enough for the program itself, not only for what this test
// thinks that it does.
func TestAnExecutorRunsUnderItsRole(t *testing.T) {
	s := start(t)
	must(t, "create the assets", stream.Init(t.Context(), connect(t, s, "admin").nc, stream.Config{Runtimes: []string{"default"}}))
	exe, sub, view := connect(t, s, "executor"), connect(t, s, "submitter"), connect(t, s, "viewer")

	set, err := connector.NewSet(connector.SetConfig{Connectors: []connector.Named{{Name: "demo", Connector: demo.New()}}})
	must(t, "make connectors", err)
	ctx, cancel := context.WithCancel(context.Background())
	ended, ready := make(chan error, 1), make(chan struct{})
	go func() {
		ended <- executor.Run(ctx, executor.Config{Conn: exe.nc, Connectors: set}, func(string) { close(ready) })
	}()
	defer func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("executor: %v", err)
		}
	}()
	select {
	case <-ready:
	case err := <-ended:
		ended <- nil
		t.Fatalf("the executor did not start: %v, refused: %v", err, exe.settle(t))
	}

	limited, stop := context.WithTimeout(t.Context(), 10*time.Second)
	defer stop()
	submitter, err := control.NewClient(control.ClientConfig{Conn: sub.nc})
	must(t, "make client", err)
	// A retry, a large argument and a large result: queue, journal and objects.
	out, err := submitter.Execute(limited, execution.Request{
		Code: `async () => { await demo.rateLimited({}); return (await demo.echo({text: "x".repeat(2500000)})).text }`,
	}, control.Follow{})
	if err != nil {
		t.Fatalf("execute: %v, refused: %v, %v", err, exe.settle(t), sub.settle(t))
	}
	if out.Status != execution.Completed || out.Attempt != 2 || !strings.Contains(string(out.Result), "$object") {
		t.Errorf("outcome = %+.300v", out)
	}
	watcher, err := control.NewClient(control.ClientConfig{Conn: view.nc})
	must(t, "make client", err)
	if _, err := watcher.Get(limited, out.ExecutionID); err != nil {
		t.Errorf("viewer asks for the record: %v", err)
	}
	if l, err := watcher.List(limited, control.ListQuery{}); err != nil || len(l.Executions) != 1 {
		t.Errorf("viewer lists: %+v, %v", l, err)
	}
	for role, c := range map[string]*client{"executor": exe, "submitter": sub, "viewer": view} {
		if err := c.settle(t); err != nil {
			t.Errorf("%s was refused: %v", role, err)
		}
	}
}
