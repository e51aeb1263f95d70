package e2e

import (
	"context"
	"encoding/json"
	"slices"
	"testing"

	"github.com/reprise-run/reprise/internal/fixture"
	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/execution"
)

// Section 4: replay.

func TestB069AppliedCallIsNotRunAgain(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.paused(`async () => { const before = await items.list_items(); await items.create_item({title: "x"}); return {before, after: await items.list_items()} }`)
	r.completed(r.approve(o.ExecutionID), `{"before": [], "after": [{"title": "x"}]}`)
	r.runs(map[string]int{"list_items": 2, "create_item": 1})
}

func TestB070EveryAppliedEntryIsReplayed(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.paused(`async () => {
		const all = [await items.checkpoint_read(), await items.add_note("n"), await items.create_item({title: "a"}), await codemode.step("s", () => 7)]
		await items.create_item({title: "b"})
		return all
	}`)
	o = r.approve(o.ExecutionID)
	r.status(o, execution.Paused)
	o = r.approve(o.ExecutionID)
	r.completed(o, `[{"reads": 1}, {"index": 0}, {"id": 1, "title": "a"}, 7]`)
	r.runs(map[string]int{"checkpoint_read": 1, "add_note": 1, "create_item": 2})
	for _, e := range o.Calls[:4] {
		if !e.Replayed {
			t.Errorf("entry %+v was not replayed", e)
		}
	}
}

// A call whose executor died while it was made is made again, with its key. An
// approved one needs no other approval.
func TestB071CallOfADeadExecutor(t *testing.T) {
	t.Parallel()
	for name, gated := range map[string]bool{"ungated": false, "approved": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, h := newRig(t), newHeld(t)
			pay := method("pay", func(ctx context.Context, _ connector.Call, n int) (json.RawMessage, error) {
				if n == 1 {
					_ = h.wait(ctx, true)
				}
				return json.RawMessage(`"paid"`), nil
			})
			pay.RequiresApproval = gated
			own, named := newTools("own", pay)
			kill := r.startMortal(quickTakeover, named)
			id := r.begin(execution.Request{Code: `async () => [await items.echo(1), await own.pay()]`})
			if gated {
				r.reach(id, execution.Paused)
				go func() { _, _ = r.raw("approve", `{"id": "`+string(id)+`", "wait": false}`) }()
			}
			until(t, "the call", h.entered)
			kill()
			r.start(quickTakeover, named)
			rec := r.reach(id, execution.Completed)
			equalJSON(t, "result", rec.Result, `[1, "paid"]`)
			made := own.Calls("pay")
			if key := string(id) + ":1"; len(made) != 2 || made[0].IdempotencyKey != key || made[1].IdempotencyKey != key {
				t.Errorf("made %+v", made)
			}
			r.runs(map[string]int{"echo": 1})
		})
	}
}

// What happens to such a call is its method's choice.
func TestB071OnUnknown(t *testing.T) {
	t.Parallel()
	r, h := newRig(t), newHeld(t)
	pay := method("pay", func(ctx context.Context, _ connector.Call, _ int) (json.RawMessage, error) {
		return json.RawMessage(`"paid"`), h.wait(ctx, true)
	})
	pay.OnUnknown = connector.OnUnknownFail
	own, named := newTools("own", pay)
	kill := r.startMortal(quickTakeover, named)
	id := r.begin(execution.Request{Code: `async () => { try { return await own.pay() } catch (e) { return e.name } }`})
	until(t, "the call", h.entered)
	kill()
	r.start(quickTakeover, named)
	equalJSON(t, "result", r.reach(id, execution.Completed).Result, `"UnknownOutcomeError"`)
	if own.Runs("pay") != 1 {
		t.Errorf("ran %d times, want 1", own.Runs("pay"))
	}
}

// A failed call is a value: a caught error is replayed, and the call is not made again.
func TestB072CaughtErrorIsReplayed(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.paused(`async () => { let m; try { await items.boom() } catch (e) { m = e.name + ": " + e.message } await items.create_item({}); return m }`)
	r.completed(r.approve(o.ExecutionID), `"Error: connector boom"`)
	r.runs(map[string]int{"boom": 1})
}

func TestB073NoValueIsReplayedAsSuch(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.paused(`async () => { const v = await items.nothing(); const w = await items.echo(null); await items.create_item({}); return [typeof v, w === null] }`)
	r.completed(r.approve(o.ExecutionID), `["undefined", true]`)
	r.runs(map[string]int{"nothing": 1})
}

// A replay that ends before it came to all recorded calls has left the recorded path.
func TestB074ReplayWithFewerCallsDiverges(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.paused(`async () => { const r = await items.read_counter(); if (r.reads === 1) await items.create_item({}); return "early" }`)
	o = r.approve(o.ExecutionID)
	r.failed(o, "divergence at seq 1: recorded items.create_item, but the code ended without calling it")
	r.entries(o.Calls, "items.read_counter applied items.create_item pending")
	r.runs(map[string]int{"create_item": 0})
}

func TestB075SameIDAndStoredSource(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.paused(gated)
	got := r.approve(o.ExecutionID)
	if got.ExecutionID != o.ExecutionID || r.get(o.ExecutionID).Code != gated {
		t.Errorf("id %s, want %s", got.ExecutionID, o.ExecutionID)
	}
}

// With another executor and fresh connectors an execution goes on where it was.
func TestB076AnotherExecutorGoesOn(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	stop := r.start(nil)
	const code = `async () => {
		const before = await items.list_items()
		const bytes = await items.get_bytes()
		const created = await items.create_item({title: "x"})
		return {beforeCount: before.length, bytes: Array.from(bytes), created}
	}`
	o := r.paused(code)
	stop()
	r.items = new(fixture.Items)
	r.start(nil)
	if p := r.pending(""); len(p) != 1 || p[0].ExecutionID != o.ExecutionID {
		t.Fatalf("pending %+v", p)
	}
	r.completed(r.approve(o.ExecutionID), `{"beforeCount": 0, "bytes": [1, 2, 3, 4, 5], "created": {"id": 1, "title": "x"}}`)
	r.runs(map[string]int{"list_items": 0, "get_bytes": 0, "create_item": 1})
}

// The same with scripts in worker processes.
func TestB076AnotherExecutorGoesOnInAWorker(t *testing.T) {
	t.Parallel()
	r, workers := newRig(t), inWorkers(t)
	stop := r.start(workers)
	o := r.paused(`async () => { const before = await items.checkpoint_read(); const drawn = [Math.random(), crypto.randomUUID(), Date.now()]; await items.create_item({drawn}); return before }`)
	stop()
	r.items = new(fixture.Items)
	r.start(workers)
	r.completed(r.approve(o.ExecutionID), `{"reads": 1}`)
	r.runs(map[string]int{"checkpoint_read": 0, "create_item": 1})
}

func TestB077AnotherExecutorRejects(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	stop := r.start(nil)
	o := r.paused(gated)
	stop()
	r.items = new(fixture.Items)
	r.start(nil)
	w := r.watch(o.ExecutionID)
	if !r.reject(o.ExecutionID, 1) {
		t.Fatal("not rejected")
	}
	if got, want := w.statuses(t, execution.EventDispose, 1), []execution.Status{execution.Rejected}; !slices.Equal(got, want) {
		t.Errorf("disposed with %s, want %s", got, want)
	}
	if p := r.pending(""); len(p) != 0 || len(r.items.Created()) != 0 {
		t.Errorf("pending %+v, created %s", p, r.items.Created())
	}
}
