package crashtest

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
)

const (
	crowd = 8 // executions at once
	calls = 5 // of each
	kills = 2 // of a process while they run
)

// population is a number of executions on one server, and the remote that they call.
type population struct {
	*remote
	t     *testing.T
	nc    *nats.Conn
	s     *stream.Stream
	keys  []journal.Key
	known map[string]int // runs of calls when they were first seen as applied
}

// populate submits executions of calls in sequence and at once.
func populate(t *testing.T, nc *nats.Conn, r *remote) *population {
	t.Helper()
	s, err := stream.Open(t.Context(), nc, stream.Config{Runtimes: []string{"default"}, AckWait: takeover})
	if err != nil {
		t.Fatal(err)
	}
	p := &population{remote: r, t: t, nc: nc, s: s, known: map[string]int{}}
	for i := range crowd {
		id := execution.NewID(time.Now())
		call := func(n string) string { return fmt.Sprintf(`items.post({path: "/", body: {n: %s, ms: 40}})`, n) }
		code := fmt.Sprintf(`async () => { let s = 0; for (let i = 1; i <= %d; i++) s += (await %s).body.n; return s }`, calls, call("i"))
		if i%2 == 1 {
			code = fmt.Sprintf(`async () => (await Promise.all([1, 2, 3, 4, 5].map((i) => %s))).reduce((s, r) => s + r.body.n, 0)`, call("i"))
		}
		body, err := json.Marshal(execution.Request{ID: id, Code: code})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := stream.Submit(t.Context(), s.JetStream(), "default", id, body); err != nil {
			t.Fatal(err)
		}
		p.keys = append(p.keys, journal.Key{Runtime: "default", ID: id})
	}
	return p
}

// look notes which calls are journaled as applied, with their runs so far. No executor may
// be running.
func (p *population) look() {
	p.t.Helper()
	runs := p.runs()
	for _, key := range p.keys {
		log, ok := p.fold(key)
		if !ok {
			continue
		}
		for _, e := range log.Entries {
			if k := callKey(key, e.Seq); e.Mark == journal.MarkApplied && p.known[k] == 0 {
				p.known[k] = runs[k]
			}
		}
	}
}

func (p *population) fold(key journal.Key) (*journal.Log, bool) {
	p.t.Helper()
	if _, err := p.s.Journal().State(p.t.Context(), key); err != nil {
		return nil, false
	}
	st, _, records, err := p.s.View(p.t.Context(), key)
	if err != nil {
		p.t.Fatalf("read journal: %v", err)
	}
	log, err := journal.Fold(st.State, records)
	if err != nil {
		p.t.Fatalf("fold journal: %v", err)
	}
	return log, true
}

// verify waits until all have ended and the queue is empty, and checks them.
func (p *population) verify() {
	p.t.Helper()
	natstest.InTheEnd(p.t, "an empty queue", func() bool {
		n, err := p.s.Queued(p.t.Context(), "default")
		return err == nil && n == 0
	})
	runs := p.runs()
	for _, key := range p.keys {
		st, err := p.s.Journal().State(p.t.Context(), key)
		if err != nil {
			p.t.Fatalf("state of %s: %v", key, err)
		}
		if got := st.State; got.Status != execution.Completed || string(got.Result.JSON) != "15" {
			p.t.Errorf("%s: status %s, result %+v, error %q; want 15", key, got.Status, got.Result, got.Error)
		}
		log, _ := p.fold(key)
		if len(log.Entries) != calls {
			p.t.Errorf("%s: %d entries, want %d", key, len(log.Entries), calls)
		}
		for _, e := range log.Entries {
			k := callKey(key, e.Seq)
			if was, ok := p.known[k]; ok && was != runs[k] {
				p.t.Errorf("call %s was applied after %d runs, and ran again: %d", k, was, runs[k])
			}
			if e.Mark != journal.MarkApplied || runs[k] < 1 || runs[k] > 1+kills {
				p.t.Errorf("call %s: mark %q, %d runs after %d kills", k, e.Mark, runs[k], kills)
			}
		}
	}
}

// TestKilledExecutorsRepeatNoAppliedCall kills executor processes with SIGKILL while
// calls are in flight, and lets another one go on.
func TestKilledExecutorsRepeatNoAppliedCall(t *testing.T) {
	t.Parallel()
	srv, r := natstest.Run(t), newRemote(t)
	tap := newTap(t, srv.Conn())
	env := []string{envURL + "=" + srv.URL(), envConnectors + "=" + r.configured(t)}
	victim := spawnSelf(t, "executor", env...)
	for range *rounds {
		p := populate(t, srv.Conn(), r)
		for range kills {
			r.await(t, r.count()+2+rand.IntN(crowd))
			victim.kill()
			p.look()
			victim = spawnSelf(t, "executor", env...)
		}
		p.verify()
		for _, key := range p.keys {
			fenced(t, key, tap.history(key))
		}
	}
}

// TestKilledServerLosesNothing kills the server process with SIGKILL while executions
// run, and starts it again on its store. The executors stay.
func TestKilledServerLosesNothing(t *testing.T) {
	t.Parallel()
	r, port, store := newRemote(t), natstest.FreePorts(t, 1)[0], t.TempDir()
	env := []string{envPort + "=" + strconv.Itoa(port), envStore + "=" + store}
	url := "nats://127.0.0.1:" + strconv.Itoa(port)
	server := spawnSelf(t, "server", env...)
	nc := natstest.Connect(t, url)
	p := populate(t, nc, r)
	spawnSelf(t, "executor", envURL+"="+url, envConnectors+"="+r.configured(t))
	for round := range *rounds {
		if round > 0 {
			p = populate(t, nc, r)
		}
		for range kills {
			r.await(t, r.count()+2)
			server.kill()
			server = spawnSelf(t, "server", env...)
		}
		p.verify()
	}
}

// TestKilledBinaryWithItsServer runs the command `executor` with its embedded server,
// and kills both at once.
func TestKilledBinaryWithItsServer(t *testing.T) {
	t.Parallel()
	bin := filepath.Join(t.TempDir(), "executor")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", bin, "../../cmd/executor").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	r, address := newRemote(t), "127.0.0.1:"+strconv.Itoa(natstest.FreePorts(t, 1)[0])
	args := []string{"--listen", address, "--store-dir", t.TempDir(), "--connectors", r.configured(t), "--ack-wait", takeover.String()}
	victim := spawn(t, bin, args, nil)
	nc := natstest.Connect(t, "nats://"+address)
	for range *rounds {
		p := populate(t, nc, r)
		for range kills {
			r.await(t, r.count()+2)
			victim.kill()
			victim = spawn(t, bin, args, nil)
		}
		p.verify()
	}
}
