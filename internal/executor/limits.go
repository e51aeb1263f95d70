package executor

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/pflag"

	"github.com/reprise-run/reprise/internal/cli"
	"github.com/reprise-run/reprise/pkg/engine"
	"github.com/reprise-run/reprise/pkg/execution"
)

// Limits are the bounds of a pass, which a submission can only lower. The zero
// value of a field means its default, which is that of the engine.
type Limits struct {
	PassTimeout  time.Duration // wall clock, without the replay
	CPU          time.Duration // of the whole pass
	MemoryMB     int64
	Stack        int64
	SourceBytes  int64 // at most [execution.MaxSourceBytes]
	Calls        int64
	PendingCalls int64
	ConsoleBytes int64
	ResultBytes  int64 // at most what one value may have
}

// least is the shortest time that a flag may name: below it no script gets anywhere.
const least = 10 * time.Millisecond

// number is a limit that is counted, with its flag.
type number struct {
	flag              string
	field             *int64
	byDefault         int64
	smallest, largest int64
	usage             string
}

func (l *Limits) numbers() []number {
	const (
		many     = 1 << 32
		terabyte = 1 << 20 // in MB
	)
	return []number{
		{"max-memory", &l.MemoryMB, engine.DefaultMemoryMB, 32, terabyte, "memory of a pass in `MB`"},
		{"max-stack", &l.Stack, engine.DefaultStack, 100, 1_000_000, "`DEPTH` of the call stack of a script"},
		{"max-source", &l.SourceBytes, execution.MaxSourceBytes, 100, execution.MaxSourceBytes, "`BYTES` of a source"},
		{"max-calls", &l.Calls, engine.DefaultCalls, 1, many, "`CALLS` and steps of an execution; as many timers"},
		{"max-pending-calls", &l.PendingCalls, engine.DefaultPendingCalls, 1, many, "`CALLS`, steps and timers at once"},
		{"max-console", &l.ConsoleBytes, engine.DefaultConsoleBytes, 100, engine.MaxConsoleBytes, "`BYTES` of console output that are kept of a pass"},
		{"max-result", &l.ResultBytes, engine.DefaultMaxValueBytes, 100, engine.DefaultMaxValueBytes, "`BYTES` of a result that are recorded"},
	}
}

// AddFlags defines the flags of all limits but the wall clock.
func (l *Limits) AddFlags(f *pflag.FlagSet) {
	f.DurationVar(&l.CPU, "max-cpu", engine.DefaultCPU, "CPU time of a pass")
	for _, n := range l.numbers() {
		f.Int64Var(n.field, n.flag, n.byDefault, n.usage)
	}
}

// AddPassTimeout defines the flag of the wall clock.
func (l *Limits) AddPassTimeout(f *pflag.FlagSet) {
	f.DurationVar(&l.PassTimeout, "pass-timeout", engine.DefaultPassTimeout, "wall clock of a pass, without its replay")
}

// Changed returns the first flag of [Limits.AddFlags] that was given; empty: none.
func (l *Limits) Changed(f *pflag.FlagSet) string {
	if f.Changed("max-cpu") {
		return "max-cpu"
	}
	for _, n := range l.numbers() {
		if f.Changed(n.flag) {
			return n.flag
		}
	}
	return ""
}

// Check returns an error, of [cli.Misuse], that names every flag whose value is out
// of range. It is for limits that flags have set: zero is no value then.
func (l *Limits) Check() error {
	var errs []error
	for _, d := range []struct {
		flag  string
		value time.Duration
	}{{"pass-timeout", l.PassTimeout}, {"max-cpu", l.CPU}} {
		if d.value < least {
			errs = append(errs, fmt.Errorf("--%s %v: must be at least %v", d.flag, d.value, least))
		}
	}
	for _, n := range l.numbers() {
		if *n.field < n.smallest || *n.field > n.largest {
			errs = append(errs, fmt.Errorf("--%s %d: must be %d to %d", n.flag, *n.field, n.smallest, n.largest))
		}
	}
	if len(errs) > 0 {
		return cli.Misuse("%w", errors.Join(errs...))
	}
	return nil
}

// Rows returns the limits by their flags, for --print-config.
func (l *Limits) Rows() [][2]string {
	rows := [][2]string{{"pass-timeout", l.PassTimeout.String()}, {"max-cpu", l.CPU.String()}}
	for _, n := range l.numbers() {
		rows = append(rows, [2]string{n.flag, strconv.FormatInt(*n.field, 10)})
	}
	return rows
}

// engine returns the limits in the engine's words.
func (l *Limits) engine() execution.Limits {
	return execution.Limits{
		CPUMs: l.CPU.Milliseconds(), MemoryMB: l.MemoryMB, Stack: l.Stack, SourceBytes: l.SourceBytes,
		Calls: l.Calls, ConsoleBytes: l.ConsoleBytes, ResultBytes: l.ResultBytes, PendingCalls: l.PendingCalls,
	}
}
