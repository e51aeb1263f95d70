package e2e

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/reprise-run/reprise/pkg/execution"
)

// Section 6: steps. A counter outside of the closure shows whether it ran: a console
// line is written by each run.

func TestB090StepRunsOnce(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.paused(`async () => { const v = await codemode.step("s", () => { console.log("ran"); return {a: [1]} }); await items.create_item({}); return v }`)
	if len(o.Logs) != 1 {
		t.Errorf("logs %q: the closure did not run", o.Logs)
	}
	o = r.approve(o.ExecutionID)
	r.completed(o, `{"a": [1]}`)
	if len(o.Logs) != 0 {
		t.Errorf("logs %q: the closure ran again", o.Logs)
	}
}

func TestB091StepHoldsChance(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.paused(`async () => { const r = await codemode.step("rand", () => Math.random()); await items.create_item({title: "t" + r}); return r }`)
	o = r.approve(o.ExecutionID)
	r.status(o, execution.Completed)
	created := r.items.Created()
	if len(created) != 1 || string(created[0]) != `{"title":"t`+string(o.Result)+`"}` {
		t.Errorf("created %s, result %s", created, o.Result)
	}
}

func TestSteps(t *testing.T) {
	t.Parallel()
	rows(t, up(t), []row{
		{name: "B092 a closure with awaits", code: `async () => [await codemode.step("a", async () => { await null; await new Promise(ok => setTimeout(ok, 1)); return 1 }), await codemode.step("b", () => 2)]`,
			result: `[1, 2]`, calls: "__step.a applied __step.b applied"},
		{name: "B093 two of one name", code: `async () => [await codemode.step("s", () => 1), await codemode.step("s", () => 2)]`,
			result: `[1, 2]`, calls: "__step.s applied __step.s applied"},
		{name: "B094 a closure that throws", code: `async () => { await codemode.step("s", () => { throw new RangeError("no") }) }`,
			fails: []string{"Code execution failed: no"}, calls: "__step.s failed"},
	})
}

func TestB093StepsOfOneNameReplay(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.paused(`async () => { const a = await codemode.step("s", () => 1); const b = await codemode.step("s", () => 2); await items.create_item({}); return [a, b] }`)
	r.completed(r.approve(o.ExecutionID), `[1, 2]`)
}

// The error of a step is replayed; its closure does not run again.
func TestB094FailedStepIsReplayed(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.paused(`async () => { let e; try { await codemode.step("s", () => { console.log("ran"); throw new RangeError("no") }) } catch (x) { e = x.name + " " + x.message } await items.create_item({}); return e }`)
	r.entries(o.Calls, "__step.s failed items.create_item pending")
	o = r.approve(o.ExecutionID)
	r.completed(o, `"RangeError no"`)
	if len(o.Logs) != 0 {
		t.Errorf("logs %q: the closure ran again", o.Logs)
	}
}

// The value of a step has the limit of all values, also when the code would go on.
func TestB095StepThatIsTooLarge(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.run(`async () => { try { await codemode.step("big", () => "x".repeat(16 * 1024 * 1024)) } catch {} return "went on" }`)
	r.failed(o, "__step.big", "too large to record durably")
	r.entries(o.Calls, "__step.big error")
}

func TestB096UndefinedStepReplaysAsUndefined(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.paused(`async () => { const v = await codemode.step("s", () => {}); const w = await codemode.step("t", () => null); await items.create_item({}); return [typeof v, w === null] }`)
	r.completed(r.approve(o.ExecutionID), `["undefined", true]`)
}

// Once a call has asked for a retry no step runs in that pass.
func TestB097NoStepAfterARetryWasAskedFor(t *testing.T) {
	t.Parallel()
	r := up(t)
	w := r.watch("")
	o := r.run(`async () => { let v; try { v = await items.retry_once() } catch {} return [v, await codemode.step("s", () => { console.log("ran"); return 1 })] }`)
	r.completed(o, `[{"calls": 2}, 1]`)
	w.statuses(t, execution.EventDispose, 1) // it comes after the lines
	var ran []string
	for _, e := range w.named(execution.EventLog) {
		var l execution.LogEvent
		if err := json.Unmarshal(e.Data, &l); err != nil {
			t.Fatal(err)
		}
		ran = append(ran, l.Line)
	}
	if got := strings.Join(ran, " "); got != "ran" || o.Attempt != 2 {
		t.Errorf("printed %q in %d passes", got, o.Attempt)
	}
	r.entries(o.Calls, "items.retry_once applied __step.s applied")
}
