package main

import (
	"strings"
	"testing"

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
