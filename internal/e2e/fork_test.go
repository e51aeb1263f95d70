package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/executor"
	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
)

// fork forks and returns the next outcome of the new execution.
func (r *rig) fork(f control.Fork) execution.Outcome {
	r.t.Helper()
	f.As = "ann"
	rec, err := r.client.Fork(r.t.Context(), f)
	if err != nil {
		r.t.Fatalf("fork: %v", err)
	}
	if rec.ExecutionID == f.ID || rec.ForkedFrom == nil || rec.ForkedFrom.ExecutionID != f.ID || rec.ForkedFrom.From != f.From || rec.ForkedFrom.As != "ann" {
		r.t.Errorf("fork answers %s, from %+v", rec.ExecutionID, rec.ForkedFrom)
	}
	return r.wait(rec.ExecutionID)
}

const reads = `async (input) => [input, Math.random(), await items.checkpoint_read(), await codemode.step("s", () => Math.random()), await items.checkpoint_read()]`

func TestForkKeepsWhatWasBeforeAndRunsTheRest(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.request(execution.Request{Code: reads, Input: json.RawMessage(`{"a": 1}`), Labels: map[string]string{"team": "x"}})
	r.status(o, execution.Completed)
	got := r.fork(control.Fork{ID: o.ExecutionID, From: 2})
	r.completed(got, strings.Replace(string(o.Result), `{"reads":2}`, `{"reads":3}`, 1))
	rec := r.get(got.ExecutionID)
	if rec.Labels["team"] != "x" || rec.Attempt != 1 || !rec.CreatedAt.After(r.get(o.ExecutionID).CreatedAt) {
		t.Errorf("fork: labels %v, attempt %d, created %v", rec.Labels, rec.Attempt, rec.CreatedAt)
	}
	equalJSON(t, "input", rec.Input, `{"a": 1}`)
	if e := rec.Calls[0]; !e.Replayed || e.Attempt != 0 || e.StartedAt == nil || e.FinishedAt.Before(*e.StartedAt) {
		t.Errorf("copied entry %+v", e)
	}
	if src := r.get(o.ExecutionID); src.Status != execution.Completed || src.Attempt != 1 {
		t.Errorf("the source has changed: %+v", src)
	}
	id := string(got.ExecutionID)
	if keys := r.items.ByKey(); keys[id+":2"] != 1 || keys[id+":0"] != 0 {
		t.Errorf("keys %v: want the new call alone under the fork's id", keys)
	}
	r.completed(r.fork(control.Fork{ID: o.ExecutionID, From: 3}), string(o.Result))
	r.completed(r.fork(control.Fork{ID: got.ExecutionID, From: 2}), strings.Replace(string(o.Result), `{"reads":2}`, `{"reads":4}`, 1))
}

func TestForkRunsOtherCode(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.run(`async () => { await items.checkpoint_read(); await items.boom() }`)
	r.status(o, execution.Error)
	r.completed(r.fork(control.Fork{ID: o.ExecutionID, From: 1, Code: `async () => [await items.checkpoint_read(), await items.echo("mended")]`}), `[{"reads": 1}, "mended"]`)
	got := r.fork(control.Fork{ID: o.ExecutionID, From: 1, Code: `async () => await items.echo("other")`})
	if got.Status != execution.Error || got.Failure.Reason != execution.ReasonDivergence {
		t.Errorf("%s %+v, want a divergence", got.Status, got.Failure)
	}
}

// A call that is made again in the fork is the same call for the remote side.
func TestForkedCallKeepsItsIdempotencyKey(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.failing(`async () => { await items.echo(1); await items.retry_once(); return await items.echo(2) }`)
	got := r.fork(control.Fork{ID: o.ExecutionID, From: 2})
	r.completed(got, `2`)
	source, fork := string(o.ExecutionID), string(got.ExecutionID)
	if keys := r.items.ByKey(); keys[source+":1"] != 1 || keys[source+":0"] != 1 || keys[fork+":2"] != 1 || len(keys) != 3 {
		t.Errorf("keys %v", keys)
	}
}

