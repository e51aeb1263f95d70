package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/reprise-run/reprise/internal/cli"
	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/sandbox/worker"
)

func TestMain(m *testing.M) {
	worker.Main()
	os.Exit(m.Run())
}

// outcome is what a finished command gave.
type outcome struct {
	status         int
	stdout, stderr string
}

func command(t *testing.T, env map[string]string, args ...string) outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*natstest.StartWait)
	defer cancel()
	var stdout, stderr strings.Builder
	status := run(ctx, args, func(k string) string { return env[k] }, &stdout, &stderr)
	return outcome{status, stdout.String(), stderr.String()}
}

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "connectors.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// A wrong command line or configuration ends with status 2 and one error that
// names the place.
func TestMisuseIsExplained(t *testing.T) {
	t.Parallel()
	srv := natstest.Run(t)
	for name, tt := range map[string]struct {
		args []string
		want string
	}{
		"unknown flag":        {[]string{"--nope"}, "unknown flag: --nope"},
		"a runtime with dots": {[]string{"--runtime", "a.b"}, `runtime "a.b"`},
		"no concurrency":      {[]string{"--concurrency", "0"}, "--concurrency 0"},
		"isolation":           {[]string{"--isolation", "vm"}, `--isolation "vm"`},
		"ack wait":            {[]string{"--ack-wait", "1ms"}, "--ack-wait 1ms"},
		"listen":              {[]string{"--listen", "nonsense"}, `--listen "nonsense"`},
		"no time":             {[]string{"--pass-timeout", "0s"}, "--pass-timeout 0s: must be at least 10ms"},
		"negative time":       {[]string{"--pass-timeout", "-1s"}, "--pass-timeout -1s"},
		"CPU time":            {[]string{"--max-cpu", "1ms"}, "--max-cpu 1ms: must be at least 10ms"},
		"memory":              {[]string{"--max-memory", "31"}, "--max-memory 31: must be 32 to"},
		"memory in words":     {[]string{"--max-memory", "1GB"}, `"1GB" for "--max-memory"`},
		"stack":               {[]string{"--max-stack", "0"}, "--max-stack 0: must be 100 to"},
		"source":              {[]string{"--max-source", "1000001"}, "--max-source 1000001: must be 100 to 1000000"},
		"calls":               {[]string{"--max-calls", "0"}, "--max-calls 0: must be 1 to"},
		"pending calls":       {[]string{"--max-pending-calls", "-1"}, "--max-pending-calls -1: must be 1 to"},
		"console":             {[]string{"--max-console", "1"}, "--max-console 1: must be 100 to"},
		"result":              {[]string{"--max-result", "99999999999"}, "--max-result 99999999999: must be 100 to 16777216"},
		"two at once":         {[]string{"--max-calls", "0", "--max-result", "0"}, "--max-calls 0: must be 1 to 4294967296\n--max-result 0: must be"},
		"expiry":              {[]string{"--expire-after", "-1s"}, "--expire-after, --retain-for and --retain: must not be negative"},
		"retention":           {[]string{"--retain", "-1"}, "--expire-after, --retain-for and --retain: must not be negative"},
		"short memory":        {[]string{"--remember-deleted", "24h"}, "--remember-deleted 24h0m0s: must be at least 720h0m0s"},
		"no interval":         {[]string{"--keep-interval", "0s"}, "--keep-interval 0s: must be at least 1s"},
		"log format":          {[]string{"--log-format", "xml"}, `--log-format "xml"`},
		"an argument":         {[]string{"nonsense"}, `unknown command "nonsense"`},
		"init without server": {[]string{"init"}, "init needs a server"},
		"unknown key":         {[]string{"-s", srv.URL(), "--connectors", write(t, "connectors:\n  a: {htpp: {}}\n")}, "htpp"},
		"missing variable":    {[]string{"-s", srv.URL(), "--connectors", write(t, "connectors:\n  a: {http: {baseURL: \"${NOPE_URL}\"}}\n")}, "NOPE_URL"},
		"bad schema":          {[]string{"-s", srv.URL(), "--connectors", write(t, "connectors:\n  demo:\n    demo: {}\n    methods: {echo: {onUnknown: perhaps}}\n")}, "connectors.yaml:4:22: connectors.demo.methods.echo.onUnknown"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := command(t, nil, tt.args...)
			if got.status != cli.Usage || !strings.Contains(got.stderr, tt.want) || !strings.HasPrefix(got.stderr, "executor: ") {
				// The log may precede the error.
				if got.status != cli.Usage || !strings.Contains(got.stderr, "\nexecutor: ") || !strings.Contains(got.stderr, tt.want) {
					t.Errorf("status %d, %q; want 2 and %q", got.status, got.stderr, tt.want)
				}
			}
		})
	}
}

