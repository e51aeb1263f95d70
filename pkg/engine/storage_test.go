package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/retry"
)

// troubled is a store that is out of reach for the operation named.
type troubled struct {
	journal.Store
	appends, load, resolve bool
	err                    error // returned at once; nil: when the context ends, as promised
}

func (s *troubled) trouble(ctx context.Context) error {
	if s.err != nil {
		return s.err
	}
	<-ctx.Done()
	return fmt.Errorf("bucket full: %w", context.Cause(ctx))
}

func (s *troubled) Append(ctx context.Context, key journal.Key, claim journal.Revision, n int, r journal.Record) (int, error) {
	if s.appends {
		return n, s.trouble(ctx)
	}
	return s.Store.Append(ctx, key, claim, n, r)
}

func (s *troubled) Load(ctx context.Context, key journal.Key, claim journal.Revision) ([]journal.Record, error) {
	if s.load {
		return nil, s.trouble(ctx)
	}
	return s.Store.Load(ctx, key, claim)
}

func (s *troubled) Resolve(ctx context.Context, key journal.Key, v journal.Value) (json.RawMessage, error) {
	if s.resolve {
		return nil, s.trouble(ctx)
	}
	return s.Store.Resolve(ctx, key, v)
}

// Trouble of the storage is no outcome of an execution: nothing is settled.
func TestStorageTroubleIsNoOutcome(t *testing.T) {
	t.Parallel()
	full := errors.New("no quorum")
	for name, tt := range map[string]struct {
		trouble troubled
		want    error
	}{
		"a record, until the timeout":   {troubled{appends: true}, ErrStorage},
		"a record, at once":             {troubled{appends: true, err: full}, ErrStorage},
		"a record, superseded":          {troubled{appends: true, err: journal.ErrFenced}, journal.ErrFenced},
		"the journal":                   {troubled{load: true, err: full}, ErrStorage},
		"the journal, superseded":       {troubled{load: true, err: journal.ErrFenced}, journal.ErrFenced},
		"the journal, corrupt":          {troubled{load: true, err: journal.ErrCorrupt}, journal.ErrCorrupt},
		"a value, until the timeout":    {troubled{resolve: true}, ErrStorage},
		"a value that cannot be found":  {troubled{resolve: true, err: journal.ErrNotFound}, ErrStorage},
		"a value, of a superseded pass": {troubled{resolve: true, err: journal.ErrFenced}, journal.ErrFenced},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				store := &troubled{Store: journal.NewMem()}
				r := newRig(t, func(c *Config) { c.Store = store })
				request := execution.Request{
					Code:      `async () => { try { await items.echo(1); await items.retry_once(); await items.add_note("x") } catch { return "caught" } }`,
					TimeoutMs: 30,
				}
				if _, err := r.pass(t.Context(), request); err != nil {
					t.Fatalf("first pass: %v", err)
				}
				tt.trouble.Store = store.Store
				*store = tt.trouble
				res, err := r.pass(t.Context(), request)
				if !errors.Is(err, tt.want) || res.Status != "" {
					t.Errorf("got %s %q, %v, want %v alone", res.Status, res.Error, err, tt.want)
				}
				if n := r.items.Runs("add_note"); n != 0 {
					t.Errorf("add_note ran %d times", n)
				}
				*store = troubled{Store: store.Store}
				r.rev = r.revision()
				if res, err = r.pass(t.Context(), request); err != nil || res.Status != execution.Completed {
					t.Errorf("afterwards: %s %q, %v, want completed", res.Status, res.Error, err)
				}
			})
		})
	}
}

func (r *rig) revision() journal.Revision {
	stored, err := r.store.State(r.t.Context(), r.key)
	if err != nil {
		r.t.Fatalf("read state: %v", err)
	}
	return stored.Revision
}

// A journal that is slow but works does not hide that the pass has timed out.
func TestTimeoutDuringAWriteIsATimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &tellStore{Store: journal.NewMem(), onAppend: func(int, journal.Record) { time.Sleep(20 * time.Millisecond) }}
		r := newRig(t, func(c *Config) { c.Store = store })
		res, err := r.pass(t.Context(), execution.Request{Code: `async () => { for (;;) await items.echo(1) }`, TimeoutMs: 110})
		if err != nil || res.Status != execution.Error || res.Failure.Kind != execution.KindTimeout {
			t.Errorf("got %s %+v, %v, want a timeout", res.Status, res.Failure, err)
		}
		if n := r.items.Runs("echo"); n != 5 { // the sixth record was under way
			t.Errorf("echo ran %d times, want 5", n)
		}
	})
}

