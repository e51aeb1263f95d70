package main

import (
	"bytes"
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/natstest"
)

// output collects what a run writes, and tells when a text has come.
type output struct {
	mu sync.Mutex // guards the field below
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

func TestAnInterruptLeavesTheExecutionAlone(t *testing.T) {
	t.Parallel()
	server := natstest.Run(t)
	serve(t, server.Conn())
	for _, flag := range []string{"--json=false", "--json"} {
		ctx, interrupt := context.WithCancel(t.Context())
		var stdout, stderr output
		ended := make(chan int, 1)
		go func() {
			ended <- patiently(ctx, []string{flag, "-e", `async () => codemode.waitFor("go")`}, environment(server.URL()), strings.NewReader(""), &stdout, &stderr)
		}()
		natstest.Eventually(t, "the pass", func() bool { return strings.Contains(stderr.String(), "attempt 1") })
		interrupt()
		if got := <-ended; got != 130 {
			t.Errorf("status = %d, want 130", got)
		}
		if got := stderr.String(); !strings.Contains(got, "goes on") || !strings.Contains(got, "submit watch ") {
			t.Errorf("stderr = %q, want that it goes on and how to follow it", got)
		}
		if got, want := strings.Count(stdout.String(), "\n"), strings.Count(flag, "--json")-strings.Count(flag, "=false"); got != want {
			t.Errorf("%s: %d lines on standard output, want %d: %q", flag, got, want, stdout.String())
		}
		// And it does go on.
		id := strings.TrimSpace(stderr.String()[strings.Index(stderr.String(), "submit watch ")+len("submit watch "):])
		var again output
		for _, args := range [][]string{{"signal", id, "go"}, {"watch", id}} {
			if got := patiently(t.Context(), args, environment(server.URL()), nil, &again, &stderr); got != 0 {
				t.Errorf("%s = %d, want 0: %s", args[0], got, stderr.String())
			}
		}
	}
}

func TestWatchPrintsTheEventsOfTheRuntime(t *testing.T) {
	t.Parallel()
	server := natstest.Run(t)
	serve(t, server.Conn())
	ctx, interrupt := context.WithCancel(t.Context())
	var events, stderr, out output
	ended := make(chan int, 1)
	go func() { ended <- patiently(ctx, []string{"watch"}, environment(server.URL()), nil, &events, &stderr) }()
	natstest.Eventually(t, "the completed event", func() bool {
		if got := patiently(t.Context(), []string{"-e", "() => 7"}, environment(server.URL()), nil, &out, &out); got != 0 {
			t.Fatalf("submit = %d: %s", got, out.String())
		}
		return strings.Contains(events.String(), `"event":"completed"`)
	})
	interrupt()
	if got := <-ended; got != 130 {
		t.Errorf("watch = %d, want 130: %s", got, stderr.String())
	}
}

func TestEmbeddedNeedsNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for range 2 { // the second run finds the store of the first
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
		defer cancel()
		var stdout, stderr output
		args := []string{"--embedded", "--store-dir", dir, "-e", `async () => (await demo.echo({a: 1})).a`}
		if got := patiently(ctx, args, environment(""), strings.NewReader(""), &stdout, &stderr); got != 0 || stdout.String() != "1\n" {
			t.Errorf("run = %d, printed %q: %s", got, stdout.String(), stderr.String())
		}
	}
	limited := []string{"--embedded", "--store-dir", dir, "--max-calls", "1", "--json", "-e", `async () => { await demo.echo(1); await demo.echo(2) }`}
	var outcome output
	if got := patiently(t.Context(), limited, environment(""), strings.NewReader(""), &outcome, io.Discard); got != 1 || !strings.Contains(outcome.String(), "raise --max-calls of the executor") {
		t.Errorf("run = %d, %q, want the limit of the flag", got, outcome.String())
	}
	var stdout, stderr output
	if got := patiently(t.Context(), []string{"--embedded", "--store-dir", dir, "list"}, environment(""), nil, &stdout, &stderr); got != 0 || strings.Count(stdout.String(), "completed") != 2 {
		t.Errorf("list = %d, %q: %s; want both", got, stdout.String(), stderr.String())
	}
}
