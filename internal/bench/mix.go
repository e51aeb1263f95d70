package bench

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
)

// Mix is what came of good and hostile submissions side by side. Memory is that of
// this process, without its workers.
type Mix struct {
	Good        int `json:"good"`
	Hostile     int `json:"hostile"`
	Concurrency int `json:"concurrency"`

	Completed int            `json:"completed"` // of the good ones
	Labelled  int            `json:"labelled"`  // of the hostile ones: they ended with a reason
	Reasons   map[string]int `json:"reasons"`   // of the hostile ones

	Seconds   float64 `json:"seconds"`
	GoodP50Ms float64 `json:"goodP50Ms"`
	GoodP99Ms float64 `json:"goodP99Ms"`

	// MemoryMB is the most that was resident in each third of the submissions.
	MemoryMB [3]float64 `json:"memoryMB"`

	// First is the first good execution that did not complete, or hostile one that
	// got no label.
	First string `json:"first,omitempty"`
}

// RunMix submits as many good executions as cfg says, and cfg.Hostile hostile ones among
// them. It returns the cause of ctx when that ends.
func RunMix(ctx context.Context, cfg Config) (Mix, error) {
	cfg = cfg.withDefaults()
	client, err := control.NewClient(control.ClientConfig{Conn: cfg.Conn, Runtime: cfg.Runtime})
	if err != nil {
		return Mix{}, err
	}
	m := &mixer{client: client, code: code(cfg), mix: Mix{
		Good: cfg.Executions, Hostile: cfg.Hostile, Concurrency: cfg.Concurrency, Reasons: map[string]int{},
	}}
	start := time.Now()
	if err := m.run(ctx); err != nil {
		return Mix{}, err
	}
	m.mix.Seconds = time.Since(start).Seconds()
	m.mix.GoodP50Ms, m.mix.GoodP99Ms = ms(quantile(m.good, 0.5)), ms(quantile(m.good, 0.99))
	return m.mix, nil
}

// mixer runs a mix.
type mixer struct {
	client *control.Client
	code   string

	mu   sync.Mutex // guards the fields below
	mix  Mix
	good []time.Duration
}

// run submits everything, in turns as even as the numbers allow.
func (m *mixer) run(ctx context.Context) error {
	total := m.mix.Good + m.mix.Hostile
	jobs := make(chan int)
	var workers sync.WaitGroup
	for range m.mix.Concurrency {
		workers.Go(func() {
			for n := range jobs {
				m.one(ctx, n)
			}
		})
	}
	var err error
	for n := range total {
		if n%16 == 0 {
			m.weigh(3 * n / total)
		}
		select {
		case jobs <- n:
			continue
		case <-ctx.Done():
			err = context.Cause(ctx)
		}
		break
	}
	close(jobs)
	workers.Wait()
	m.weigh(2)
	return cmp.Or(err, context.Cause(ctx))
}

// one is the n-th submission.
func (m *mixer) one(ctx context.Context, n int) {
	total := m.mix.Good + m.mix.Hostile
	before := n * m.mix.Hostile / total // hostile ones before this
	if (n+1)*m.mix.Hostile/total > before {
		out, err := m.client.Execute(ctx, hostile(before), control.Follow{})
		m.harmed(out, err)
		return
	}
	start := time.Now()
	out, err := m.client.Execute(ctx, execution.Request{Code: m.code, TimeoutMs: PassTimeout.Milliseconds()}, control.Follow{})
	m.done(out, err, time.Since(start))
}

func (m *mixer) harmed(out execution.Outcome, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err == nil && out.Status == execution.Error && out.Failure != nil && out.Failure.Reason != "" {
		m.mix.Labelled++
		m.mix.Reasons[string(out.Failure.Reason)]++
		return
	}
	m.note("hostile", out, err)
}

func (m *mixer) done(out execution.Outcome, err error, took time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err == nil && out.Status == execution.Completed {
		m.mix.Completed++
		m.good = append(m.good, took)
		return
	}
	m.note("good", out, err)
}

// note keeps the first that ended otherwise than it should. The lock is held.
func (m *mixer) note(kind string, out execution.Outcome, err error) {
	if m.mix.First == "" {
		m.mix.First = fmt.Sprintf("%s %s: %s %.500s %v", kind, out.ExecutionID, out.Status, out.Error, err)
	}
}

// weigh notes the memory of this process in a third of the run.
func (m *mixer) weigh(third int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mix.MemoryMB[third] = max(m.mix.MemoryMB[third], float64(resident())/(1<<20))
}

// Table writes the mix for people.
func (m Mix) Table(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(name, format string, args ...any) { fmt.Fprintf(t, "%s\t%s\n", name, fmt.Sprintf(format, args...)) }
	row("good executions completed", "%d of %d", m.Completed, m.Good)
	row("hostile executions labelled", "%d of %d", m.Labelled, m.Hostile)
	for _, reason := range slices.Sorted(maps.Keys(m.Reasons)) {
		row("  "+reason, "%d", m.Reasons[reason])
	}
	row("time", "%.1f s, %d at once", m.Seconds, m.Concurrency)
	row("latency of the good, p50", "%.2f ms", m.GoodP50Ms)
	row("latency of the good, p99", "%.2f ms", m.GoodP99Ms)
	row("memory without workers", "%.0f, %.0f and %.0f MB in the thirds of the run", m.MemoryMB[0], m.MemoryMB[1], m.MemoryMB[2])
	if m.First != "" {
		row("first that went wrong", "%s", m.First)
	}
	return t.Flush()
}