func TestForkOfAPausedExecutionWaitsForItself(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.paused(gated)
	got := r.fork(control.Fork{ID: o.ExecutionID, From: 2})
	r.status(got, execution.Paused)
	r.completed(r.approve(got.ExecutionID), `{"before": [], "created": {"id": 1, "title": "hello"}}`)
	if rec := r.get(o.ExecutionID); rec.Status != execution.Paused || len(rec.Pending) != 1 {
		t.Errorf("the source is %s with %d pending", rec.Status, len(rec.Pending))
	}
	if keys := r.items.ByKey(); keys[string(o.ExecutionID)+":1"] != 1 {
		t.Errorf("keys %v: want that of the copied call", keys)
	}
	// A decision that was made is copied too.
	r.completed(r.fork(control.Fork{ID: got.ExecutionID, From: 2}), `{"before": [], "created": {"id": 1, "title": "hello"}}`)
}

func TestForkOwnsItsLargeValues(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.run(`async () => (await items.big_result()).length`)
	r.completed(o, `1100000`)
	key := journal.Key{Runtime: "default", ID: o.ExecutionID}
	got := r.fork(control.Fork{ID: o.ExecutionID, From: 1, Code: `async () => { const n = (await items.big_result()).length; await items.boom_once(); return n }`})
	r.status(got, execution.Error)
	s := r.stream()
	stored, err := s.Journal().State(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	stored.State.Nonce, stored.State.Write = "test", 1
	if err := s.Bury(t.Context(), key, stored.State, stored.Revision, time.Hour, nil); err != nil {
		t.Fatalf("delete the source: %v", err)
	}
	r.completed(r.restart(got.ExecutionID, -1), `1100000`)
	if _, err := r.client.Fork(t.Context(), control.Fork{ID: o.ExecutionID}); !errors.Is(err, control.ErrGone) {
		t.Errorf("fork of a deleted one = %v", err)
	}
}

func TestDryForkTellsWhereTheCodeDepartsAndCallsNothing(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.run(`async () => { await items.echo({n: 1}); await items.echo({n: 2}); return await items.echo({n: 3}) }`)
	r.status(o, execution.Completed)
	code := "async () => {\n await items.echo({n: 1});\n await items.echo({n: 7});\n await items.boom() }"
	dry := func(from int, code string) control.Departure {
		d, err := r.client.DryFork(t.Context(), control.Fork{ID: o.ExecutionID, From: from, Code: code})
		if err != nil {
			t.Fatalf("dry fork: %v", err)
		}
		return d
	}
	d := dry(3, code)
	if d.DepartsAt == nil || *d.DepartsAt != 1 || d.Replayed != 1 || d.Entry == nil || d.Got == nil || d.Got.Method != "echo" || d.Got.Position == nil || d.Got.Position.Line != 3 {
		t.Fatalf("departs %+v, got %+v", d, d.Got)
	}
	equalJSON(t, "recorded", d.Entry.Args, `{"n": 2}`)
	equalJSON(t, "got", d.Got.Args, `{"n": 7}`)
	if d := dry(1, code); d.DepartsAt != nil || d.Replayed != 1 {
		t.Errorf("from 1: %+v", d)
	}
	if d := dry(3, ""); d.DepartsAt != nil || d.Replayed != 3 {
		t.Errorf("the same code: %+v", d)
	}
	if a, b := r.items.Runs("echo"), r.items.Runs("boom"); a != 3 || b != 0 {
		t.Errorf("echo ran %d times and boom %d, want 3 and 0", a, b)
	}
	if l, err := r.client.List(t.Context(), control.ListQuery{}); err != nil || len(l.Executions) != 1 {
		t.Errorf("%d executions, %v, want 1", len(l.Executions), err)
	}
}

func TestForkIsRefused(t *testing.T) {
	t.Parallel()
	r := up(t)
	done := r.run(`async () => await items.echo(1)`).ExecutionID
	rejected := r.paused(gated).ExecutionID
	if ok, err := r.client.Reject(t.Context(), rejected, nil, "", ""); !ok || err != nil {
		t.Fatal(ok, err)
	}
	for name, tt := range map[string]struct {
		in   control.Fork
		want error
		text string
	}{
		"unknown":               {control.Fork{ID: execution.NewID(time.Now())}, control.ErrNotFound, "no execution"},
		"beyond the journal":    {control.Fork{ID: done, From: 2}, control.ErrBadRequest, "from: must be 0 to 1"},
		"negative":              {control.Fork{ID: done, From: -1}, control.ErrBadRequest, "from: must be 0 to 1"},
		"too long":              {control.Fork{ID: done, Code: strings.Repeat(" ", 1_000_001)}, control.ErrBadRequest, "code: has 1000001 bytes"},
		"no source text":        {control.Fork{ID: done, Code: "a\x00b"}, control.ErrBadRequest, "code: has a NUL"},
		"a bad new id":          {control.Fork{ID: done, NewID: "7"}, control.ErrBadRequest, "newId"},
		"an id in use":          {control.Fork{ID: done, NewID: rejected}, control.ErrConflict, "in use"},
		"its own id":            {control.Fork{ID: done, NewID: done}, control.ErrConflict, "in use"},
		"a rejected call":       {control.Fork{ID: rejected, From: 2}, control.ErrConflict, "was rejected"},
		"a name without end":    {control.Fork{ID: done, As: strings.Repeat("x", 10_000)}, control.ErrBadRequest, "as:"},
		"a malformed execution": {control.Fork{ID: "x"}, control.ErrBadRequest, "ULID"},
	} {
		_, err := r.client.Fork(t.Context(), tt.in)
		if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.text) {
			t.Errorf("%s: %v, want %v with %q", name, err, tt.want, tt.text)
		}
	}
	if l, err := r.client.List(t.Context(), control.ListQuery{}); err != nil || len(l.Executions) != 2 {
		t.Errorf("%d executions, %v, want 2", len(l.Executions), err)
	}
	m, err := r.nc.Request(stream.APISubject("default", "fork"), []byte(`{"id":"`+string(done)+`"}`), answerWait)
	if err != nil || !strings.Contains(m.Header.Get("Nats-Service-Error"), "from: missing") {
		t.Errorf("fork without from = %v, %v", m.Header, err)
	}
}

