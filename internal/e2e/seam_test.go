package e2e

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// What the code made of the time before its first call is in the journal: a fork has to
// come to the same.
func TestForkBeginsAtTheTimeOfItsSource(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.run(`async () => { const at = Date.now(); await items.echo({at}); return at }`)
	r.status(o, execution.Completed)
	got := r.fork(control.Fork{ID: o.ExecutionID, From: 1})
	r.completed(got, string(o.Result))
	r.completed(r.fork(control.Fork{ID: got.ExecutionID, From: 1}), string(o.Result))
}

// The clock of what has not started begins with the fork.
func TestForkOfAPostponedExecutionStartsNow(t *testing.T) {
	t.Parallel()
	r := up(t)
	at := time.Now().Add(time.Hour)
	id := r.begin(execution.Request{Code: `() => Date.now()`, StartAt: &at})
	r.reach(id, execution.Sleeping)
	natstest.Eventually(t, "the request", func() bool {
		_, err := r.client.Fork(t.Context(), control.Fork{ID: id, NewID: execution.NewID(time.Now())})
		return err == nil
	})
	before := time.Now().UnixMilli()
	got := r.fork(control.Fork{ID: id})
	r.status(got, execution.Completed)
	if n, err := strconv.ParseInt(string(got.Result), 10, 64); err != nil || n < before {
		t.Errorf("the code saw %s, before the fork at %d", got.Result, before)
	}
}

// Where nothing is kept there is nothing that the clock has to agree with: a sleep lasts.
func TestClockBeginsAnewWhereNothingIsKept(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.run(`async () => { const at = Date.now(); await items.echo(1); await codemode.sleep(1); return at }`)
	r.status(o, execution.Completed)
	shows := func(what string, o execution.Outcome, least int64) {
		t.Helper()
		r.status(o, execution.Completed)
		if at, err := strconv.ParseInt(string(o.Result), 10, 64); err != nil || at < least {
			t.Errorf("%s: the clock shows %s, want %d or later", what, o.Result, least)
		}
	}
	before := time.Now().UnixMilli()
	fork := r.fork(control.Fork{ID: o.ExecutionID, Code: `async () => { await codemode.sleep(200); return Date.now() }`})
	shows("a sleep at the beginning of a fork", fork, before+200)
	if slept := time.Now().UnixMilli() - before; slept < 200 {
		t.Errorf("a sleep of 200 ms was over after %d", slept)
	}
	before = time.Now().UnixMilli()
	shows("a fork", r.fork(control.Fork{ID: o.ExecutionID}), before)
	before = time.Now().UnixMilli()
	again := r.restart(o.ExecutionID, 0)
	shows("a restart", again, before)
	// In all passes from here on it is that clock.
	r.completed(r.restart(o.ExecutionID, 1), string(again.Result))
}

// What the code saw before its first call is kept, and the clock with it.
func TestClockGoesOnWhereASleepIsKept(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.run(`async () => { const at = Date.now(); await codemode.sleep(20); await items.echo(at); return at }`)
	r.status(o, execution.Completed)
	r.completed(r.fork(control.Fork{ID: o.ExecutionID}), string(o.Result))
	r.completed(r.restart(o.ExecutionID, 0), string(o.Result))
}

// A submission that waits for its time is held by its message alone no longer than it
// takes to write: cancelled and restarted, it runs.
func TestPostponedExecutionIsRestartedAfterACancel(t *testing.T) {
	t.Parallel()
	r := up(t)
	at := time.Now().Add(30 * time.Second)
	id := r.begin(execution.Request{Code: `async () => await items.echo(1)`, StartAt: &at})
	r.reach(id, execution.Sleeping)
	if _, err := r.client.Cancel(t.Context(), id, false, "ann"); err != nil {
		t.Fatal(err)
	}
	r.completed(r.restart(id, -1), `1`)
}

// Where the request is not there, the wake of a restart would end the execution for good.
func TestRestartWithoutARequestIsRefused(t *testing.T) {
	t.Parallel()
	r := up(t)
	id := execution.NewID(time.Now())
	st := journal.State{Status: execution.Cancelled, Attempt: 1, Nonce: "test", Write: 1, Seed: string(id), Digest: execution.Request{Code: "1"}.Digest()}
	if _, err := r.stream().Journal().PutState(t.Context(), r.key(id), st, 0); err != nil {
		t.Fatal(err)
	}
	_, err := r.client.Restart(t.Context(), control.Restart{ID: id})
	if !errors.Is(err, control.ErrConflict) || r.get(id).Status != execution.Cancelled {
		t.Errorf("restart = %v, and it is %s", err, r.get(id).Status)
	}
}

// A fork that broke off leaves records under an id. A submission of that id is an
// execution of its own all the same.
func TestSubmissionDoesNotReadTheRecordsOfABrokenFork(t *testing.T) {
	t.Parallel()
	r := up(t)
	id := execution.NewID(time.Now())
	rec := journal.Record{Attempt: journal.Before, At: 1}
	for i := range 3 {
		rec.Issued = append(rec.Issued, journal.Intent{Seq: i, Connector: "items", Method: "echo", Args: journal.NewValue([]byte(`1`))})
	}
	done := journal.Record{Attempt: journal.Before, At: 1}
	for i := range 3 {
		done.Done = append(done.Done, journal.Completion{Ref: journal.Ref{N: i}, Mark: journal.MarkApplied, Result: journal.NewValue([]byte(`"foreign"`)), At: 1, Attempt: journal.Before})
	}
	s := r.stream()
	for n, part := range []journal.Record{rec, done, done} {
		if _, err := s.Journal().Append(t.Context(), r.key(id), 0, n, part); err != nil {
			t.Fatal(err)
		}
	}
	o := r.request(execution.Request{ID: id, Code: `async () => [await items.retry_once(), await items.echo(1)]`})
	r.status(o, execution.Completed)
	if got := states(o.Calls); got != "items.retry_once applied items.echo applied" {
		t.Errorf("calls %s", got)
	}
	if n := r.items.Runs("echo"); n != 1 {
		t.Errorf("echo ran %d times: %s", n, o.Result)
	}
}
