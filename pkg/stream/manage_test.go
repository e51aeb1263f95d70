package stream

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/natstest"
)

// warnings is a log whose warnings arrive on a channel.
type warnings chan string

func (w warnings) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelWarn }
func (w warnings) WithAttrs([]slog.Attr) slog.Handler           { return w }
func (w warnings) WithGroup(string) slog.Handler                { return w }
func (w warnings) Handle(_ context.Context, r slog.Record) error {
	select {
	case w <- r.Message:
	default:
	}
	return nil
}

// A cluster that was started a moment ago places nothing on a server that its leader has
// not heard from: whoever starts executors together with their servers waits for it.
func TestInitWaitsForAClusterThatForms(t *testing.T) {
	t.Parallel()
	c := natstest.Cluster(t, 3)
	for _, s := range c.All {
		s.Stop()
	}
	late := c.All[2]
	c.All[0].Start()
	c.All[1].Start()
	natstest.InTheEnd(t, "a leader of two servers", func() bool {
		return c.All[0].Raw().JetStreamIsLeader() || c.All[1].Raw().JetStreamIsLeader()
	})

	told := make(warnings, 1)
	done := make(chan error, 1)
	nc := c.Conn()
	go func() { done <- Init(t.Context(), nc, Config{Replicas: 3, Logger: slog.New(told)}) }()
	select {
	case text := <-told:
		if !strings.Contains(text, "no place") {
			t.Fatalf("it warns %q", text)
		}
	case err := <-done:
		t.Fatalf("it ended before the third server came: %v", err)
	case <-time.After(5 * natstest.StartWait):
		t.Fatal("no warning that a server is missing")
	}
	late.Start()
	if err := <-done; err != nil {
		t.Errorf("init once all servers are there: %v", err)
	}
}

// More copies than there are servers is an error that says so, not an endless wait.
func TestInitGivesUpOnACopyTooMany(t *testing.T) {
	t.Parallel()
	c := natstest.Cluster(t, 3)
	err := Init(t.Context(), c.Conn(), Config{Replicas: 5})
	if err == nil || !strings.Contains(err.Error(), "stream EXECUTIONS") || !strings.Contains(err.Error(), "--replicas") {
		t.Errorf("five copies on three servers: %v", err)
	}
}
