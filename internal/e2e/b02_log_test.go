package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// Section 2: the log of calls.

// An entry is executing from the record that names it until its result is stored.
func TestB036B039StatesOfAnEntry(t *testing.T) {
	t.Parallel()
	h := newHeld(t)
	r := newRig(t)
	_, own := newTools("own", method("hold", func(ctx context.Context, _ connector.Call, _ int) (json.RawMessage, error) {
		return json.RawMessage(`1`), h.wait(ctx, true)
	}))
	r.start(nil, own)
	id := r.begin(execution.Request{Code: `async () => { await items.echo(0); await own.hold(); try { await items.boom() } catch {} await items.create_item({}) }`})
	until(t, "the call", h.entered)
	rec := r.get(id)
	r.entries(rec.Calls, "items.echo applied own.hold executing")
	if e := rec.Calls[1]; e.Result != nil || e.FinishedAt != nil || e.StartedAt == nil {
		t.Errorf("entry %+v", e)
	}
	h.free()
	rec = r.reach(id, execution.Paused)
	r.entries(rec.Calls, "items.echo applied own.hold applied items.boom failed items.create_item pending")
	if !r.reject(id, 3) {
		t.Error("not rejected")
	}
	r.entries(r.get(id).Calls, "items.echo applied own.hold applied items.boom failed items.create_item reverted")
}

func TestLog(t *testing.T) {
	t.Parallel()
	rows(t, up(t), []row{
		{name: "B037 seqs count calls and steps", code: `async () => { await items.echo("a"); await codemode.step("s", () => 1); await Promise.all([items.echo("b"), items.echo("c")]) }`,
			result: `null`, calls: "items.echo applied __step.s applied items.echo applied items.echo applied",
			check: func(t *testing.T, _ *rig, o execution.Outcome) {
				for i, want := range []string{`"a"`, ``, `"b"`, `"c"`} {
					if e := o.Calls[i]; e.Seq != i || string(e.Args) != want {
						t.Errorf("call %d is %+v", i, e)
					}
				}
			}},
		{name: "B040 entry of a step", code: `async () => await codemode.step("s", () => ({a: 1}))`, result: `{"a": 1}`, calls: "__step.s applied",
			check: func(t *testing.T, _ *rig, o execution.Outcome) {
				if e := o.Calls[0]; e.Connector != execution.StepConnector || e.Method != "s" {
					t.Errorf("entry %+v", e)
				}
				equalJSON(t, "result", o.Calls[0].Result, `{"a": 1}`)
			}},
		{name: "B045 entry of a call that threw", code: `async () => { await items.boom() }`, fails: []string{"connector boom"}, calls: "items.boom failed",
			check: func(t *testing.T, r *rig, o execution.Outcome) {
				if e := r.get(o.ExecutionID).Calls[0]; e.Error == nil || e.Error.Message != "connector boom" || e.State != execution.Failed {
					t.Errorf("entry %+v", e)
				}
			}},
	})
}

func TestB041MarksOfAnEntry(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.paused(`async () => { await items.echo(1); await items.read_counter(); await items.create_item({}) }`)
	for i, want := range []struct{ gated, ephemeral bool }{{false, false}, {false, true}, {true, false}} {
		if e := o.Calls[i]; e.RequiresApproval != want.gated || e.Ephemeral != want.ephemeral {
			t.Errorf("entry %+v, want %+v", e, want)
		}
		if text, err := json.Marshal(o.Calls[i]); err != nil || want.ephemeral != slices.Contains(keys(t, text), "ephemeral") {
			t.Errorf("entry %s, %v", text, err)
		}
	}
}

func keys(t *testing.T, object json.RawMessage) []string {
	t.Helper()
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(object, &fields); err != nil {
		t.Fatalf("%s: %v", object, err)
	}
	var all []string
	for k := range fields {
		all = append(all, k)
	}
	return all
}

func TestB042RecordOfAnExecution(t *testing.T) {
	t.Parallel()
	r := up(t)
	const code = `async (x) => { console.log("l"); await items.echo(x); return 7 }`
	before := time.Now().Truncate(time.Millisecond)
	o := r.request(execution.Request{Code: code, Input: json.RawMessage(`5`)})
	rec := r.get(o.ExecutionID)
	if rec.ExecutionID != o.ExecutionID || rec.Code != code || rec.Status != execution.Completed || string(rec.Result) != "7" || string(rec.Input) != "5" {
		t.Errorf("record %+v", rec)
	}
	r.entries(rec.Calls, "items.echo applied")
	if !slices.Equal(rec.Logs, []string{"l"}) || !slices.Equal(rec.Connectors, []string{"items"}) {
		t.Errorf("logs %q, connectors %q", rec.Logs, rec.Connectors)
	}
	if rec.CreatedAt.Before(before) || rec.UpdatedAt.Before(rec.CreatedAt) || rec.UpdatedAt.After(time.Now()) {
		t.Errorf("created %v, updated %v", rec.CreatedAt, rec.UpdatedAt)
	}
	if rec := r.get(r.run(`async () => { throw new Error("x") }`).ExecutionID); rec.Error == "" || rec.Result != nil {
		t.Errorf("error %q, result %s", rec.Error, rec.Result)
	}
}

