package executor

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/fixture"
	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
)

// keeper is a connector that hears of ends. No code in these tests calls it.
type keeper struct {
	connector.Connector
	during func(context.Context)
	items  *fixture.Items // whose aborted calls are looked at

	mu    sync.Mutex // guards the fields below
	heard []string
	ids   []execution.ID
}

func (k *keeper) PassEnd(ctx context.Context, e connector.End) { k.hear(ctx, "pass_end", e) }
func (k *keeper) Dispose(ctx context.Context, e connector.End) { k.hear(ctx, "dispose", e) }

func (k *keeper) hear(ctx context.Context, hook string, e connector.End) {
	k.mu.Lock()
	k.heard = append(k.heard, fmt.Sprintf("%s %s %d", hook, e.Status, e.Attempt))
	k.ids = append(k.ids, e.ExecutionID)
	if k.items != nil {
		k.heard = append(k.heard, fmt.Sprintf("aborts %d", k.items.Aborts()))
	}
	k.mu.Unlock()
	if k.during != nil {
		k.during(ctx)
	}
}

// until waits for so many calls and returns them.
func (k *keeper) until(t *testing.T, n int) []string {
	t.Helper()
	var all []string
	natstest.Eventually(t, fmt.Sprintf("%d hooks", n), func() bool {
		k.mu.Lock()
		defer k.mu.Unlock()
		all = slices.Clone(k.heard)
		return len(all) >= n
	})
	return all
}

// keeping runs an executor that has the connector items and a keeper.
func keeping(t *testing.T, k *keeper) (c *control.Client, s *stream.Stream, stop func()) {
	t.Helper()
	srv, items := natstest.Run(t), new(fixture.Items)
	if k.items != nil {
		items = k.items
	}
	k.Connector = new(fixture.Items)
	set, err := connector.NewSet(connector.SetConfig{Connectors: []connector.Named{
		{Name: "items", Connector: items}, {Name: "keeper", Connector: k},
	}})
	if err != nil {
		t.Fatal(err)
	}
	stop = start(t, srv.Conn(), items, func(c *Config) { c.Connectors = set })
	if s, err = stream.Open(t.Context(), srv.Conn(), stream.Config{}); err != nil {
		t.Fatal(err)
	}
	return client(t, srv.Conn()), s, stop
}

func TestConnectorsHearHowExecutionsEnd(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		request execution.Request
		want    []string
	}{
		"completed": {execution.Request{Code: `() => 1`}, []string{"pass_end completed 1", "dispose completed 1"}},
		"error":     {execution.Request{Code: `() => { throw new Error("no") }`}, []string{"pass_end error 1", "dispose error 1"}},
		"retry":     {execution.Request{Code: `async () => items.retry_once()`}, []string{"pass_end retrying 1", "pass_end completed 2", "dispose completed 2"}},
		"refused":   {execution.Request{Code: `1`, Connectors: []string{"absent"}}, []string{"dispose error 0"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := new(keeper)
			c, _, stop := keeping(t, k)
			out := execute(t, c, tt.request)
			stop() // the drain waits for hooks: what was heard is all there is
			if got := k.until(t, 0); !slices.Equal(got, tt.want) {
				t.Errorf("heard %q, want %q", got, tt.want)
			}
			for _, id := range k.ids {
				if id != out.ExecutionID {
					t.Errorf("heard of %s, want %s", id, out.ExecutionID)
				}
			}
		})
	}
}

// A pause ends a pass, and disposes of nothing; what follows it does, once.
func TestAPauseIsNoEnd(t *testing.T) {
	t.Parallel()
	k := new(keeper)
	c, s, stop := keeping(t, k)
	out := execute(t, c, execution.Request{Code: `async () => items.create_item({title: "z"})`})
	if out.Status != execution.Paused {
		t.Fatalf("outcome %+v, want paused", out)
	}
	if got := k.until(t, 1); !slices.Equal(got, []string{"pass_end paused 1"}) {
		t.Errorf("after the pause heard %q", got)
	}
	approve(t, s, out.ExecutionID)
	ctx, cancel := context.WithTimeout(t.Context(), natstest.StartWait)
	defer cancel()
	natstest.Eventually(t, "the end", func() bool {
		r, err := c.Get(ctx, out.ExecutionID)
		return err == nil && r.Status == execution.Completed
	})
	stop()
	if got, want := k.until(t, 0), []string{"pass_end paused 1", "pass_end completed 2", "dispose completed 2"}; !slices.Equal(got, want) {
		t.Errorf("heard %q, want %q", got, want)
	}
}

