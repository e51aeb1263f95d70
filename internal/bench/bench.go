// Package bench measures executions: how many a second, how long each takes, what
// it writes and what it costs. `submit bench` is its command.
package bench

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
)

// PassTimeout is the wall clock of a pass that is measured, where the executor
// allows as much: a benchmark measures, however slow.
const PassTimeout = 10 * time.Minute

// Config says what to measure. The zero value of a field means its default.
type Config struct {
	Conn *nats.Conn // required

	Runtime     string // default "default"
	Executions  int    // default 1000
	Concurrency int    // in flight at once; default 16
	Calls       int    // of each execution; default 10
	Parallel    bool   // the calls are issued together

	// Replay adds a second pass, by a retry without delay, that replays every call.
	Replay bool

	// Gated makes each execution wait for an approval, for [RunGated].
	Gated bool

	// Hostile is how many submissions that want harm [RunMix] adds.
	Hostile int

	// Connector is "demo" (default) or "http"; with http, URL is what it fetches
	// below its base URL.
	Connector string
}

func (c Config) withDefaults() Config {
	c.Runtime = cmp.Or(c.Runtime, execution.DefaultRuntime)
	c.Executions = cmp.Or(c.Executions, 1000)
	c.Concurrency = min(cmp.Or(c.Concurrency, 16), c.Executions)
	c.Calls = cmp.Or(c.Calls, 10)
	c.Connector = cmp.Or(c.Connector, "demo")
	return c
}

// Result is what was measured. CPU and memory are those of this process: of
// everything where server and executor run in it, of the submitter alone where
// they do not.
type Result struct {
	Executions  int    `json:"executions"`
	Concurrency int    `json:"concurrency"`
	Calls       int    `json:"calls"`
	Connector   string `json:"connector"`
	Failed      int    `json:"failed"`

	Seconds             float64 `json:"seconds"`
	ExecutionsPerSecond float64 `json:"executionsPerSecond"`
	P50Ms               float64 `json:"p50Ms"`
	P99Ms               float64 `json:"p99Ms"`
	WritesPerExecution  float64 `json:"writesPerExecution"` // of the journal
	CPUMsPerExecution   float64 `json:"cpuMsPerExecution"`
	PeakMemoryMB        float64 `json:"peakMemoryMB"` // resident
	MsPerCall           float64 `json:"msPerCall"`    // p50 / calls
	MsPerReplayedCall   float64 `json:"msPerReplayedCall,omitempty"`

	// CPUMsPerReplayedCall says less of what else the machine does. It is measured
	// only where one execution runs at a time.
	CPUMsPerReplayedCall float64 `json:"cpuMsPerReplayedCall,omitempty"`
}

// Run submits executions, waits for them all and returns what it measured. It
// returns the cause of ctx when that ends, and an error when an execution failed
// whose like will all fail.
func Run(ctx context.Context, cfg Config) (Result, error) {
	cfg = cfg.withDefaults()
	js, err := jetstream.New(cfg.Conn)
	if err != nil {
		return Result{}, fmt.Errorf("open JetStream: %w", err)
	}
	b := &bench{cfg: cfg, js: js, code: code(cfg), waiting: map[execution.ID]*run{}}
	if err := b.listen(); err != nil {
		return Result{}, err
	}
	defer b.close()
	// One to warm up: caches, consumers, files.
	if err := b.one(ctx); err != nil {
		return Result{}, fmt.Errorf("first execution: %w", err)
	}
	b.latencies, b.replays, b.replayCPU = nil, nil, nil
	return b.measure(ctx)
}

// code is the script that every execution runs.
func code(cfg Config) string {
	call := "demo.echo({i})"
	if cfg.Connector == "http" {
		call = `http.get({path: "/", query: {i}})`
	}
	var s strings.Builder
	s.WriteString("async () => {\n")
	if cfg.Parallel {
		fmt.Fprintf(&s, "  await Promise.all(Array.from({length: %d}, (_, i) => %s));\n", cfg.Calls, call)
	} else {
		fmt.Fprintf(&s, "  for (let i = 0; i < %d; i++) await %s;\n", cfg.Calls, call)
	}
	if cfg.Replay {
		s.WriteString("  await demo.rateLimited({times: 1, retryAfterMs: 0});\n")
	}
	s.WriteString("  return 1;\n}")
	return s.String()
}

type bench struct {
	cfg  Config
	js   jetstream.JetStream
	code string
	subs []*nats.Subscription

	mu        sync.Mutex // guards the fields below
	waiting   map[execution.ID]*run
	latencies []time.Duration
	replays   []time.Duration
	replayCPU []time.Duration
}

// run is one execution in flight.
type run struct {
	second time.Time // when the replaying pass began
	usage  *usage    // from then on
	done   chan string
}

// listen subscribes to how executions end: what a submitter must hear, no more.
func (b *bench) listen() error {
	names := []string{string(execution.Completed), string(execution.Error), string(execution.Paused)}
	if b.cfg.Replay {
		names = append(names, execution.EventStarted)
	}
	for _, name := range names {
		subject := stream.EventSubject(journal.Key{Runtime: b.cfg.Runtime, ID: "*"}, name)
		sub, err := b.cfg.Conn.Subscribe(subject, b.heard)
		if err != nil {
			return fmt.Errorf("subscribe to events: %w", err)
		}
		b.subs = append(b.subs, sub)
	}
	return b.cfg.Conn.Flush()
}