func TestPrintConfigMasksSecrets(t *testing.T) {
	t.Parallel()
	got := command(t, map[string]string{"NATS_URL": "nats://u:hunter2@127.0.0.1:4222", "NATS_TOKEN": "hunter3"}, "--print-config", "--runtime", "a", "--runtime", "b")
	if got.status != 0 || strings.Contains(got.stdout, "hunter") {
		t.Errorf("status %d, %q", got.status, got.stdout)
	}
	for _, want := range []string{"runtime: a\n", "runtime: b\n", "concurrency: 16\n", "ack-wait: 15s\n", "isolation: process\n", "confinement: confined: ",
		"pass-timeout: 1m0s\n", "max-cpu: 30s\n", "max-memory: 256\n", "max-stack: 2000\n", "max-source: 1000000\n", "max-calls: 100000\n",
		"max-pending-calls: 10000\n", "max-console: 262144\n", "max-result: 16777216\n",
		"expire-after: 24h0m0s\n", "retain-for: 168h0m0s\n", "retain: 10000\n", "remember-deleted: 720h0m0s\n", "keep-interval: 10m0s\n"} {
		if !strings.Contains(got.stdout, want) {
			t.Errorf("%q is missing in %q", want, got.stdout)
		}
	}
}

func TestInitFixesItsChoices(t *testing.T) {
	t.Parallel()
	srv := natstest.Run(t)
	for range 2 {
		if got := command(t, nil, "init", "-s", srv.URL(), "--journal-shards", "2"); got.status != 0 {
			t.Fatalf("init: status %d, %s", got.status, got.stderr)
		}
	}
	if got := command(t, nil, "init", "-s", srv.URL(), "--journal-shards", "4"); got.status != 1 || !strings.Contains(got.stderr, "shards") {
		t.Errorf("init with another choice: status %d, %q", got.status, got.stderr)
	}
}

// The embedded server listens where it was told, an execution runs, and the first
// signal, here the end of the context, ends the process with status 0.
func TestExecutorEmbedsServesAndDrains(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	log, writer := io.Pipe()
	status := make(chan int, 1)
	args := []string{"--listen", "127.0.0.1:0", "--store-dir", t.TempDir(), "--max-calls", "1", "--pass-timeout", "40s"}
	go func() {
		status <- run(ctx, args, func(string) string { return "" }, io.Discard, writer)
		writer.Close()
	}()

	seen, url := "", ""
	buf := make([]byte, 4096)
	for !strings.Contains(seen, "executor ready ") {
		n, err := log.Read(buf)
		if err != nil {
			t.Fatalf("no ready line in %q", seen)
		}
		seen += string(buf[:n])
	}
	go func() { _, _ = io.Copy(io.Discard, log) }()
	_, url, _ = strings.Cut(seen, "url=")
	url, _, _ = strings.Cut(url, " ")
	c, err := control.NewClient(control.ClientConfig{Conn: natstest.Connect(t, url), Timeout: natstest.StartWait})
	if err != nil {
		t.Fatal(err)
	}
	wait, stop := context.WithTimeout(t.Context(), 2*natstest.StartWait)
	defer stop()
	out, err := c.Execute(wait, execution.Request{Code: "await demo.echo(42)"}, control.Follow{})
	if err != nil || string(out.Result) != "42" {
		t.Errorf("outcome %+v, %v", out, err)
	}
	out, err = c.Execute(wait, execution.Request{Code: "async () => { await demo.echo(1); await demo.echo(2) }"}, control.Follow{})
	if err != nil || out.Failure == nil || out.Failure.Message != "more than 1 calls in one execution; raise --max-calls of the executor" {
		t.Errorf("outcome %+v, %+v, %v, want the limit of the flag", out, out.Failure, err)
	}
	out, err = c.Execute(wait, execution.Request{Code: "for (;;) {}", TimeoutMs: 300}, control.Follow{})
	if err != nil || out.Failure == nil || !strings.HasSuffix(out.Failure.Message, "(--pass-timeout of the executor is 40s)") {
		t.Errorf("outcome %+v, %+v, %v, want the wall clock of the flag", out, out.Failure, err)
	}
	cancel()
	if got := <-status; got != 0 {
		t.Errorf("status %d after the signal, want 0", got)
	}
}
