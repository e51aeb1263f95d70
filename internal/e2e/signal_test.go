package e2e

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// signal sends a signal and checks whether it was delivered.
func (r *rig) signal(id execution.ID, name, value string, want bool) {
	r.t.Helper()
	if got, err := r.client.Signal(r.t.Context(), id, name, json.RawMessage(value)); err != nil || got != want {
		r.t.Errorf("Signal %s %s = %v, %v, want %v", name, value, got, err, want)
	}
}

func TestSignalComesAfterTheWait(t *testing.T) {
	t.Parallel()
	r := up(t)
	id := r.begin(execution.Request{Code: `async () => { await items.echo(1); const v = await codemode.waitFor("go"); return [v, await items.echo(v.n)] }`})
	rec := r.reach(id, execution.Waiting)
	if len(rec.Signals) != 1 || rec.Signals[0] != "go" || rec.RetryAt != nil {
		t.Errorf("signals %v, retryAt %v", rec.Signals, rec.RetryAt)
	}
	r.noMessages(r.stream())
	r.signal(id, "stop", `0`, false)
	r.signal(id, "go", `{"n": 7}`, true)
	r.completed(r.wait(id), `[{"n": 7}, 7]`)
	if n := r.items.Runs("echo"); n != 2 {
		t.Errorf("echo ran %d times, want 2", n)
	}
	if _, err := r.client.Signal(t.Context(), id, "go", nil); !errors.Is(err, control.ErrConflict) {
		t.Errorf("Signal after the end = %v, want ErrConflict", err)
	}
}

func TestSignalComesBeforeTheWait(t *testing.T) {
	t.Parallel()
	r := up(t)
	id := r.begin(execution.Request{Code: `async () => { await codemode.waitFor("start"); await codemode.sleep(1000); return [await codemode.waitFor("go"), await codemode.waitFor("go"), await codemode.waitFor("other")] }`})
	r.reach(id, execution.Waiting)
	r.signal(id, "go", `1`, false)
	r.signal(id, "other", `"x"`, false)
	r.signal(id, "go", `2`, false)
	r.signal(id, "start", `null`, true)
	r.completed(r.wait(id), `[1, 2, "x"]`)
}

func TestSignalComesWhileThePassRuns(t *testing.T) {
	t.Parallel()
	r := up(t)
	id := r.begin(execution.Request{Code: `async () => { const work = items.hold(); const v = await codemode.waitFor("go"); await items.echo(v); await work; return v }`})
	natstest.Eventually(t, "the call", func() bool { return r.items.Runs("hold") == 1 })
	natstest.Eventually(t, "the delivery", func() bool {
		delivered, err := r.client.Signal(t.Context(), id, "go", json.RawMessage(`"now"`))
		return err == nil && delivered
	})
	natstest.Eventually(t, "what follows the signal", func() bool { return r.items.Runs("echo") == 1 })
	r.items.Release()
	o := r.wait(id)
	r.completed(o, `"now"`)
	if o.Attempt != 1 {
		t.Errorf("attempt %d, want 1: nobody had to wake it", o.Attempt)
	}
}

// Each signal ends one wait, in their order, and what is left is kept.
func TestTwoWaitsOfOneName(t *testing.T) {
	t.Parallel()
	r := up(t)
	id := r.begin(execution.Request{Code: `async () => {
		const both = await Promise.all([codemode.waitFor("go"), codemode.waitFor("go")])
		return [...both, await codemode.waitFor("go"), await codemode.waitFor("go", {timeoutMs: 0}).catch((e) => e.name)] }`})
	if rec := r.reach(id, execution.Waiting); strings.Join(rec.Signals, " ") != "go go" {
		t.Errorf("signals %v, want two", rec.Signals)
	}
	for _, n := range []string{"1", "2", "3"} {
		if _, err := r.client.Signal(t.Context(), id, "go", json.RawMessage(n)); err != nil {
			t.Fatalf("signal: %v", err)
		}
	}
	r.completed(r.wait(id), `[1, 2, 3, "TimeoutError"]`)
}

func TestWaitTimesOut(t *testing.T) {
	t.Parallel()
	r := up(t)
	for _, ms := range []string{"300", "2500"} {
		o := r.run(`async () => { const from = Date.now(); try { await codemode.waitFor("go", {timeoutMs: ` + ms + `}) } catch (e) { return [e.name, e.message, Date.now() - from >= ` + ms + `] } }`)
		r.completed(o, `["TimeoutError", "no signal \"go\" came within `+ms+` ms", true]`)
	}
}

// An early signal makes the timeout, and its schedule, void.
func TestSignalBeforeTheTimeoutLeavesNothing(t *testing.T) {
	t.Parallel()
	r := up(t)
	id := r.begin(execution.Request{Code: `async () => await codemode.waitFor("go", {timeoutMs: 3600_000})`})
	s := r.stream()
	r.reach(id, execution.Waiting)
	r.noMessages(s)
	r.signal(id, "go", `null`, true)
	r.completed(r.wait(id), `null`)
	if there, err := s.Scheduled(t.Context(), journal.Key{Runtime: execution.DefaultRuntime, ID: id}); err != nil || there {
		t.Errorf("scheduled %v, %v, want not any more", there, err)
	}
}

// A large value is kept where large values are.
func TestLargeSignal(t *testing.T) {
	t.Parallel()
	r := up(t)
	id := r.begin(execution.Request{Code: `async () => { const v = await codemode.waitFor("go"); await items.retry_once(); return v.length }`})
	r.reach(id, execution.Waiting)
	r.signal(id, "go", `"`+strings.Repeat("x", 700_000)+`"`, true)
	r.completed(r.wait(id), `700000`)
}

// Any program delivers a signal by a request.
func TestPlainRequestSignals(t *testing.T) {
	t.Parallel()
	r := up(t)
	id := r.begin(execution.Request{Code: `async () => await codemode.waitFor("go")`})
	r.reach(id, execution.Waiting)
	m, err := r.nc.RequestWithContext(t.Context(), "executions.api.default.signal", []byte(`{"id": "`+string(id)+`", "name": "go", "value": {"ok": true}}`))
	if err != nil || string(m.Data) != `{"delivered":true}` {
		t.Fatalf("answer %s, %v", m.Data, err)
	}
	r.completed(r.wait(id), `{"ok": true}`)
}