func TestRepeatedForkIsOne(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.run(`async () => await items.echo(1)`)
	f := control.Fork{ID: o.ExecutionID, From: 0, NewID: execution.NewID(time.Now())}
	r.completed(r.fork(f), `1`)
	r.completed(r.fork(f), `1`)
	if n := r.items.Runs("echo"); n != 2 {
		t.Errorf("echo ran %d times, want 2: once in each execution", n)
	}
	f.From = 1
	if _, err := r.client.Fork(t.Context(), f); !errors.Is(err, control.ErrConflict) {
		t.Errorf("another fork under the same id = %v", err)
	}
}

// crash asks an executor that is cut off when it has sent text.
func (r *rig) crash(text string, ask func(context.Context) error) {
	r.t.Helper()
	p := natstest.NewProxy(r.t, r.server.URL())
	sent := p.CutAfter(text)
	stop := r.start(func(c *executor.Config) { c.Conn = natstest.Connect(r.t, p.URL()) })
	ctx, cancel := context.WithCancel(r.t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- ask(ctx) }()
	<-sent
	cancel()
	if err := <-ended; err == nil {
		r.t.Errorf("an answer came, though its executor was cut off")
	}
	p.Refuse()
	r.t.Cleanup(func() {
		p.Resume() // what it still tries comes to an end
		stop()
	})
}

