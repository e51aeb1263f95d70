package bench

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/stream"
)

// Gated is what it costs that executions wait for people.
type Gated struct {
	Executions int `json:"executions"` // all of them wait at once
	Calls      int `json:"calls"`      // of each, before the one that waits

	PausedPerSecond float64 `json:"pausedPerSecond"`
	QueueMessages   uint64  `json:"queueMessages"` // while all wait: nothing is held
	PendingMs       float64 `json:"pendingMs"`     // to list all that wait
	ListMs          float64 `json:"listMs"`        // to list the newest 50; median

	// From the approval, made one after the other, to the call that it lets through,
	// and to the end of the execution.
	Approved     int     `json:"approved"`
	CallP50Ms    float64 `json:"callP50Ms"`
	CallP99Ms    float64 `json:"callP99Ms"`
	OutcomeP50Ms float64 `json:"outcomeP50Ms"`

	// MemoryMB is what is resident of this process before and while all wait.
	MemoryMB [2]float64 `json:"memoryMB"`
}

// mostApproved bounds how many of the executions are approved.
const mostApproved = 200

// RunGated submits executions that wait for an approval, looks at what that costs, and
// approves some. It returns the cause of ctx when that ends.
func RunGated(ctx context.Context, cfg Config) (Gated, error) {
	cfg = cfg.withDefaults()
	client, err := control.NewClient(control.ClientConfig{Conn: cfg.Conn, Runtime: cfg.Runtime, Timeout: time.Minute})
	if err != nil {
		return Gated{}, err
	}
	g := &gate{cfg: cfg, client: client, code: strings.Replace(code(cfg), "  return 1;", "  await demo.confirm(1);\n  return 1;", 1)}
	g.out = Gated{Executions: cfg.Executions, Calls: cfg.Calls}
	g.out.MemoryMB[0] = float64(resident()) / (1 << 20)
	for _, phase := range []func(context.Context) error{g.pause, g.look, g.approve} {
		if err := phase(ctx); err != nil {
			return Gated{}, cmp.Or(context.Cause(ctx), err)
		}
	}
	return g.out, nil
}

type gate struct {
	cfg    Config
	client *control.Client
	code   string
	out    Gated

	mu  sync.Mutex // guards the field below
	ids []execution.ID
}

// pause submits everything and waits until all executions wait.
func (g *gate) pause(ctx context.Context) error {
	start := time.Now()
	jobs := make(chan struct{}, g.cfg.Executions)
	for range g.cfg.Executions {
		jobs <- struct{}{}
	}
	close(jobs)
	errs := make(chan error, g.cfg.Concurrency)
	for range g.cfg.Concurrency {
		go func() { errs <- g.submit(ctx, jobs) }()
	}
	var first error
	for range g.cfg.Concurrency {
		first = cmp.Or(first, <-errs)
	}
	g.out.PausedPerSecond = float64(g.cfg.Executions) / time.Since(start).Seconds()
	return first
}

func (g *gate) submit(ctx context.Context, jobs <-chan struct{}) error {
	for range jobs {
		o, err := g.client.Execute(ctx, execution.Request{Code: g.code, TimeoutMs: PassTimeout.Milliseconds()}, control.Follow{})
		switch {
		case err != nil:
			return err
		case o.Status != execution.Paused:
			return fmt.Errorf("execution %s is %s, not paused: %s", o.ExecutionID, o.Status, o.Error)
		}
		g.mu.Lock()
		g.ids = append(g.ids, o.ExecutionID)
		g.mu.Unlock()
	}
	return nil
}

// look lists what waits, and asks the queue what it holds.
func (g *gate) look(ctx context.Context) error {
	g.out.MemoryMB[1] = float64(resident()) / (1 << 20)
	js, err := jetstream.New(g.cfg.Conn)
	if err != nil {
		return fmt.Errorf("open JetStream: %w", err)
	}
	queue, err := js.Stream(ctx, stream.StreamName)
	if err != nil {
		return fmt.Errorf("look at the queue: %w", err)
	}
	g.out.QueueMessages = queue.CachedInfo().State.Msgs
	start, seen := time.Now(), 0
	for q := (control.PendingQuery{Limit: 1000}); ; {
		page, err := g.client.Pending(ctx, q)
		if err != nil {
			return err
		}
		seen += len(page.Pending)
		if q.Cursor = page.Cursor; q.Cursor == "" {
			break
		}
	}
	g.out.PendingMs = ms(time.Since(start))
	if seen < g.cfg.Executions {
		return fmt.Errorf("%d calls are listed as pending, want %d", seen, g.cfg.Executions)
	}
	var lists []time.Duration
	for range 11 {
		start := time.Now()
		if _, err := g.client.List(ctx, control.ListQuery{}); err != nil {
			return err
		}
		lists = append(lists, time.Since(start))
	}
	g.out.ListMs = ms(quantile(lists, 0.5))
	return nil
}

// approve approves some, one after the other.
func (g *gate) approve(ctx context.Context) error {
	var calls, ends []time.Duration
	slices.Sort(g.ids)
	for _, id := range g.ids[:min(len(g.ids), mostApproved)] {
		var made time.Duration
		start := time.Now()
		o, err := g.client.Approve(ctx, control.Approval{ID: id, As: "bench"}, control.Follow{OnEvent: func(e control.Event) {
			if body, err := e.Body(); err == nil && made == 0 {
				if call, ok := body.(*execution.CallEvent); ok && call.Pass > 1 && call.Seq == g.cfg.Calls {
					made = time.Since(start)
				}
			}
		}})
		switch {
		case err != nil:
			return err
		case o.Status != execution.Completed:
			return fmt.Errorf("execution %s is %s, not completed: %s", id, o.Status, o.Error)
		}
		ends = append(ends, time.Since(start))
		if made > 0 { // events may be lost
			calls = append(calls, made)
		}
	}
	g.out.Approved = len(ends)
	g.out.CallP50Ms, g.out.CallP99Ms, g.out.OutcomeP50Ms = ms(quantile(calls, 0.5)), ms(quantile(calls, 0.99)), ms(quantile(ends, 0.5))
	return nil
}

// Table writes the figures for people.
func (g Gated) Table(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(name, format string, args ...any) { fmt.Fprintf(t, "%s\t%s\n", name, fmt.Sprintf(format, args...)) }
	row("executions that wait", "%d (%d calls each before)", g.Executions, g.Calls)
	row("paused per second", "%.0f", g.PausedPerSecond)
	row("messages in the queue", "%d", g.QueueMessages)
	row("pending, all of them", "%.1f ms", g.PendingMs)
	row("list, the newest 50", "%.1f ms", g.ListMs)
	row("approval to the call", "p50 %.2f ms, p99 %.2f ms (%d approved)", g.CallP50Ms, g.CallP99Ms, g.Approved)
	row("approval to the outcome", "p50 %.2f ms", g.OutcomeP50Ms)
	row("memory before, and while all wait", "%.0f MB, %.0f MB", g.MemoryMB[0], g.MemoryMB[1])
	return t.Flush()
}
