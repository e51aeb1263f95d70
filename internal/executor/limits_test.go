package executor

import (
	"context"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"github.com/reprise-run/reprise/internal/fixture"
	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/engine"
	"github.com/reprise-run/reprise/pkg/execution"
)

// Every flag sets the limit that it is named for, and no other one.
func TestFlagsSetTheirLimit(t *testing.T) {
	t.Parallel()
	parse := func(args ...string) (Limits, error) {
		var l Limits
		f := pflag.NewFlagSet("test", pflag.ContinueOnError)
		l.AddFlags(f)
		l.AddPassTimeout(f)
		if err := f.Parse(args); err != nil {
			return l, err
		}
		if got := l.Changed(f); (got == "") != (len(args) == 0 || args[0] == "--pass-timeout=2s") {
			t.Errorf("%v: Changed = %q", args, got)
		}
		return l, l.Check()
	}
	defaults, err := parse()
	if err != nil {
		t.Fatal(err)
	}
	want := execution.Limits{
		CPUMs: 30_000, MemoryMB: 256, Stack: 2000, SourceBytes: 1_000_000, Calls: 100_000,
		ConsoleBytes: 256 << 10, ResultBytes: 16 << 20, PendingCalls: 10_000,
	}
	if got := defaults.engine(); got != want || defaults.PassTimeout != engine.DefaultPassTimeout {
		t.Errorf("defaults %+v, want %+v", got, want)
	}
	for flag, change := range map[string]func(*execution.Limits){
		"--max-cpu=1500ms":       func(l *execution.Limits) { l.CPUMs = 1500 },
		"--max-memory=64":        func(l *execution.Limits) { l.MemoryMB = 64 },
		"--max-stack=500":        func(l *execution.Limits) { l.Stack = 500 },
		"--max-source=501":       func(l *execution.Limits) { l.SourceBytes = 501 },
		"--max-calls=502":        func(l *execution.Limits) { l.Calls = 502 },
		"--max-console=503":      func(l *execution.Limits) { l.ConsoleBytes = 503 },
		"--max-result=504":       func(l *execution.Limits) { l.ResultBytes = 504 },
		"--max-pending-calls=50": func(l *execution.Limits) { l.PendingCalls = 50 },
		"--pass-timeout=2s":      func(*execution.Limits) {},
	} {
		changed := want
		change(&changed)
		got, err := parse(flag)
		if err != nil || got.engine() != changed {
			t.Errorf("%s: %+v, %v, want %+v", flag, got.engine(), err, changed)
		}
		if (got.PassTimeout == 2*time.Second) != (flag == "--pass-timeout=2s") {
			t.Errorf("%s: pass timeout %v", flag, got.PassTimeout)
		}
	}
}

// On a server that takes 1 MB a message, a script that prints and throws as much as
// it may ends once, in its first attempt.
func TestHostileTextsFitIntoTheState(t *testing.T) {
	t.Parallel()
	srv := natstest.RunWith(t, natstest.Options{MaxPayload: 1 << 20})
	start(t, srv.Conn(), new(fixture.Items), nil)
	ctx, cancel := context.WithTimeout(t.Context(), 4*natstest.StartWait)
	defer cancel()
	for name, code := range map[string]string{
		"console": `for (let i = 0; i < 250; i++) console.log("\u0001".repeat(1000)); throw new Error("end")`,
		"error":   `throw new Error("<".repeat(900_000))`,
	} {
		out, err := client(t, srv.Conn()).Execute(ctx, execution.Request{Code: code}, control.Follow{})
		if err != nil || out.Failure == nil || out.Failure.Reason != execution.ReasonCode || out.Attempt != 1 {
			t.Errorf("%s: got %s %.300q in attempt %d, %v", name, out.Status, out.Error, out.Attempt, err)
		}
	}
}
