package natsconf

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/reprise-run/reprise/internal/executor"
	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
)

// hearing is a log that hands every line to a test; what nobody takes is forgotten.
type hearing chan string

func (h hearing) Write(p []byte) (int, error) {
	select {
	case h <- string(p):
	default:
	}
	return len(p), nil
}

// The sweep under the role of an executor does all that a sweep is for: it wakes an
// execution whose schedule is lost, and names a runtime that nobody serves.
func TestAnExecutorSweepsUnderItsRole(t *testing.T) {
	s := start(t)
	admin, exe, sub := connect(t, s, "admin"), connect(t, s, "executor"), connect(t, s, "submitter")
	initialize(t, admin)
	log := make(hearing, 1000)
	execute(t, exe, executor.Config{
		SweepInterval: time.Second, Overdue: 10 * time.Millisecond, Logger: slog.New(slog.NewTextHandler(log, nil)),
	})
	ctx, cancel := context.WithTimeout(t.Context(), natstest.StartWait)
	defer cancel()
	_, err := admin.js.Publish(ctx, "executions.submit.other", []byte("1"))
	must(t, "submit to a runtime without an executor", err)
	submitter, err := control.NewClient(control.ClientConfig{Conn: sub.nc, Timeout: natstest.StartWait})
	must(t, "make client", err)
	receipt, err := submitter.Submit(ctx, execution.Request{Code: `async () => { await codemode.sleep(4000); return "awake" }`})
	must(t, "submit", err)
	natstest.Eventually(t, "its sleep", func() bool {
		r, err := submitter.Get(ctx, receipt.ID)
		return err == nil && r.Status == execution.Sleeping
	})
	queue, err := admin.js.Stream(ctx, "EXECUTIONS")
	must(t, "bind the queue", err)
	must(t, "lose the schedule", queue.Purge(ctx, jetstream.WithPurgeSubject("executions.schedule.default.>")))

	missing := []string{"no executor serves this runtime\" runtime=other", "woke executions that had lost their message\" runtime=default"}
	for len(missing) > 0 {
		select {
		case line := <-log:
			for i, text := range missing {
				if strings.Contains(line, text) {
					missing = append(missing[:i], missing[i+1:]...)
					break
				}
			}
		case <-ctx.Done():
			t.Fatalf("the sweep did not say %q, refused: %v", missing, exe.settle(t))
		}
	}
	out, err := submitter.Wait(ctx, receipt.ID, control.Follow{})
	if err != nil || string(out.Result) != `"awake"` {
		t.Errorf("outcome = %s %s, %v", out.Status, out.Result, err)
	}
	if err := exe.settle(t); err != nil {
		t.Errorf("executor was refused: %v", err)
	}
}
