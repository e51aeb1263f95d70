package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/reprise-run/reprise/internal/executor"
	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/connector/demo"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/sandbox/worker"
	"github.com/reprise-run/reprise/pkg/stream"
)

func TestMain(m *testing.M) {
	worker.Main()
	testscript.Main(m, map[string]func(){"submit": func() {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
		defer stop()
		os.Exit(patiently(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr))
	}})
}

// patiently is run where a machine may stand still for a while: it does not take that for
// a server that is silent.
func patiently(ctx context.Context, args []string, env func(string) string, stdin io.Reader, stdout, stderr io.Writer) int {
	return (&app{env: env, stdin: stdin, stdout: stdout, stderr: stderr, connectWait: natstest.StartWait}).run(ctx, args)
}

// TestScripts runs testdata/script/*.txt against one server with one executor.
// $NATS_URL is that server; $DENIED_URL is one on which "nobody" may do nothing.
func TestScripts(t *testing.T) {
	t.Parallel()
	served := natstest.Run(t)
	serve(t, served.Conn())
	denied := natstest.RunWith(t, natstest.Options{Users: []*server.User{
		{Username: "nobody", Password: "x", Permissions: &server.Permissions{
			Publish: &server.SubjectPermission{Allow: []string{"nothing"}}, Subscribe: &server.SubjectPermission{Allow: []string{">"}},
		}},
	}})
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("NATS_URL", served.URL())
			e.Setenv("DENIED_URL", denied.URL())
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "publish": publisher(t, served.Conn()), "reaches": reacher(t, served.Conn())},
	})
}

// exits runs a command and checks its exit status: exits 2 submit --nope.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits status command [args]")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := 0
	var ended *exec.ExitError
	switch {
	case errors.As(err, &ended):
		got = ended.ExitCode()
	case err != nil:
		ts.Fatalf("run %s: %v", args[1], err)
	}
	if strconv.Itoa(got) != args[0] {
		ts.Fatalf("exit status %d, want %s", got, args[0])
	}
}

// publisher publishes a file as it is, as any program can, and waits for the end of
// the execution: publish id file.
func publisher(t *testing.T, nc *nats.Conn) func(*testscript.TestScript, bool, []string) {
	t.Helper()
	c, err := control.NewClient(control.ClientConfig{Conn: nc, Timeout: natstest.StartWait})
	if err != nil {
		t.Fatalf("new client: %v", err)
	}
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) != 2 {
			ts.Fatalf("usage: publish id file")
		}
		m := &nats.Msg{Subject: stream.SubmitSubject(execution.DefaultRuntime), Data: []byte(ts.ReadFile(args[1])), Header: nats.Header{}}
		m.Header.Set(nats.MsgIdHdr, args[0])
		if _, err := nc.RequestMsg(m, natstest.StartWait); err != nil {
			ts.Fatalf("publish %s: %v", args[1], err)
		}
		natstest.Eventually(t, "the end of "+args[1], func() bool {
			r, err := c.Get(t.Context(), execution.ID(args[0]))
			return err == nil && r.Status.Terminal()
		})
	}
}

// reacher waits until an execution has a status, and a call of a method where one is
// named: reaches id status [connector.method]. A machine may be slow.
func reacher(t *testing.T, nc *nats.Conn) func(*testscript.TestScript, bool, []string) {
	t.Helper()
	c, err := control.NewClient(control.ClientConfig{Conn: nc, Timeout: natstest.StartWait})
	if err != nil {
		t.Fatalf("new client: %v", err)
	}
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) < 2 || len(args) > 3 {
			ts.Fatalf("usage: reaches id status [connector.method]")
		}
		natstest.Eventually(t, strings.Join(args, " "), func() bool {
			r, err := c.Get(t.Context(), execution.ID(args[0]))
			return err == nil && string(r.Status) == args[1] && (len(args) == 2 || slices.ContainsFunc(r.Calls, func(e execution.Entry) bool {
				return e.Connector+"."+e.Method == args[2]
			}))
		})
	}
}

// serve runs an executor with the demo connector until the test ends.
func serve(t *testing.T, nc *nats.Conn) {
	t.Helper()
	set, err := connector.NewSet(connector.SetConfig{Connectors: []connector.Named{{Name: "demo", Connector: demo.New()}}})
	if err != nil {
		t.Fatalf("make connectors: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- executor.Run(ctx, executor.Config{
			Conn: nc, Connectors: set, DrainTimeout: time.Second, Runtimes: []string{"keep", "second", execution.DefaultRuntime},
		}, nil)
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("executor: %v", err)
		}
	})
	c, err := control.NewClient(control.ClientConfig{Conn: nc, Timeout: natstest.StartWait})
	if err != nil {
		t.Fatalf("new client: %v", err)
	}
	natstest.Eventually(t, "the executor", func() bool {
		_, err := c.List(t.Context(), control.ListQuery{Limit: 1})
		return err == nil
	})
}

// environment is that of a test's run: nothing but the server.
func environment(url string) func(string) string {
	return func(name string) string {
		if name == "NATS_URL" {
			return url
		}
		return ""
	}
}
