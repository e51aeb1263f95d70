package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/retry"
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

func TestRollbackUndoesWhatWasApplied(t *testing.T) {
	t.Parallel()
	u := newUndoer(nil)
	r := newRig(t, nil, u.named())
	r.want(r.run(`async () => {
		await x.do(0); await codemode.step("s", () => 1); await x.read(); await x.fail().catch(() => 0); await x.fresh()
		await Promise.all([x.do(1), x.do(2)])
		return 1
	}`), `1`)
	r.askRollback()
	var told []string
	r.onCall = func(e execution.Entry) {
		told = append(told, fmt.Sprintf("%d %s %v", e.Seq, e.State, e.Replayed))
	}
	report := r.rollBack(execution.Request{})
	if report.Reverted != 4 || len(report.Failed) != 0 || r.state.Status != execution.RolledBack {
		t.Errorf("report %+v, status %s", report, r.state.Status)
	}
	if got, want := u.order(), "6 5 4 0"; got != want {
		t.Errorf("undone %s, want %s", got, want)
	}
	if got, want := r.folded(), "x.do reverted, __step.s applied, x.read applied, x.fail failed, x.fresh reverted, x.do reverted, x.do reverted"; got != want {
		t.Errorf("entries %s, want %s", got, want)
	}
	if got, want := strings.Join(told, ", "), "6 reverted false, 5 reverted false, 4 reverted false, 0 reverted false"; got != want {
		t.Errorf("told %s, want %s", got, want)
	}
}

// Cut off at any write, before it or after it, a rollback ends the same: what has a
// completion in the journal is never undone again, and only what was under way is.
func TestRollbackThatIsCutOffUndoesNothingTwice(t *testing.T) {
	t.Parallel()
	for cut, c := range []struct{ before, after string }{ // what is undone, by the write that it is cut off at
		{"3 2 1 0", "3 2 1 0"},
		{"3 3 2 1 0", "3 2 1 0"},
		{"3 2 2 1 0", "3 2 1 0"},
		{"3 2 1 1 0", "3 2 1 0"}, // that of seq 1 fails
		{"3 2 1 0 0", ""},        // the settle
	} {
		for _, after := range []bool{false, true} {
			want := map[bool]string{false: c.before, true: c.after}[after]
			if want == "" {
				continue
			}
			t.Run(fmt.Sprintf("write %d, after it: %v", cut+1, after), func(t *testing.T) {
				t.Parallel()
				u := newUndoer(func(_ context.Context, call connector.Call, _ int) error {
					return map[int]error{1: errors.New("stuck")}[call.Seq]
				})
				store := &cutStore{Store: journal.NewMem(), after: after}
				r := newRig(t, func(c *Config) { c.Store = store }, u.named())
				r.run(`async () => { for (let i = 0; i < 4; i++) await x.do(i) }`)
				r.askRollback()
				asked := r.state
				store.appends, store.cutAt = 0, cut+1
				_, err := r.undoPass(t.Context(), execution.Request{})
				if settled := cut == 4; settled != (err == nil) {
					t.Fatalf("Rollback = %v", err)
				}
				asked.Status, asked.Attempt = execution.Running, r.state.Attempt
				r.state = asked // as the pass that was cut off has left it
				report := r.rollBack(execution.Request{})
				if report.Reverted != 3 || len(report.Failed) != 1 || r.state.Status != execution.RolledBack {
					t.Errorf("report %+v, status %s", report, r.state.Status)
				}
				if got := u.order(); got != want {
					t.Errorf("undone %s, want %s", got, want)
				}
				r.undoneOnce()
			})
		}
	}
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

func TestRetriesOfUndoings(t *testing.T) {
	t.Parallel()
	busy := func(after time.Duration) error { return &retry.Error{After: after, Err: errors.New("busy")} }
	for name, c := range map[string]struct {
		policy *execution.Retry
		undo   func(ctx context.Context, call connector.Call, nth int) error
		order  string
		delays string
		failed string
	}{
		"each has a budget of its own": {
			undo: func(_ context.Context, _ connector.Call, nth int) error {
				return map[bool]error{true: busy(0)}[nth < 3]
			},
			order:  "1 1 1 0 0 0",
			delays: "[500ms 1s 500ms 1s]",
		},
		"the budget is used up": {
			policy: &execution.Retry{MaxAttempts: 2, InitialDelayMs: -1, MaxDelayMs: -1},
			undo:   func(_ context.Context, call connector.Call, _ int) error { return map[int]error{1: busy(-1)}[call.Seq] },
			order:  "1 1 0", delays: "[0s]", failed: "x.do: busy",
		},
		"no retries": {
			policy: &execution.Retry{Off: true},
			undo:   func(_ context.Context, call connector.Call, _ int) error { return map[int]error{1: busy(0)}[call.Seq] },
			order:  "1 0", delays: "[]", failed: "x.do: busy",
		},
		"the policy says no": {
			policy: &execution.Retry{MaxAttempts: 3, ShouldRetry: `(c) => c.failure.message != "busy"`},
			undo:   func(_ context.Context, call connector.Call, _ int) error { return map[int]error{1: busy(0)}[call.Seq] },
			order:  "1 0", delays: "[]", failed: "x.do: busy",
		},
		"one that does not answer": {
			policy: &execution.Retry{MaxAttempts: 2, InitialDelayMs: 7, MaxDelayMs: 7},
			undo: func(ctx context.Context, call connector.Call, nth int) error {
				if call.Seq == 1 && nth == 1 {
					<-ctx.Done()
					return ctx.Err()
				}
				return nil
			},
			order: "1 1 0", delays: "[7ms]",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				u := newUndoer(c.undo)
				r := newRig(t, nil, u.named())
				r.run(`async () => { await x.do(0); await x.do(1) }`)
				r.askRollback()
				report := r.rollBack(execution.Request{Retry: c.policy})
				if got := u.order(); got != c.order {
					t.Errorf("undone %s, want %s", got, c.order)
				}
				if got := fmt.Sprint(r.delays); got != c.delays {
					t.Errorf("delays %s, want %s", got, c.delays)
				}
				if got := strings.TrimPrefix(report.Error, "rollback: 1 reverted, 1 failed: "); got != c.failed {
					t.Errorf("failed %q, want %q", got, c.failed)
				}
			})
		})
	}
}

