package engine

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/fixture"
	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/sandbox"
)

// rig runs executions on the memory journal: it does for the engine what the
// runner does, without a queue.
type rig struct {
	t      *testing.T
	store  journal.Store
	engine *Engine
	items  *fixture.Items
	key    journal.Key

	state   journal.State
	rev     journal.Revision
	bell    *Bell // of the last pass
	delays  []time.Duration
	lines   []string
	results []Result
	due     time.Time // for the next pass
	onPass  func()    // before each pass
	onRest  func()    // when the execution waits for a signal, before the test waits for its time
	onCall  func(execution.Entry)
}

// newRig returns a rig with the connector `items`; extra ones may be added.
func newRig(t *testing.T, change func(*Config), extra ...connector.Named) *rig {
	t.Helper()
	r := &rig{t: t, store: journal.NewMem(), items: new(fixture.Items), key: journal.Key{Runtime: "default", ID: execution.NewID(time.Now())}}
	set, err := connector.NewSet(connector.SetConfig{Connectors: append(extra, connector.Named{Name: "items", Connector: r.items})})
	if err != nil {
		t.Fatalf("new set: %v", err)
	}
	cfg := Config{
		Sandbox: &foretelling{Sandbox: sandbox.NewInProcess(sandbox.Config{}), t: t}, Store: r.store, Connectors: set,
		Now: time.Now, Grace: 50 * time.Millisecond, Version: "test",
	}
	if change != nil {
		change(&cfg)
	}
	r.store = cfg.Store
	if r.engine, err = New(cfg); err != nil {
		t.Fatalf("new engine: %v", err)
	}
	return r
}

// pass claims, runs one pass and settles it. It returns the error of Run.
func (r *rig) pass(ctx context.Context, request execution.Request) (Result, error) {
	r.t.Helper()
	if r.onPass != nil {
		r.onPass()
	}
	s := r.state
	now := time.Now().UTC()
	switch s.Status {
	case "":
		s = journal.State{Try: 1, CreatedAt: now, StartedAt: now.Truncate(time.Millisecond), Seed: string(r.key.ID), Engine: "test"}
	case execution.Retrying:
		s.Try++
	}
	s.Status, s.Attempt, s.Write, s.Nonce = execution.Running, s.Attempt+1, s.Write+1, "rig"
	var err error
	if r.rev, err = r.store.PutState(ctx, r.key, s, r.rev); err != nil {
		r.t.Fatalf("claim: %v", err)
	}
	r.state = s
	r.bell = NewBell()
	res, err := r.engine.Run(ctx, Pass{
		Key: r.key, Claim: r.rev, State: s, Request: request, Fresh: s.Attempt == 1, Observe: r, Due: r.due, Bell: r.bell,
	})
	r.due = time.Time{}
	if err != nil {
		return res, err
	}
	s.Status, s.Write, s.Error, s.Failure, s.Result, s.Carry, s.Pending = res.Status, s.Write+1, res.Error, res.Failure, res.Value, res.Carry, res.Pending
	s.Signals, s.Heard, s.RetryAt = res.Signals, res.Heard, res.Due
	if r.rev, err = r.store.PutState(context.Background(), r.key, s, r.rev); err != nil {
		r.t.Fatalf("settle: %v", err)
	}
	r.state = s
	r.results = append(r.results, res)
	return res, nil
}

// Call and Log make the rig an observer.
func (r *rig) Call(e execution.Entry) {
	if r.onCall != nil {
		r.onCall(e)
	}
}

func (r *rig) Log(line string, replay bool) {
	r.lines = append(r.lines, fmt.Sprintf("%d %v %s", r.state.Attempt, replay, line))
}

// execute runs passes until the execution rests; a lost pass is followed by another.
func (r *rig) execute(request execution.Request) Result {
	r.t.Helper()
	for range 200 {
		res, err := r.pass(r.t.Context(), request)
		switch {
		case errors.Is(err, journal.ErrFenced):
			continue // the test cut the pass off
		case err != nil:
			r.t.Fatalf("Run: %v", err)
		case res.Status == execution.Retrying:
			r.delays = append(r.delays, res.Delay)
			continue
		case r.goesOn(res):
			continue
		}
		return res
	}
	r.t.Fatal("the execution does not end")
	return Result{}
}

// goesOn waits until an execution that rests may go on: a signal lies there, or its time
// has come. It returns false for one that does not, or only by a person.
func (r *rig) goesOn(res Result) bool {
	r.t.Helper()
	if res.Status != execution.Waiting && res.Status != execution.Sleeping {
		return false
	}
	if r.onRest != nil && res.Status == execution.Waiting {
		r.onRest()
	}
	behind, err := r.store.Inbox(r.t.Context(), r.key, res.Heard)
	if err != nil {
		r.t.Fatalf("Inbox: %v", err)
	}
	if r.state.News(behind) {
		return true
	}
	if res.Due == nil {
		return false
	}
	<-time.After(time.Until(*res.Due))
	r.due = *res.Due
	return true
}

// send puts a signal into the inbox, as its sender does.
func (r *rig) send(name, value string) execution.ID {
	r.t.Helper()
	s := journal.Signal{ID: execution.NewID(time.Now()), Name: name, At: time.Now()}
	if value != "" {
		s.Value = journal.NewValue([]byte(value))
	}
	if err := r.store.PutSignal(context.Background(), r.key, s); err != nil {
		r.t.Fatalf("PutSignal: %v", err)
	}
	return s.ID
}

// run executes code with the default policy.
func (r *rig) run(code string) Result {
	r.t.Helper()
	return r.execute(execution.Request{Code: code})
}

func (r *rig) entries() []execution.Entry {
	return r.results[len(r.results)-1].Log.Shown(r.state.View())
}

// want fails unless the result is completed with this value.
func (r *rig) want(res Result, value string) {
	r.t.Helper()
	got := "undefined"
	if v := res.Value.Shown(); v != nil {
		got = string(v)
	}
	if res.Status != execution.Completed || got != value {
		r.t.Errorf("got %s %s %q, want completed %s", res.Status, got, res.Error, value)
	}
}

// cutStore ends a pass at a chosen record: as if its executor had died before or
// after the write.
type cutStore struct {
	journal.Store
	appends int
	cutAt   int // 0: never
	after   bool
}

func (c *cutStore) Append(ctx context.Context, key journal.Key, claim journal.Revision, n int, rec journal.Record) (int, error) {
	c.appends++
	if c.appends != c.cutAt {
		return c.Store.Append(ctx, key, claim, n, rec)
	}
	if c.after {
		if _, err := c.Store.Append(ctx, key, claim, n, rec); err != nil {
			return 0, err
		}
	}
	return 0, journal.ErrFenced
}
