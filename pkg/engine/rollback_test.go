package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

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