// A drained rollback keeps what has ended; what was under way is repeated.
func TestDrainedRollbackIsTakenOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, drain := context.WithCancelCause(t.Context())
		u := newUndoer(func(c context.Context, call connector.Call, nth int) error {
			if call.Seq == 1 && nth == 1 {
				drain(ErrDrain)
				<-c.Done()
				return c.Err()
			}
			return nil
		})
		r := newRig(t, nil, u.named())
		r.run(`async () => { for (let i = 0; i < 3; i++) await x.do(i) }`)
		r.askRollback()
		res, err := r.undoPass(ctx, execution.Request{})
		if err != nil || res.Status != execution.Queued || res.Report.Reverted != 1 {
			t.Fatalf("%s, %+v, %v", res.Status, res.Report, err)
		}
		if report := r.rollBack(execution.Request{}); report.Reverted != 3 {
			t.Errorf("report %+v", report)
		}
		if got, want := u.order(), "2 1 1 0"; got != want {
			t.Errorf("undone %s, want %s", got, want)
		}
		r.undoneOnce()
	})
}

// A rollback that was superseded leaves, also when its connector does not listen.
func TestSupersededRollbackLeaves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, end := context.WithCancelCause(t.Context())
		free := make(chan struct{})
		u := newUndoer(func(context.Context, connector.Call, int) error {
			end(journal.ErrFenced)
			<-free
			return nil
		})
		r := newRig(t, nil, u.named())
		r.run(`async () => { await x.do(0); await x.do(1) }`)
		r.askRollback()
		if _, err := r.undoPass(ctx, execution.Request{}); !errors.Is(err, journal.ErrFenced) {
			t.Errorf("Rollback = %v, want ErrFenced", err)
		}
		close(free)
		if got, want := u.order(), "1"; got != want {
			t.Errorf("undone %s, want %s", got, want)
		}
	})
}

// A failure of an earlier rollback is tried again by the next one, also when that is
// cut off in the middle.
func TestSecondRollbackTriesWhatFailed(t *testing.T) {
	t.Parallel()
	u := newUndoer(func(_ context.Context, call connector.Call, nth int) error {
		if call.Seq == 1 && nth == 1 {
			return errors.New("stuck")
		}
		return nil
	})
	store := &cutStore{Store: journal.NewMem(), after: true}
	r := newRig(t, func(c *Config) { c.Store = store }, u.named())
	r.run(`async () => { await x.do(0); await x.do(1) }`)
	r.askRollback()
	if report := r.rollBack(execution.Request{}); report.Reverted != 1 || report.Error != "rollback: 1 reverted, 1 failed: x.do: stuck" {
		t.Errorf("report %+v", report)
	}
	r.askRollback()
	store.appends, store.cutAt = 0, 1
	if report := r.rollBack(execution.Request{}); report.Reverted != 1 || report.Error != "" {
		t.Errorf("report %+v", report)
	}
	if got, want := u.order(), "1 0 1"; got != want {
		t.Errorf("undone %s, want %s", got, want)
	}
}