// The words that an execution's status may be, and which of them are an end.
func TestB043Statuses(t *testing.T) {
	t.Parallel()
	ends := []execution.Status{execution.Completed, execution.Error, execution.Rejected, execution.Cancelled, execution.RolledBack}
	for _, s := range []execution.Status{
		"queued", "running", "retrying", "sleeping", "waiting", "paused", "completed", "error", "rejected", "cancelled", "rolled_back",
	} {
		if !s.Valid() || !slices.Contains(execution.Statuses(), s) || s.Terminal() != slices.Contains(ends, s) {
			t.Errorf("%s: valid %v, terminal %v", s, s.Valid(), s.Terminal())
		}
	}
	if n := len(execution.Statuses()); n != 11 {
		t.Errorf("%d statuses, want 11", n)
	}
}

func TestB044ListIsNewestFirst(t *testing.T) {
	t.Parallel()
	r := up(t)
	var want []execution.ID
	for i := range 3 {
		want = append(want, r.run(fmt.Sprint(i)).ExecutionID)
	}
	slices.Reverse(want)
	for limit, most := range map[int]int{0: 3, 2: 2, 10: 3} {
		l, err := r.client.List(t.Context(), control.ListQuery{Limit: limit})
		if err != nil {
			t.Fatal(err)
		}
		var got []execution.ID
		for _, e := range l.Executions {
			got = append(got, e.ExecutionID)
		}
		if !slices.Equal(got, want[:most]) {
			t.Errorf("limit %d: %s, want %s", limit, got, want[:most])
		}
	}
	if got, err := r.raw("list", `{"limit": 0}`); err != nil || string(got["executions"]) != "[]" {
		t.Errorf("limit 0: %s, %v", got["executions"], err)
	}
}

// An outcome shows the lines of its pass; those of earlier passes are kept with their
// attempt.
func TestB046LinesOfEarlierPasses(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.paused(`async () => { console.log("before"); await items.create_item({}); console.log("after") }`)
	if !slices.Equal(o.Logs, []string{"before"}) {
		t.Errorf("logs of the pause %q", o.Logs)
	}
	o = r.approve(o.ExecutionID)
	if want := []string{"before", "after"}; !slices.Equal(o.Logs, want) || !slices.Equal(r.get(o.ExecutionID).Logs, want) {
		t.Errorf("logs %q, want %q", o.Logs, want)
	}
	var kept []journal.PassLogs
	if err := json.Unmarshal(r.state(o.ExecutionID).State.Logs.JSON, &kept); err != nil {
		t.Fatal(err)
	}
	if len(kept) != 2 || kept[0].Attempt != 1 || kept[1].Attempt != 2 || !slices.Equal(kept[0].Lines, []string{"before"}) {
		t.Errorf("kept %+v", kept)
	}
}

// state reads the summary of an execution from the journal.
func (r *rig) state(id execution.ID) journal.Stored {
	r.t.Helper()
	stored, err := r.stream().Journal().State(r.t.Context(), journal.Key{Runtime: r.client.Runtime(), ID: id})
	if err != nil {
		r.t.Fatalf("read state: %v", err)
	}
	return stored
}

// Every outcome has the entries as they are at its end.
func TestB047OutcomeHasTheCalls(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.paused(`async () => { await items.list_items(); return await items.create_item({title: "logged"}) }`)
	r.entries(o.Calls, "items.list_items applied items.create_item pending")
	if o.Calls[0].RequiresApproval || !o.Calls[1].RequiresApproval {
		t.Errorf("calls %+v", o.Calls)
	}
	equalJSON(t, "args", o.Calls[1].Args, `{"title": "logged"}`)
	o = r.approve(o.ExecutionID)
	r.completed(o, `{"id": 1, "title": "logged"}`)
	r.entries(o.Calls, "items.list_items applied items.create_item applied")
	equalJSON(t, "result", o.Calls[1].Result, `{"id": 1, "title": "logged"}`)
}