func (r *rig) forks(f control.Fork) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := r.client.Fork(ctx, f)
		return err
	}
}

func TestCrashWhileForkingLeavesNothingToBeSeen(t *testing.T) {
	t.Parallel()
	for _, write := range []string{".request", ".log.000000", ".log.000001"} {
		t.Run(write, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			first := r.start(nil)
			o := r.run(reads)
			first()
			f := control.Fork{ID: o.ExecutionID, From: 2, NewID: execution.NewID(time.Now())}
			r.crash("PUB $KV.executions.default."+string(f.NewID)+write, r.forks(f))
			r.start(func(c *executor.Config) { c.SweepInterval = 200 * time.Millisecond })
			if _, err := r.client.Get(t.Context(), f.NewID); !errors.Is(err, control.ErrNotFound) {
				t.Errorf("get = %v, want %v", err, control.ErrNotFound)
			}
			if l, err := r.client.List(t.Context(), control.ListQuery{}); err != nil || len(l.Executions) != 1 {
				t.Errorf("%d executions, %v, want 1", len(l.Executions), err)
			}
			// The id may have garbage: it is not used again.
			if _, err := r.client.Fork(t.Context(), f); !errors.Is(err, control.ErrConflict) {
				t.Errorf("fork = %v, want %v", err, control.ErrConflict)
			}
			f.NewID = ""
			r.status(r.fork(f), execution.Completed)
		})
	}
}

func TestForkThatWasCreatedIsFoundWithoutItsWake(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	first := r.start(nil)
	o := r.run(reads)
	first()
	f := control.Fork{ID: o.ExecutionID, From: 2, NewID: execution.NewID(time.Now())}
	r.crash("PUB $KV.executions.default."+string(f.NewID)+".state", r.forks(f))
	r.start(func(c *executor.Config) { c.SweepInterval, c.Overdue = 200*time.Millisecond, 100*time.Millisecond })
	r.status(r.wait(f.NewID), execution.Completed)
}

// A call that is in flight in the source is unknown in the fork, which makes it again
// under the same key.
func TestForkOfARunningExecution(t *testing.T) {
	t.Parallel()
	r := up(t)
	receipt, err := r.client.Submit(t.Context(), execution.Request{Code: `async () => { await items.hold(); return await items.echo(1) }`})
	if err != nil {
		t.Fatal(err)
	}
	natstest.Eventually(t, "the call", func() bool { return r.items.Runs("hold") == 1 })
	fork, err := r.client.Fork(t.Context(), control.Fork{ID: receipt.ID, From: 1})
	if err != nil {
		t.Fatalf("fork: %v", err)
	}
	natstest.Eventually(t, "the call of the fork", func() bool { return r.items.Runs("hold") == 2 })
	r.items.Release()
	r.completed(r.wait(fork.ExecutionID), `1`)
	r.completed(r.wait(receipt.ID), `1`)
	source, other := string(receipt.ID), string(fork.ExecutionID)
	if keys := r.items.ByKey(); keys[source+":0"] != 2 || keys[source+":1"] != 1 || keys[other+":1"] != 1 {
		t.Errorf("keys %v", keys)
	}
	if rec := r.get(receipt.ID); rec.Attempt != 1 {
		t.Errorf("the fork disturbed its source: attempt %d", rec.Attempt)
	}
}

func TestEndlessCodeEndsItsDryRun(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.start(func(c *executor.Config) { c.Limits.PassTimeout = soonOver * time.Millisecond })
	o := r.run(`async () => await items.echo(1)`)
	r.status(o, execution.Completed)
	d, err := r.client.DryFork(t.Context(), control.Fork{ID: o.ExecutionID, From: 1, Code: `async () => { for (;;) {} }`})
	if err != nil || d.DepartsAt == nil || *d.DepartsAt != 0 || !strings.Contains(d.Message, "timed out") {
		t.Errorf("departs %+v, %v", d, err)
	}
}