// No undoing begins unless a record of this pass names it.
func TestNoUndoingWithoutItsRecord(t *testing.T) {
	t.Parallel()
	var r *rig
	u := newUndoer(func(_ context.Context, call connector.Call, _ int) error {
		records := r.records()
		last := records[len(records)-1]
		if !slices.Equal(last.Reverting, []int{call.Seq}) || last.Attempt != call.Attempt {
			return fmt.Errorf("the last record is %+v", last)
		}
		return nil
	})
	r = newRig(t, nil, u.named())
	r.run(`async () => { for (let i = 0; i < 3; i++) await x.do(i) }`)
	r.askRollback()
	if report := r.rollBack(execution.Request{}); report.Reverted != 3 {
		t.Errorf("report %+v", report)
	}
}

// A rollback of 100 calls on the journal in memory, beside a connector that answers at once.
func BenchmarkRollback100(b *testing.B) {
	u := newUndoer(nil)
	set, err := connector.NewSet(connector.SetConfig{Connectors: []connector.Named{u.named()}})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		b.StopTimer()
		store, key := journal.NewMem(), journal.Key{Runtime: "default", ID: execution.NewID(time.Now())}
		e, err := New(Config{Sandbox: &foretelling{}, Store: store, Connectors: set, Now: time.Now})
		if err != nil {
			b.Fatal(err)
		}
		in := applied(b, store, key, 100)
		b.StartTimer()
		res, err := e.Rollback(b.Context(), in)
		if err != nil || res.Report.Reverted != 100 {
			b.Fatalf("%+v, %v", res.Report, err)
		}
	}
}

// applied journals an execution of n applied calls and claims its rollback.
func applied(tb testing.TB, store journal.Store, key journal.Key, n int) Pass {
	tb.Helper()
	s := journal.State{Status: execution.Completed, Attempt: 1, Try: 1, Nonce: "n", Write: 1}
	rev, err := store.PutState(tb.Context(), key, s, 0)
	if err != nil {
		tb.Fatal(err)
	}
	var rec journal.Record
	rec.Attempt = 1
	for seq := range n {
		rec.Issued = append(rec.Issued, journal.Intent{Seq: seq, Connector: "x", Method: "do", Args: journal.NewValue(json.RawMessage(`{"n":1}`))})
		rec.Done = append(rec.Done, journal.Completion{Ref: journal.Ref{N: seq}, Mark: journal.MarkApplied, Result: journal.NewValue(json.RawMessage(`1`)), Attempt: 1})
	}
	if _, err := store.Append(tb.Context(), key, rev, 0, rec); err != nil {
		tb.Fatal(err)
	}
	s = s.Rollback("ann", time.Now())
	s.Status, s.Attempt, s.Write = execution.Running, 2, 2
	if rev, err = store.PutState(tb.Context(), key, s, rev); err != nil {
		tb.Fatal(err)
	}
	return Pass{Key: key, Claim: rev, State: s}
}

// leaver is a connector that has lost its methods, and counts who asks for them.
type leaver struct {
	*fake
	left  bool
	asked int
}

func (l *leaver) Describe() connector.Description {
	if l.left {
		return connector.Description{}
	}
	return l.fake.Describe()
}

func (l *leaver) Refresh(context.Context) error {
	l.asked++
	return nil
}

// Many calls of a method that is gone do not mean as many questions for it.
func TestRollbackAsksOnceForAMethodThatIsGone(t *testing.T) {
	t.Parallel()
	l := &leaver{fake: new(fake).on(connector.Method{Name: "do"}, answers(`1`))}
	u := newUndoer(nil)
	r := newRig(t, nil, u.named(), connector.Named{Name: "gone", Connector: l})
	r.want(r.run(`async () => { await x.do(0); for (let i = 0; i < 20; i++) await gone.do(i); return 1 }`), `1`)
	r.askRollback()
	l.left, l.asked = true, 0
	if report := r.rollBack(execution.Request{}); report.Reverted != 1 || l.asked != 1 {
		t.Errorf("report %+v after %d questions, want one of each", report, l.asked)
	}
}