// approve lets the first call of a paused execution go ahead, as its journal says it
// after an approval.
func approve(t *testing.T, s *stream.Stream, id execution.ID) {
	t.Helper()
	key := journal.Key{Runtime: execution.DefaultRuntime, ID: id}
	stored, _, records, err := s.View(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	st := stored.State
	st.Status, st.Pending, st.Nonce = execution.Queued, nil, "approver"
	rev, err := s.Journal().PutState(t.Context(), key, st, stored.Revision)
	if err != nil {
		t.Fatal(err)
	}
	started := journal.Record{Attempt: st.Attempt, At: time.Now().UnixMilli(), Started: []int{0}}
	if _, err := s.Journal().Append(t.Context(), key, rev, len(records), started); err != nil {
		t.Fatal(err)
	}
	if err := s.Wake(t.Context(), key, stream.WakeApproved, rev); err != nil {
		t.Fatal(err)
	}
}

// The contexts of calls end before the hooks are called.
func TestHooksComeAfterTheContextsOfCalls(t *testing.T) {
	t.Parallel()
	k := &keeper{items: new(fixture.Items)}
	c, _, stop := keeping(t, k)
	out := execute(t, c, execution.Request{Code: `async () => items.abortable_slow_once()`, TimeoutMs: 3000})
	if out.Status != execution.Error || out.Failure == nil || out.Failure.Kind != execution.KindTimeout {
		t.Fatalf("outcome %+v, want a timeout", out)
	}
	stop()
	if got, want := k.until(t, 0), []string{"pass_end error 1", "aborts 1", "dispose error 1", "aborts 1"}; !slices.Equal(got, want) {
		t.Errorf("heard %q, want %q", got, want)
	}
}

func TestAHookThatPanicsChangesNothing(t *testing.T) {
	t.Parallel()
	k := &keeper{during: func(context.Context) { panic("no") }}
	c, _, stop := keeping(t, k)
	if out := execute(t, c, execution.Request{Code: `() => 1`}); out.Status != execution.Completed || string(out.Result) != "1" {
		t.Errorf("outcome %+v", out)
	}
	stop()
	if got, want := k.until(t, 0), []string{"pass_end completed 1", "dispose completed 1"}; !slices.Equal(got, want) {
		t.Errorf("heard %q, want %q", got, want)
	}
}

// A hook that takes its time holds up neither an outcome, nor an ack, nor a slot; the
// end of the executor waits for it.
func TestAHookThatHangsHoldsNothingUp(t *testing.T) {
	t.Parallel()
	release, called := make(chan struct{}), make(chan context.Context, 100)
	var ended atomic.Int64
	k := &keeper{during: func(ctx context.Context) { called <- ctx; <-release; ended.Add(1) }}
	c, s, stop := keeping(t, k)
	var n int64
	for late := false; n < 20 || late; n++ { // more than there are slots
		if n == 25 { // a machine that stands still makes one of them late, not all
			t.Fatal("the acks come when the hook's time is over")
		}
		if out := execute(t, c, execution.Request{Code: `() => 1`}); out.Status != execution.Completed || string(out.Result) != "1" {
			t.Fatalf("outcome %+v", out)
		}
		hook := <-called
		natstest.Eventually(t, "the ack", func() bool {
			queue, err := s.JetStream().Stream(t.Context(), stream.StreamName)
			return err == nil && queue.CachedInfo().State.Msgs == 0
		})
		late = hook.Err() != nil
	}
	time.AfterFunc(300*time.Millisecond, func() { close(release) }) // the passes have drained long before
	stop()
	if got := ended.Load(); got != 2*n {
		t.Errorf("%d hooks have ended with the executor, want %d", got, 2*n)
	}
}

// What a person ends is told to connectors too. No pass has ended then.
func TestConnectorsHearWhatAPersonEnds(t *testing.T) {
	t.Parallel()
	const paused = "pass_end paused 1"
	for name, c := range map[string]struct {
		end  func(context.Context, *control.Client, execution.ID) error
		want []string
	}{
		"reject": {func(ctx context.Context, c *control.Client, id execution.ID) error {
			_, err := c.Reject(ctx, id, nil, "", "ann")
			return err
		}, []string{paused, "dispose rejected 1"}},
		"cancel": {func(ctx context.Context, c *control.Client, id execution.ID) error {
			_, err := c.Cancel(ctx, id, false, "ann")
			return err
		}, []string{paused, "dispose cancelled 1"}},
		"rollback": {func(ctx context.Context, c *control.Client, id execution.ID) error {
			_, err := c.Rollback(ctx, id, "ann")
			return err
		}, []string{paused, "dispose rolled_back 2"}},
		"expire": {func(ctx context.Context, c *control.Client, _ execution.ID) error {
			for { // one that was changed in this very millisecond is not older than 0 ms
				if ids, err := c.Expire(ctx, 0); err != nil || len(ids) > 0 {
					return err
				}
			}
		}, []string{paused, "dispose rejected 1"}},
		"delete": {func(ctx context.Context, c *control.Client, id execution.ID) error {
			return c.Delete(ctx, id)
		}, []string{paused, "dispose rejected 1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := new(keeper)
			client, _, _ := keeping(t, k)
			o, err := client.Execute(t.Context(), execution.Request{Code: `async () => { await items.add_note("a"); await items.create_item({title: "b"}) }`}, control.Follow{})
			if err != nil || o.Status != execution.Paused {
				t.Fatalf("execute: %s, %v", o.Status, err)
			}
			k.until(t, 1)
			if err := c.end(t.Context(), client, o.ExecutionID); err != nil {
				t.Fatal(err)
			}
			if got := k.until(t, len(c.want)); !slices.Equal(got, c.want) {
				t.Errorf("heard %v, want %v", got, c.want)
			}
		})
	}
}
