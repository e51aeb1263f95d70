package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/hazard"
	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/execution"
)

// commands are the real binaries.
type commands struct{ submit, executor string }

func build(t *testing.T) commands {
	t.Helper()
	dir := t.TempDir()
	c := exec.CommandContext(t.Context(), "go", "build", "-o", dir, "../submit", "../executor")
	// Without cgo, and without the race detector: a worker needs little memory then.
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return commands{filepath.Join(dir, "submit"), filepath.Join(dir, "executor")}
}

// finished is what a command left.
type finished struct {
	status         int
	stdout, stderr string
}

// command runs one of the binaries to its end.
func command(ctx context.Context, t *testing.T, name string, args ...string) finished {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, name, args...)
	c.Env, c.Dir = []string{"HOME=" + t.TempDir()}, t.TempDir()
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	err := c.Run()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		t.Errorf("run %s: %v", name, err)
	}
	return finished{c.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// representatives returns one case of each group that must end with an error and that
// a command line can express.
func representatives(t *testing.T) []hazard.Case {
	t.Helper()
	all, err := hazard.Cases()
	if err != nil {
		t.Fatal(err)
	}
	var some []hazard.Case
	groups := map[string]bool{}
	for _, c := range all {
		group, _, _ := strings.Cut(c.Name, "/")
		if groups[group] || c.Raw || c.Limits != nil || c.Retry != nil || c.Timeout < time.Second || !alwaysFails(c) {
			continue
		}
		groups[group] = true
		some = append(some, c)
	}
	return some
}

// alwaysFails reports whether a case cannot complete, with the demo connector either.
func alwaysFails(c hazard.Case) bool {
	for _, l := range c.Want {
		if l.Status != execution.Error {
			return false
		}
	}
	return !strings.Contains(c.Source, "items.")
}

func write(t *testing.T, c hazard.Case) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "hazard.js")
	if err := os.WriteFile(path, []byte(c.Source), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Server and executor are in the process that the script would like to end: it lives to
// tell, with a clear error and status 1.
func TestEmbeddedHoldsHazards(t *testing.T) {
	t.Parallel()
	bin := build(t)
	cases := representatives(t)
	if len(cases) < 10 {
		t.Fatalf("%d cases, want one of each group", len(cases))
	}
	slots := make(chan struct{}, 2)
	t.Run("case", func(t *testing.T) {
		for _, c := range cases {
			t.Run(c.Name, func(t *testing.T) {
				t.Parallel()
				slots <- struct{}{}
				defer func() { <-slots }()
				got := command(t.Context(), t, bin.submit, "--embedded", "--store-dir", t.TempDir(), "--max-memory", "128",
					"--pass-timeout", c.Timeout.String(), write(t, c))
				if got.status != 1 || got.stdout != "" || !strings.Contains(got.stderr, "error: ") || !strings.Contains(got.stderr, c.Text) {
					t.Errorf("%s: status %d, printed %.200q, said %.600q; want 1, nothing and the error", c.What, got.status, got.stdout, got.stderr)
				}
				if strings.Contains(got.stderr, "goroutine ") {
					t.Errorf("%s: the process died: %.600s", c.What, got.stderr)
				}
			})
		}
	})
}

// While an executor runs a hazard, the submission of another process completes.
func TestHazardsDoNotHoldUpOthers(t *testing.T) {
	t.Parallel()
	bin := build(t)
	url := serveProcess(t, bin.executor)
	for i, source := range []string{
		"() => { for (;;); }",
		`() => /^(?:(?=a)a+)+$/.test("a".repeat(40) + "!")`,
		`async () => { for (;;) { console.log("x".repeat(1000)); await 0; } }`,
		"() => { const a = []; for (;;) try { a.push([a.length]); } catch {} }",
		"() => { const o = []; o.push(o); return o.flat(Infinity); }",
	} {
		ended := make(chan finished, 1)
		go func() {
			ended <- command(t.Context(), t, bin.submit, "-s", url, "--retry", "false", "--pass-timeout", "3s", "-e", source)
		}()
		good := command(t.Context(), t, bin.submit, "-s", url, "-e",
			fmt.Sprintf("async () => { let n = %d; for (let i = 0; i < 5; i++) n += await demo.echo(i); return n }", i))
		if want := fmt.Sprintf("%d\n", i+10); good.status != 0 || good.stdout != want {
			t.Errorf("beside %s: status %d, printed %q, want %q: %s", source, good.status, good.stdout, want, good.stderr)
		}
		if got := <-ended; got.status != 1 || got.stdout != "" || !strings.Contains(got.stderr, "error: ") {
			t.Errorf("%s: status %d, printed %.200q, said %.600q; want 1, nothing and the error", source, got.status, got.stdout, got.stderr)
		}
	}
}

// serveProcess starts an executor with an embedded server, and returns the server's
// address. That it lives until the end is checked then.
func serveProcess(t *testing.T, path string) (url string) {
	t.Helper()
	var said output
	c := exec.Command(path, "--listen", "127.0.0.1:0", "--store-dir", t.TempDir(), "--max-memory", "128")
	c.Env, c.Dir, c.Stderr = []string{"HOME=" + t.TempDir()}, t.TempDir(), &said
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	t.Cleanup(func() {
		select {
		case err := <-ended:
			t.Errorf("the executor ended: %v\n%s", err, said.String())
		default:
			_ = c.Process.Kill()
			<-ended
		}
	})
	natstest.Eventually(t, "the executor", func() bool { return strings.Contains(said.String(), "executor ready ") })
	_, url, _ = strings.Cut(said.String(), "url=")
	url, _, _ = strings.Cut(url, " ")
	return url
}
