package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/reprise-run/reprise/internal/executor"
	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/stream"
)

// answerWait bounds what a server, or an executor, does at once.
const answerWait = patience

// failing submits code that must end with an error.
func (r *rig) failing(code string) execution.Outcome {
	r.t.Helper()
	o := r.request(execution.Request{Code: code, Retry: &execution.Retry{Off: true}})
	r.status(o, execution.Error)
	return o
}

// restart restarts and returns the next outcome; a negative from is none.
func (r *rig) restart(id execution.ID, from int) execution.Outcome {
	r.t.Helper()
	in := control.Restart{ID: id, As: "ann"}
	if from >= 0 {
		in.From = &from
	}
	rec, err := r.client.Restart(r.t.Context(), in)
	if err != nil {
		r.t.Fatalf("restart: %v", err)
	}
	if rec.ExecutionID != id || rec.Status.Terminal() && rec.Attempt < 2 {
		r.t.Errorf("restart answers %s %s", rec.ExecutionID, rec.Status)
	}
	return r.wait(id)
}

func TestRestartRunsOnlyTheCallThatFailed(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.failing(`async () => { console.log("hi"); await items.echo(1); return await items.boom_once() }`)
	got := r.restart(o.ExecutionID, -1)
	r.completed(got, `{"calls": 2}`)
	if a, b := r.items.Runs("echo"), r.items.Runs("boom_once"); a != 1 || b != 2 {
		t.Errorf("echo ran %d times and boom_once %d, want 1 and 2", a, b)
	}
	if n := r.items.ByKey()[string(o.ExecutionID)+":1"]; n != 1 {
		t.Errorf("the call succeeded %d times under its own key, want 1: %v", n, r.items.ByKey())
	}
	e := r.get(o.ExecutionID).Calls[1]
	if e.Decision == nil || e.Decision.Verdict != execution.RunAgain || e.Decision.As != "ann" {
		t.Errorf("decision %+v", e.Decision)
	}
}

func TestRestartedExecutionHasANewBudgetAndMayFailAgain(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.failing(`async () => { await items.echo(1); await items.boom() }`)
	for n := range 3 {
		got := r.restart(o.ExecutionID, -1)
		if got.Status != execution.Error || r.items.Runs("boom") != n+2 || got.Attempt != n+2 {
			t.Fatalf("restart %d: %s, boom ran %d times, attempt %d", n, got.Status, r.items.Runs("boom"), got.Attempt)
		}
	}
	if n := r.items.Runs("echo"); n != 1 {
		t.Errorf("echo ran %d times, want 1", n)
	}
}

func TestRestartRunsAgainWhatAskedForARetry(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.failing(`async () => { await items.retry_always(); return 1 }`)
	r.status(r.restart(o.ExecutionID, -1), execution.Error)
	if n := r.items.Runs("retry_always"); n != 2 {
		t.Errorf("the call that asked for a retry ran %d times, want 2", n)
	}
}

func TestRestartFromASeqForgetsWhatFollows(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.run(`async () => {
		const a = await items.checkpoint_read(), b = await items.read(), c = await items.checkpoint_read();
		return [a, b, c]
	}`)
	r.status(o, execution.Error) // there is no items.read
	code := `async () => [await items.checkpoint_read(), await codemode.step("s", () => 7), await items.checkpoint_read(), await items.checkpoint_read()]`
	o = r.run(code)
	first := `[{"reads": 2}, 7, {"reads": 3}, {"reads": 4}]`
	r.completed(o, first)
	id := string(o.ExecutionID)
	r.completed(r.restart(o.ExecutionID, 2), `[{"reads": 2}, 7, {"reads": 5}, {"reads": 6}]`)
	r.completed(r.restart(o.ExecutionID, 3), `[{"reads": 2}, 7, {"reads": 5}, {"reads": 7}]`)
	r.completed(r.restart(o.ExecutionID, 1), `[{"reads": 2}, 7, {"reads": 8}, {"reads": 9}]`)
	r.completed(r.restart(o.ExecutionID, 4), `[{"reads": 2}, 7, {"reads": 8}, {"reads": 9}]`)
	for key, want := range map[string]int{id + ":0": 1, id + ":2": 1, id + ":3": 1, id + ":2:e1": 1, id + ":3:e1": 1, id + ":3:e2": 1, id + ":2:e3": 1, id + ":3:e3": 1} {
		if got := r.items.ByKey()[key]; got != want {
			t.Errorf("key %s was used %d times, want %d", key, got, want)
		}
	}
	if got, want := states(r.get(o.ExecutionID).Calls), "items.checkpoint_read applied __step.s applied items.checkpoint_read applied items.checkpoint_read applied"; got != want {
		t.Errorf("calls %s", got)
	}
}