func TestEndOfTheContextIsNoOutcome(t *testing.T) {
	t.Parallel()
	gone := errors.New("heartbeat lost")
	ctx, end := context.WithCancelCause(t.Context())
	x := new(fake).on(connector.Method{Name: "hang"}, func(ctx context.Context, _ connector.Call) (json.RawMessage, error) {
		end(gone)
		<-ctx.Done()
		return nil, ctx.Err()
	})
	r := newRig(t, nil, x.named())
	res, err := r.pass(ctx, execution.Request{Code: `async () => { try { await x.hang() } finally { await items.add_note("x") } }`})
	if !errors.Is(err, gone) || res.Status != "" || r.items.Runs("add_note") != 0 {
		t.Errorf("got %s, %v, want %v alone", res.Status, err, gone)
	}
}

// A drained pass hands over what has arrived; its next pass goes on from there.
func TestDrainedPassIsTakenOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var hangs atomic.Int32
		x := new(fake).on(connector.Method{Name: "hang"}, func(ctx context.Context, _ connector.Call) (json.RawMessage, error) {
			if hangs.Add(1) > 1 {
				return json.RawMessage(`"done"`), nil
			}
			<-ctx.Done()
			return nil, ctx.Err()
		})
		r := newRig(t, nil, x.named())
		request := execution.Request{Code: `async () => { const a = await items.add_note("a"); return [a, await Promise.all([x.hang(), items.add_note("b")])] }`}
		ctx, end := context.WithCancelCause(t.Context())
		notes := 0
		o := held(r, "add_note", func() {
			if notes++; notes == 2 { // heard, and in no record yet
				synctest.Wait()
				end(ErrDrain)
			}
		})
		res, err := r.watched(ctx, o, request)
		if err != nil || res.Status != execution.Queued || res.Error != "" || res.Failure != nil {
			t.Fatalf("got %s %q, %v, want queued", res.Status, res.Error, err)
		}
		if res.Carry == nil || len(res.Carry.Done) != 1 || res.Carry.Done[0].N != 2 || res.Carry.After != len(r.records()) {
			t.Errorf("carry %+v, want the completion of seq 2 after %d records", res.Carry, len(r.records()))
		}
		if got := fmt.Sprint(r.states()); got != "[items.add_note applied x.hang unknown items.add_note applied]" {
			t.Errorf("entries %s", got)
		}
		if res, err = r.pass(t.Context(), request); err != nil {
			t.Fatal(err)
		}
		r.want(res, `[{"index":0},["done",{"index":1}]]`)
		if r.state.Try != 1 || hangs.Load() != 2 || r.items.Runs("add_note") != 2 {
			t.Errorf("try %d, hang ran %d times, add_note %d times, want 1, 2 and 2", r.state.Try, hangs.Load(), r.items.Runs("add_note"))
		}
	})
}

// What arrived with the drain, and no turn has taken, is kept as well.
func TestDrainKeepsWhatHasArrived(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		free := make(chan struct{})
		x := new(fake)
		for name, err := range map[string]error{"ok": nil, "fail": errors.New("failed"), "busy": retry.After(0, errors.New("busy"))} {
			x.on(connector.Method{Name: name}, func(context.Context, connector.Call) (json.RawMessage, error) {
				<-free
				return nil, err
			})
		}
		r := newRig(t, nil, x.named())
		ctx, end := context.WithCancelCause(t.Context())
		o := held(r, "echo", func() {
			close(free)
			synctest.Wait()
			end(ErrDrain)
		})
		res, err := r.watched(ctx, o, execution.Request{Code: `() => Promise.all([items.echo(1), x.ok(), x.fail(), x.busy()])`})
		if err != nil || res.Status != execution.Queued {
			t.Fatalf("got %s %q, %v, want queued", res.Status, res.Error, err)
		}
		if got := fmt.Sprint(r.states()); got != "[items.echo applied x.ok applied x.fail failed x.busy executing]" {
			t.Errorf("entries %s", got)
		}
	})
}
