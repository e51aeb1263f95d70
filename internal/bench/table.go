package bench

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// Table writes the result for people.
func (r Result) Table(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(name, format string, args ...any) { fmt.Fprintf(t, "%s\t%s\n", name, fmt.Sprintf(format, args...)) }
	row("executions", "%d of %d calls (%s), %d at once", r.Executions, r.Calls, r.Connector, r.Concurrency)
	row("failed", "%d", r.Failed)
	row("executions/s", "%.0f", r.ExecutionsPerSecond)
	row("latency p50", "%.2f ms", r.P50Ms)
	row("latency p99", "%.2f ms", r.P99Ms)
	row("per call", "%.3f ms", r.MsPerCall)
	if r.MsPerReplayedCall > 0 {
		row("per replayed call", "%.4f ms", r.MsPerReplayedCall)
	}
	if r.CPUMsPerReplayedCall > 0 {
		row("CPU per replayed call", "%.4f ms", r.CPUMsPerReplayedCall)
	}
	row("journal writes per execution", "%.2f", r.WritesPerExecution)
	row("CPU per execution", "%.3f ms", r.CPUMsPerExecution)
	row("peak memory", "%.0f MB", r.PeakMemoryMB)
	return t.Flush()
}