func TestRestartIsRefused(t *testing.T) {
	t.Parallel()
	r := up(t)
	done := r.run(`async () => await items.echo(1)`).ExecutionID
	paused := r.paused(gated).ExecutionID
	rejected := r.paused(gated).ExecutionID
	if ok, err := r.client.Reject(t.Context(), rejected, nil, "", ""); !ok || err != nil {
		t.Fatal(ok, err)
	}
	bad := execution.NewID(time.Now())
	m := nats.NewMsg(stream.SubmitSubject("default"))
	m.Data = []byte(`{"id":"` + string(bad) + `","code":"async () => 1","retry":7}`)
	if _, err := r.nc.RequestMsg(m, answerWait); err != nil {
		t.Fatal(err)
	}
	natstest.Eventually(t, "the end of the malformed one", func() bool {
		rec, err := r.client.Get(t.Context(), bad)
		return err == nil && rec.Status == execution.Error
	})
	at := func(n int) *int { return &n }
	for name, tt := range map[string]struct {
		in   control.Restart
		want error
		text string
	}{
		"unknown":            {control.Restart{ID: execution.NewID(time.Now())}, control.ErrNotFound, "no execution"},
		"completed":          {control.Restart{ID: done}, control.ErrConflict, "completed"},
		"paused":             {control.Restart{ID: paused}, control.ErrConflict, "not ended (paused)"},
		"paused, with from":  {control.Restart{ID: paused, From: at(0)}, control.ErrConflict, "not ended (paused)"},
		"beyond the journal": {control.Restart{ID: done, From: at(2)}, control.ErrBadRequest, "from: must be 0 to 1"},
		"negative":           {control.Restart{ID: done, From: at(-1)}, control.ErrBadRequest, "from: must be 0 to 1"},
		"keeps a rejected":   {control.Restart{ID: rejected, From: at(2)}, control.ErrConflict, "seq 1, items.create_item, was rejected"},
		"malformed":          {control.Restart{ID: bad}, control.ErrConflict, "malformed"},
		"bad id":             {control.Restart{ID: "x"}, control.ErrBadRequest, "ULID"},
		"long name":          {control.Restart{ID: done, From: at(0), As: strings.Repeat("x", 10_000)}, control.ErrBadRequest, "as:"},
	} {
		_, err := r.client.Restart(t.Context(), tt.in)
		if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.text) {
			t.Errorf("%s: %v, want %v with %q", name, err, tt.want, tt.text)
		}
	}
	for _, id := range []execution.ID{done, paused, rejected} {
		if rec := r.get(id); rec.Attempt != 1 {
			t.Errorf("a refused restart changed %s: %+v", id, rec)
		}
	}
	// From the rejected call itself it goes on: that asks again.
	got := r.restart(rejected, 1)
	r.status(got, execution.Paused)
	r.completed(r.approve(rejected), `{"before": [], "created": {"id": 1, "title": "hello"}}`)
}

// A late copy of the submission finds a restarted execution, and adds nothing.
func TestLateSubmissionDoesNoHarmToARestartedExecution(t *testing.T) {
	t.Parallel()
	r := up(t)
	q := execution.Request{ID: execution.NewID(time.Now()), Code: `async () => { await items.echo(1); return await items.boom_once() }`, Retry: &execution.Retry{Off: true}}
	r.status(r.request(q), execution.Error)
	r.completed(r.restart(q.ID, -1), `{"calls": 2}`)
	body, err := json.Marshal(q)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.nc.Request(stream.SubmitSubject("default"), body, answerWait); err != nil {
		t.Fatal(err)
	}
	r.drained()
	if rec := r.get(q.ID); rec.Attempt != 2 || rec.Status != execution.Completed || r.items.Runs("echo") != 1 {
		t.Errorf("%s in attempt %d, echo ran %d times", rec.Status, rec.Attempt, r.items.Runs("echo"))
	}
}

// Of restarts at the same time one is told that it did it.
func TestOneOfManyRestartsWins(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.failing(`async () => { await items.echo(1); return await items.boom_once() }`)
	const many = 8
	answers := make(chan error, many)
	for range many {
		go func() {
			_, err := r.client.Restart(t.Context(), control.Restart{ID: o.ExecutionID})
			answers <- err
		}()
	}
	won := 0
	for range many {
		switch err := <-answers; {
		case err == nil:
			won++
		case !errors.Is(err, control.ErrConflict):
			t.Errorf("restart = %v, want %v", err, control.ErrConflict)
		}
	}
	r.completed(r.wait(o.ExecutionID), `{"calls": 2}`)
	if n := r.items.Runs("boom_once"); won != 1 || n != 2 {
		t.Errorf("%d restarts won and the call ran %d times, want 1 and 2", won, n)
	}
}

func TestRestartIsFoundWithoutItsWake(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	first := r.start(nil)
	o := r.failing(`async () => await items.boom_once()`)
	first()
	r.crash("PUB $KV.executions.default."+string(o.ExecutionID)+".state", func(ctx context.Context) error {
		_, err := r.client.Restart(ctx, control.Restart{ID: o.ExecutionID})
		return err
	})
	r.start(func(c *executor.Config) { c.SweepInterval, c.Overdue = 200*time.Millisecond, 100*time.Millisecond })
	natstest.Eventually(t, "the end of the restarted execution", func() bool {
		return r.get(o.ExecutionID).Status == execution.Completed
	})
}