func (b *bench) close() {
	for _, sub := range b.subs {
		_ = sub.Unsubscribe() // the connection may be closed already
	}
}

func (b *bench) heard(m *nats.Msg) {
	parts := strings.Split(m.Subject, ".")
	id, name := execution.ID(parts[len(parts)-2]), parts[len(parts)-1]
	b.mu.Lock()
	defer b.mu.Unlock()
	r := b.waiting[id]
	switch {
	case r == nil:
	case name == execution.EventStarted:
		var e execution.StartedEvent
		if json.Unmarshal(m.Data, &e) == nil && e.Attempt > 1 {
			r.second, r.usage = time.Now(), newUsage()
		}
	default:
		if !r.second.IsZero() {
			b.replays = append(b.replays, time.Since(r.second))
			cpu, _ := r.usage.read()
			b.replayCPU = append(b.replayCPU, cpu)
		}
		delete(b.waiting, id)
		r.done <- name
	}
}

// errFailed is returned when an execution did not complete.
var errFailed = errors.New("the execution did not complete")

// one submits an execution and waits for its end.
func (b *bench) one(ctx context.Context) error {
	id := execution.NewID(time.Now())
	body, err := json.Marshal(execution.Request{ID: id, Code: b.code, TimeoutMs: PassTimeout.Milliseconds()})
	if err != nil {
		return err
	}
	r := &run{done: make(chan string, 1)}
	b.mu.Lock()
	b.waiting[id] = r
	b.mu.Unlock()
	start := time.Now()
	if _, err := stream.Submit(ctx, b.js, b.cfg.Runtime, id, body); err != nil {
		return err
	}
	select {
	case status := <-r.done:
		if status != string(execution.Completed) {
			return fmt.Errorf("%w: %s (submit get %s)", errFailed, status, id)
		}
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	took := time.Since(start)
	b.mu.Lock()
	b.latencies = append(b.latencies, took)
	b.mu.Unlock()
	return nil
}

// measure runs all executions, Concurrency at once.
func (b *bench) measure(ctx context.Context) (Result, error) {
	before, err := b.written(ctx)
	if err != nil {
		return Result{}, err
	}
	usage := newUsage()
	start := time.Now()
	jobs := make(chan struct{}, b.cfg.Executions)
	for range b.cfg.Executions {
		jobs <- struct{}{}
	}
	close(jobs)
	var wg sync.WaitGroup
	var failed, broken int
	var first error
	var mu sync.Mutex
	for range b.cfg.Concurrency {
		wg.Go(func() {
			for range jobs {
				err := b.one(ctx)
				if err == nil {
					continue
				}
				mu.Lock()
				failed++
				if !errors.Is(err, errFailed) {
					broken++
				}
				first = cmp.Or(first, err)
				mu.Unlock()
				if ctx.Err() != nil {
					return
				}
			}
		})
	}
	wg.Wait()
	took := time.Since(start)
	if broken > 0 || failed == b.cfg.Executions {
		return Result{}, first
	}
	after, err := b.written(ctx)
	if err != nil {
		return Result{}, err
	}
	return b.result(took, failed, after-before, usage), nil
}

// written returns how many messages all journal buckets ever stored.
func (b *bench) written(ctx context.Context) (uint64, error) {
	var total uint64
	names := b.js.StreamNames(ctx, jetstream.WithStreamListSubject("$KV."+stream.Bucket+".>"))
	for name := range names.Name() {
		s, err := b.js.Stream(ctx, name)
		if err != nil {
			return 0, fmt.Errorf("count journal writes: %w", err)
		}
		total += s.CachedInfo().State.LastSeq
	}
	return total, names.Err()
}

func (b *bench) result(took time.Duration, failed int, writes uint64, u *usage) Result {
	cpu, memory := u.read()
	n := float64(b.cfg.Executions)
	r := Result{
		Executions: b.cfg.Executions, Concurrency: b.cfg.Concurrency, Calls: b.cfg.Calls, Connector: b.cfg.Connector, Failed: failed,
		Seconds: took.Seconds(), ExecutionsPerSecond: n / took.Seconds(),
		P50Ms: ms(quantile(b.latencies, 0.5)), P99Ms: ms(quantile(b.latencies, 0.99)),
		WritesPerExecution: float64(writes) / n, CPUMsPerExecution: ms(cpu) / n, PeakMemoryMB: float64(memory) / (1 << 20),
	}
	if b.cfg.Calls > 0 {
		r.MsPerCall = r.P50Ms / float64(b.cfg.Calls)
		if len(b.replays) > 0 {
			r.MsPerReplayedCall = ms(quantile(b.replays, 0.5)) / float64(b.cfg.Calls)
		}
		if b.cfg.Concurrency == 1 {
			r.CPUMsPerReplayedCall = ms(quantile(b.replayCPU, 0.5)) / float64(b.cfg.Calls)
		}
	}
	return r
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// quantile returns the value below which a share q of all lies.
func quantile(all []time.Duration, q float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(all))
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}
