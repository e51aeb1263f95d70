package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/natstest"
)

// Who asks for a change and hears nothing is told that the result is unknown, and how
// to look.
func TestSilenceIsNoAnswer(t *testing.T) {
	t.Parallel()
	server := natstest.Run(t)
	nc := server.Conn()
	if _, err := nc.SubscribeSync("executions.api.default.>"); err != nil { // as an executor that hangs
		t.Fatal(err)
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	const id = "01ARZ3NDEKTSV4RRFFQ69G5FZ0"
	for _, args := range [][]string{
		{"approve", id},
		{"reject", id},
		{"resolve", id, "--seq", "0", "--run"},
		{"cancel", id},
		{"restart", id},
		{"fork", id, "--from", "0"},
		{"signal", id, "go"},
		{"expire"},
		{"delete", id},
		{"prune", "--keep", "1"},
		{"snippet", "save", "pay", id},
		{"snippet", "delete", "pay"},
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			t.Parallel()
			var stdout, stderr output
			got := patiently(t.Context(), append(args, "--timeout", "2s"), environment(server.URL()), strings.NewReader(""), &stdout, &stderr)
			if got != 4 {
				t.Errorf("status = %d, want 4", got)
			}
			for _, want := range []string{"unknown", "hint: ", "submit "} {
				if !strings.Contains(stderr.String(), want) {
					t.Errorf("stderr = %q, want %q in it", stderr.String(), want)
				}
			}
		})
	}
}

// A fork has no longer patience than the rest, though it may have much to copy: five
// seconds are waited where nothing else was said.
func TestSilenceAfterAForkIsSoonTold(t *testing.T) {
	t.Parallel()
	server := natstest.Run(t)
	nc := server.Conn()
	if _, err := nc.SubscribeSync("executions.api.default.>"); err != nil { // as an executor that hangs
		t.Fatal(err)
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	code := filepath.Join(t.TempDir(), "mended.ts")
	if err := os.WriteFile(code, []byte("async () => 1"), 0o600); err != nil {
		t.Fatal(err)
	}
	const id, newID = "01ARZ3NDEKTSV4RRFFQ69G5FZ0", "01ARZ3NDEKTSV4RRFFQ69G5FZ1"
	for name, tt := range map[string]struct {
		args []string
		want string
	}{
		"fork":     {[]string{"fork", id, "--from", "0", "--id", newID}, "look with: submit get " + newID + "; or repeat it with --id " + newID},
		"detached": {[]string{"fork", id, "--from", "0", "--detach", "--id", newID}, "repeat it with --id " + newID},
		"new code": {[]string{"fork", id, "--from", "0", "--code", code}, "nothing was changed"},
		"dry run":  {[]string{"fork", id, "--from", "0", "--dry-run"}, "hint: --timeout waits for longer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context()) // no deadline: that would be waited for
			defer cancel()
			defer time.AfterFunc(20*time.Second, cancel).Stop()
			var stdout, stderr output
			got := run(ctx, tt.args, environment(server.URL()), strings.NewReader(""), &stdout, &stderr)
			if got != 4 || !strings.Contains(stderr.String(), tt.want) || ctx.Err() != nil {
				t.Errorf("status %d, %q, %v; want 4, %q, soon", got, stderr.String(), ctx.Err(), tt.want)
			}
		})
	}
}
