package engine

import (
	"context"
	"encoding/json"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// A pass that has ended invokes nothing: its execution may be with another
// executor by then. The clock holds the call up between its record and itself.
func TestNoCallStartsAfterThePassHasEnded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var recorded, looks atomic.Int32
		free := make(chan struct{})
		ctx, end := context.WithCancelCause(t.Context())
		gone := errors.New("heartbeat lost")
		store := &tellStore{Store: journal.NewMem(), onAppend: func(int, journal.Record) { recorded.Store(1) }}
		r := newRig(t, func(c *Config) {
			c.Store = store
			c.Now = func() time.Time {
				if recorded.Load() == 1 && looks.Add(1) == 2 { // the call's own look at the age of its record
					end(gone)
					<-free
				}
				return time.Now()
			}
		})
		_, err := r.pass(ctx, execution.Request{Code: `items.add_note("late")`})
		if !errors.Is(err, gone) {
			t.Errorf("Run = %v, want %v", err, gone)
		}
		close(free)
		synctest.Wait()
		if n := r.items.Runs("add_note"); n != 0 {
			t.Errorf("add_note ran %d times after the pass", n)
		}
	})
}

// slowStore takes a while for a record, and writes it whatever comes meanwhile:
// the answer is lost when the context has ended by then.
type slowStore struct {
	journal.Store
	slow  bool
	begun func()
}

func (s *slowStore) Append(ctx context.Context, key journal.Key, claim journal.Revision, n int, r journal.Record) (int, error) {
	if s.slow && n > 0 {
		s.begun()
		time.Sleep(20 * time.Millisecond)
	}
	next, err := s.Store.Append(context.WithoutCancel(ctx), key, claim, n, r)
	if err == nil && ctx.Err() != nil {
		return n, context.Cause(ctx)
	}
	return next, err
}

// A drain during a write keeps what that record holds and what came after it.
func TestDrainDuringAWriteLosesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var paid atomic.Int32
		free := make(chan struct{})
		x := new(fake).on(connector.Method{Name: "pay"}, func(context.Context, connector.Call) (json.RawMessage, error) {
			<-free
			paid.Add(1)
			return json.RawMessage(`"paid"`), nil
		})
		ctx, end := context.WithCancelCause(t.Context())
		store := &slowStore{Store: journal.NewMem(), slow: true}
		store.begun = func() {
			close(free)
			synctest.Wait() // pay has arrived
			end(ErrDrain)
		}
		r := newRig(t, func(c *Config) { c.Store = store }, x.named())
		request := execution.Request{Code: `async () => (await Promise.all([x.pay(), items.echo(1).then(() => items.echo(2))]))[0]`}
		res, err := r.pass(ctx, request)
		if err != nil || res.Status != execution.Queued {
			t.Fatalf("got %s %q, %v, want queued", res.Status, res.Error, err)
		}
		store.slow = false
		if res, err = r.pass(t.Context(), request); err != nil {
			t.Fatal(err)
		}
		r.want(res, `"paid"`)
		if n := paid.Load(); n != 1 {
			t.Errorf("pay ran %d times, want 1: it had arrived before the drain was over", n)
		}
	})
}

// A failure that was replayed is acted on as one that was live.
func TestReplayedFailureThatTheCodeActedOnStays(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	res := r.execute(execution.Request{
		Code:  `async () => { try { await items.boom() } catch (e) { await items.retry_once(); throw e } }`,
		Retry: &execution.Retry{MaxAttempts: 5, InitialDelayMs: -1, MaxDelayMs: -1, On: []execution.Kind{execution.KindError, execution.KindRetryable}},
	})
	if res.Status != execution.Error || res.Failure.Reason != execution.ReasonCall || r.items.Runs("boom") != 1 {
		t.Errorf("got %s %q, boom ran %d times, want the call's own error", res.Status, res.Error, r.items.Runs("boom"))
	}
}
