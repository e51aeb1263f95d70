package crashtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/reprise-run/reprise/internal/executor"
	"github.com/reprise-run/reprise/internal/fixture"
	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/retry"
	"github.com/reprise-run/reprise/pkg/stream"
)

var (
	rounds = flag.Int("rounds", 1, "how often the random crash tests are repeated")
	seed   = flag.Uint64("seed", 0, "seed of the random crash tests; 0: a new one")
)

// takeover is the time after which an executor's messages go to another one.
const takeover = time.Second

// rig is a server with a tap, on which the cases of one test run, each in a runtime
// of its own.
type rig struct {
	addr    string // of the server
	nc      *nats.Conn
	stream  *stream.Stream
	tap     *tap
	victims sync.WaitGroup // executors that were cut off end late

	mu    sync.Mutex // guards the fields below
	cases int
}

func newRig(t *testing.T) *rig {
	t.Helper()
	srv := natstest.Run(t)
	r := &rig{addr: srv.Addr(), nc: srv.Conn()}
	t.Cleanup(r.victims.Wait)
	var err error
	if r.stream, err = stream.Open(t.Context(), r.nc, stream.Config{}); err != nil {
		t.Fatal(err)
	}
	r.tap = newTap(t, srv.Conn())
	return r
}

// life is one execution, the runtime that it has for itself, and its connectors.
type life struct {
	*rig
	t     *testing.T
	key   journal.Key
	items *fixture.Items
	lab   *lab
	log   *logs

	answered journal.Revision // the state that waited for the last signal
	sent     int              // signals
	due      bool             // the test has let the time of a parked execution pass
	rivals   bool             // two executors live at once
}

func (r *rig) newLife(t *testing.T) *life {
	t.Helper()
	r.mu.Lock()
	r.cases++
	runtime := fmt.Sprintf("case-%d", r.cases)
	r.mu.Unlock()
	l := &life{rig: r, t: t, items: new(fixture.Items), lab: newLab(), log: new(logs)}
	l.key = journal.Key{Runtime: runtime, ID: execution.NewID(time.Now())}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("history of %s:\n%s", l.key, l.story())
			t.Logf("logs:\n%s", l.log)
		}
	})
	return l
}

// running is an executor in this process.
type running struct {
	nc   *nats.Conn
	stop context.CancelFunc
	done chan error
}

// start runs an executor on a connection of its own.
func (l *life) start(name, url string, ackWait time.Duration, stopping func(context.CancelFunc)) *running {
	return l.startDraining(name, url, ackWait, -1, stopping)
}

// startDraining is start with a time for running passes to end.
func (l *life) startDraining(name, url string, ackWait, drain time.Duration, stopping func(context.CancelFunc)) *running {
	l.t.Helper()
	set, err := connector.NewSet(connector.SetConfig{Connectors: []connector.Named{
		{Name: "items", Connector: l.items}, {Name: "lab", Connector: l.lab},
	}})
	if err != nil {
		l.t.Fatal(err)
	}
	nc, err := nats.Connect(url, nats.MaxReconnects(-1), nats.ReconnectWait(20*time.Millisecond), nats.Timeout(natstest.StartWait))
	if err != nil {
		l.t.Fatalf("connect %s: %v", name, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	if stopping != nil {
		stopping(cancel)
	}
	cfg := executor.Config{
		Conn: nc, Connectors: set, Name: name, Runtimes: []string{l.key.Runtime}, AckWait: ackWait, Grace: 50 * time.Millisecond,
		DrainTimeout: drain, SweepInterval: time.Hour, Logger: slog.New(slog.NewTextHandler(l.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	e := &running{nc: nc, stop: cancel, done: make(chan error, 1)}
	ready := make(chan struct{})
	l.victims.Go(func() {
		defer nc.Close()
		e.done <- executor.Run(ctx, cfg, func(string) { close(ready) })
	})
	l.t.Cleanup(cancel)
	select {
	case <-ready:
	case err := <-e.done:
		l.t.Fatalf("executor %s did not start: %v", name, err)
	}
	return e
}

// kill ends an executor that cannot reach its server any more.
func (e *running) kill() {
	e.nc.Close()
	e.stop()
}

// submit publishes the submission.
func (l *life) submit(body []byte) {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.t.Context(), natstest.StartWait)
	defer cancel()
	if _, err := stream.Submit(ctx, l.stream.JetStream(), l.key.Runtime, l.key.ID, body); err != nil {
		l.t.Fatal(err)
	}
}

// state reads the state, and false while there is none.
func (l *life) state() (journal.Stored, bool) {
	ctx, cancel := context.WithTimeout(context.Background(), natstest.StartWait)
	defer cancel()
	s, err := l.stream.Journal().State(ctx, l.key)
	if err != nil && !errors.Is(err, journal.ErrNotFound) {
		l.t.Errorf("read state: %v", err)
	}
	return s, err == nil
}

// queued returns how many messages of the runtime are in the queue.
func (l *life) queued() uint64 {
	ctx, cancel := context.WithTimeout(context.Background(), natstest.StartWait)
	defer cancel()
	n, err := l.stream.Queued(ctx, l.key.Runtime)
	if err != nil {
		l.t.Errorf("read queue: %v", err)
	}
	return n
}

// scheduled reports whether the execution has a schedule.
func (l *life) scheduled() bool {
	ctx, cancel := context.WithTimeout(context.Background(), natstest.StartWait)
	defer cancel()
	there, err := l.stream.Scheduled(ctx, l.key)
	if err != nil {
		l.t.Errorf("read schedule: %v", err)
	}
	return there
}

// story is the history as text.
func (l *life) story() string {
	var b strings.Builder
	for _, w := range l.tap.history(l.key) {
		fmt.Fprintf(&b, "%d %s %s\n", w.seq, w.name, w.body[:min(len(w.body), 600)])
	}
	return b.String()
}

// logs collects what executors log.
type logs struct {
	mu sync.Mutex // guards the field below
	b  bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// lab is a connector whose door a test opens: until then it asks for a retry after
// more than a minute.
type lab struct{ door chan struct{} }

func newLab() *lab { return &lab{door: make(chan struct{})} }

func (b *lab) open() { close(b.door) }

// Describe implements [connector.Connector].
func (b *lab) Describe() connector.Description {
	return connector.Description{Methods: []connector.Method{{Name: "later"}}}
}

// Execute implements [connector.Connector].
func (b *lab) Execute(context.Context, connector.Call) (json.RawMessage, error) {
	select {
	case <-b.door:
		return json.RawMessage(`"in"`), nil
	default:
		return nil, retry.After(61*time.Second, errors.New("closed"))
	}
}

// await waits until ok returns true, and fails the test after StartWait. It looks
// less often than natstest.Eventually: many cases run at once, and every look costs
// the server requests.
func (l *life) await(what string, ok func() bool) {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), natstest.StartWait)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			l.t.Fatalf("waited %v in vain for %s", natstest.StartWait, what)
		}
	}
}
