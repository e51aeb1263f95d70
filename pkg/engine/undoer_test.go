package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// undoer is a connector `x` whose method `do` can be undone, as often and how undo says.
type undoer struct {
	fake
	undo func(ctx context.Context, call connector.Call, nth int) error

	mu   sync.Mutex // guards the field below
	keys []string
}

func newUndoer(undo func(ctx context.Context, call connector.Call, nth int) error) *undoer {
	u := &undoer{undo: undo}
	u.on(connector.Method{Name: "do", Reverts: true}, func(_ context.Context, call connector.Call) (json.RawMessage, error) { return call.Args, nil })
	u.on(connector.Method{Name: "read"}, answers(`1`))
	u.on(connector.Method{Name: "fresh", Reexecute: true, Reverts: true}, answers(`"not kept"`))
	u.on(connector.Method{Name: "fail", Reverts: true}, func(context.Context, connector.Call) (json.RawMessage, error) {
		return nil, errors.New("failed")
	})
	return u
}

func (u *undoer) named() connector.Named { return connector.Named{Name: "x", Connector: u} }

func (u *undoer) Revert(ctx context.Context, call connector.Call, result json.RawMessage) error {
	if call.Method == "fresh" && result != nil {
		return fmt.Errorf("result %s", result)
	}
	u.mu.Lock()
	u.keys = append(u.keys, call.IdempotencyKey)
	nth := 0
	for _, key := range u.keys {
		if key == call.IdempotencyKey {
			nth++
		}
	}
	u.mu.Unlock()
	if u.undo == nil {
		return nil
	}
	return u.undo(ctx, call, nth)
}

// order returns the seqs that were undone, in order.
func (u *undoer) order() string {
	u.mu.Lock()
	defer u.mu.Unlock()
	var all []string
	for _, key := range u.keys {
		all = append(all, strings.TrimSuffix(key[strings.Index(key, ":")+1:], ":revert"))
	}
	return strings.Join(all, " ")
}

// askRollback writes the state that asks for a rollback.
func (r *rig) askRollback() {
	r.t.Helper()
	r.write(r.state.Rollback("ann", time.Now()))
}

func (r *rig) write(s journal.State) {
	r.t.Helper()
	s.Write++
	rev, err := r.store.PutState(context.Background(), r.key, s, r.rev)
	if err != nil {
		r.t.Fatalf("write state: %v", err)
	}
	r.state, r.rev = s, rev
}

// undoPass claims and runs one pass of a rollback, and settles it.
func (r *rig) undoPass(ctx context.Context, request execution.Request) (Undoing, error) {
	r.t.Helper()
	s := r.state
	if s.Status == execution.Retrying {
		s.Try++
	}
	s.Status, s.Attempt, s.Nonce = execution.Running, s.Attempt+1, "rig"
	r.write(s)
	res, err := r.engine.Rollback(ctx, Pass{Key: r.key, Claim: r.rev, State: r.state, Request: request, Observe: r})
	if err != nil {
		return res, err
	}
	s = r.state
	s.Carry = res.Carry
	if res.Status == execution.RolledBack {
		s = s.EndRollback(res.Report)
	} else {
		op := *s.Operation
		s.Operation, s.Status = &op, res.Status
		if res.Status == execution.Retrying {
			op.Again, s.Try = res.Again, res.Try
			r.delays = append(r.delays, res.Delay)
		}
	}
	r.write(s)
	return res, nil
}

// rollBack runs passes of a rollback until it is done.
func (r *rig) rollBack(request execution.Request) execution.Rollback {
	r.t.Helper()
	for range 50 {
		if _, err := r.undoPass(r.t.Context(), request); err != nil && !errors.Is(err, journal.ErrFenced) {
			r.t.Fatalf("Rollback: %v", err)
		}
		if !r.state.Undoing() {
			return r.state.Operation.Rollback
		}
	}
	r.t.Fatal("the rollback does not end")
	return execution.Rollback{}
}

// folded returns the entries as the journal has them.
func (r *rig) folded() string {
	r.t.Helper()
	log, err := journal.Fold(r.state, r.records())
	if err != nil {
		r.t.Fatalf("fold: %v", err)
	}
	var all []string
	for _, e := range log.Shown(r.state.View()) {
		all = append(all, e.Connector+"."+e.Method+" "+string(e.State))
	}
	return strings.Join(all, ", ")
}

// undoneOnce fails unless every undoing is completed once.
func (r *rig) undoneOnce() {
	r.t.Helper()
	count := map[int]int{}
	records := r.records()
	var done []journal.Completion
	for _, rec := range records {
		done = append(done, rec.Done...)
	}
	if c := r.state.Carry; c != nil && c.After == len(records) {
		done = append(done, c.Done...)
	}
	for _, c := range done {
		if c.Kind == journal.OpRevert {
			count[c.N]++
		}
	}
	for seq, n := range count {
		if n != 1 {
			r.t.Errorf("the undoing of seq %d is completed %d times", seq, n)
		}
	}
}
