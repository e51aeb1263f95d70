package natsconf

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/reprise-run/reprise/internal/executor"
	"github.com/reprise-run/reprise/internal/natstest"
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
	initialize(t, connect(t, s, "admin"))
	exe, sub, view := connect(t, s, "executor"), connect(t, s, "submitter"), connect(t, s, "viewer")

	execute(t, exe, executor.Config{})

	limited, stop := context.WithTimeout(t.Context(), 4*natstest.StartWait)
	defer stop()
	submitter, err := control.NewClient(control.ClientConfig{Conn: sub.nc, Timeout: natstest.StartWait})
	must(t, "make client", err)
	// A retry, a large argument and a large result: queue, journal and objects.
	out, err := submitter.Execute(limited, execution.Request{
		Code: `async () => { await demo.rateLimited({}); return (await demo.echo({text: "x".repeat(2500000)})).text }`,
	}, control.Follow{})
	if err != nil {
		t.Fatalf("execute: %v, refused: %v, %v", err, exe.settle(t), sub.settle(t))
	}
	if out.Status != execution.Completed || out.Attempt != 2 {
		t.Errorf("outcome = %s in attempt %d, %s, result %.100s", out.Status, out.Attempt, out.Error, out.Result)
	}
	watcher, err := control.NewClient(control.ClientConfig{Conn: view.nc, Timeout: natstest.StartWait})
	must(t, "make client", err)
	r, err := watcher.Get(limited, out.ExecutionID)
	must(t, "viewer asks for the record", err)
	var pointer struct {
		Object string `json:"$object"`
	}
	if err := json.Unmarshal(r.Result, &pointer); err != nil || pointer.Object == "" {
		t.Fatalf("result in the record = %.100s, want a pointer", r.Result)
	}
	operator := connect(t, s, "operator")
	decider, err := control.NewClient(control.ClientConfig{Conn: operator.nc, Timeout: natstest.StartWait})
	must(t, "make client", err)
	for role, c := range map[string]*control.Client{"submitter": submitter, "viewer": watcher, "operator": decider} {
		short, stop := context.WithTimeout(limited, natstest.StartWait)
		if body, err := c.Object(short, r.ExecutionID, pointer.Object); err != nil || len(body) != 2500002 {
			t.Errorf("%s fetches the result: %d bytes, %v", role, len(body), err)
		}
		stop()
	}
	if l, err := watcher.List(limited, control.ListQuery{}); err != nil || len(l.Executions) != 1 {
		t.Errorf("viewer lists: %+v, %v", l, err)
	}
	snippets(t, limited, operator, submitter, watcher)
	signals(t, limited, operator, submitter)
	decisions(t, limited, operator, submitter, watcher)
	for role, c := range map[string]*client{"executor": exe, "submitter": sub, "viewer": view, "operator": operator} {
		if err := c.settle(t); err != nil {
			t.Errorf("%s was refused: %v", role, err)
		}
	}
}

// initialize creates the assets as "executor init" does.
func initialize(t *testing.T, admin *client) {
	t.Helper()
	must(t, "create the assets", stream.Init(t.Context(), admin.nc, stream.Config{Runtimes: []string{"default"}}))
}

// execute runs an executor on a connection until the test ends.
func execute(t *testing.T, exe *client, cfg executor.Config) {
	t.Helper()
	set, err := connector.NewSet(connector.SetConfig{Connectors: []connector.Named{{Name: "demo", Connector: demo.New()}}})
	must(t, "make connectors", err)
	cfg.Conn, cfg.Connectors = exe.nc, set
	ctx, cancel := context.WithCancel(context.Background())
	ended, ready := make(chan error, 1), make(chan struct{})
	go func() { ended <- executor.Run(ctx, cfg, func(string) { close(ready) }) }()
	select {
	case <-ready:
	case err := <-ended:
		cancel()
		t.Fatalf("the executor did not start: %v, refused: %v", err, exe.settle(t))
	}
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("executor: %v", err)
		}
	})
}

// snippets saves a source that needs the object store, lists and deletes it.
func snippets(t *testing.T, ctx context.Context, operator *client, submitter, watcher *control.Client) {
	t.Helper()
	decider, err := control.NewClient(control.ClientConfig{Conn: operator.nc, Timeout: natstest.StartWait})
	must(t, "make client", err)
	out, err := submitter.Execute(ctx, execution.Request{Code: "/*" + strings.Repeat("x", 600_000) + "*/ () => 1"}, control.Follow{})
	must(t, "execute", err)
	_, err = decider.SaveSnippet(ctx, control.SnippetSave{Name: "large", ID: out.ExecutionID})
	must(t, "operator saves a snippet", err)
	if all, err := watcher.Snippets(ctx); err != nil || len(all) != 1 {
		t.Errorf("viewer lists snippets: %v, %v", all, err)
	}
	if sn, err := watcher.Snippet(ctx, "large", 0); err != nil || len(sn.Code) < 600_000 {
		t.Errorf("viewer reads %d bytes of a snippet, %v", len(sn.Code), err)
	}
	if there, err := decider.DeleteSnippet(ctx, "large"); err != nil || !there {
		t.Errorf("operator deletes a snippet: %v, %v", there, err)
	}
}
