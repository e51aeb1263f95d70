package engine

import (
	"strings"
	"testing"

	"github.com/reprise-run/reprise/pkg/execution"
)

func TestStepRunsOnce(t *testing.T) {
	t.Parallel()
	for name, fn := range map[string]string{
		"sync":           `() => { console.log("run"); return Math.random() }`,
		"async":          `async () => { console.log("run"); await null; return Math.random() }`,
		"with a timer":   `async () => { console.log("run"); await new Promise((r) => setTimeout(r, 2)); return Math.random() }`,
		"without arrows": `function () { console.log("run"); return Math.random() }`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, nil)
			// The draw before and after, given as arguments, show that a step that
			// is not run again shifts nothing.
			res := r.run(`async () => {
				await items.echo(Math.random())
				const v = await codemode.step("s", ` + fn + `)
				await items.echo([v, Math.random(), Date.now()])
				await items.retry_once()
				return typeof v
			}`)
			r.want(res, `"number"`)
			if got := strings.Join(r.lines, "|"); got != "1 false run" {
				t.Errorf("printed %q, want one run in the first pass", got)
			}
			e := r.entries()[1]
			if e.Connector != execution.StepConnector || e.Method != "s" || e.State != execution.Applied || !e.Replayed {
				t.Errorf("entry %+v", e)
			}
		})
	}
}

func TestStepValueIsWhatARerunDraws(t *testing.T) {
	t.Parallel()
	const code = `async () => { Math.random(); return await codemode.step("s", async () => { const a = Math.random(); await null; return [a, Math.random(), crypto.randomUUID()] }) }`
	want := ""
	for cut := range 3 { // a pass that dies after the step was journaled runs it again
		r := cutAfter(t, cut)
		r.key.ID = "01JD0000000000000000000000"
		res := r.run(code)
		if res.Status != execution.Completed {
			t.Fatalf("got %s %q", res.Status, res.Error)
		}
		if got := string(res.Value.Shown()); want == "" {
			want = got
		} else if got != want {
			t.Errorf("cut after record %d: %s, want %s", cut, got, want)
		}
	}
}

func TestFailedStepIsRecordedAndNotRunAgain(t *testing.T) {
	t.Parallel()
	for name, fn := range map[string]string{
		"sync":             `() => { console.log("run"); throw new RangeError("bad") }`,
		"async":            `async () => { console.log("run"); await null; throw new RangeError("bad") }`,
		"left unhandled":   `async () => { console.log("run"); Promise.reject(new RangeError("bad")); return 1 }`,
		"thrown by a time": `() => new Promise(() => setTimeout(() => { console.log("run"); throw new RangeError("bad") }, 1))`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, nil)
			r.want(r.run(`async () => {
				let seen = ""
				try { await codemode.step("s", `+fn+`) } catch (e) { seen = e.name + " " + e.message }
				await items.retry_once()
				return seen
			}`), `"RangeError bad"`)
			if got := strings.Join(r.lines, "|"); got != "1 false run" {
				t.Errorf("printed %q, want one run in the first pass", got)
			}
			if e := r.entries()[0]; e.State != execution.Failed || e.Error == nil || e.Error.Name != "RangeError" {
				t.Errorf("entry %+v", e)
			}
		})
	}
}

func TestStepsOfOneNameAreTwo(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.want(r.run(`async () => {
		const v = [await codemode.step("s", () => 1), await codemode.step("s", () => 2)]
		await items.retry_once()
		return v
	}`), `[1,2]`)
	if got := strings.Join(r.states(), " "); got != "__step.s applied __step.s applied items.retry_once applied" {
		t.Errorf("entries %s", got)
	}
}

func TestNothingDurableHappensInsideAStep(t *testing.T) {
	t.Parallel()
	for name, fn := range map[string]string{
		"a call":                  `() => items.echo(1)`,
		"a call after its awaits": `async () => { await null; await new Promise((r) => setTimeout(r, 1)); return await items.echo(1) }`,
		"a step":                  `() => codemode.step("inner", () => 1)`,
		"a step after its awaits": `async () => { await null; return await codemode.step("inner", () => 1) }`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, nil)
			res := r.run(`async () => { try { await codemode.step("outer", ` + fn + `) } catch (e) { await items.retry_once(); return e.message } }`)
			if res.Status != execution.Completed || !strings.Contains(string(res.Value.Shown()), "inside a step") {
				t.Errorf("got %s %s %q, want an error that says why", res.Status, res.Value.Shown(), res.Error)
			}
			if got := strings.Join(r.states(), " "); got != "__step.outer failed items.retry_once applied" || r.items.Runs("echo") != 0 {
				t.Errorf("entries %s, echo ran %d times", got, r.items.Runs("echo"))
			}
		})
	}
}

func TestCallsBesideARunningStepAreAllowed(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.want(r.run(`async () => {
		const v = await Promise.all([codemode.step("s", async () => { await new Promise((r) => setTimeout(r, 5)); return 1 }), items.echo(2).then(() => items.echo(3))])
		await items.retry_once()
		return v
	}`), `[1,3]`)
}

func TestOversizedStepValueEndsTheExecution(t *testing.T) {
	t.Parallel()
	small := func(c *Config) { c.MaxValueBytes = 1000 }
	r := newRig(t, small)
	r.want(r.run(`async () => { const v = await codemode.step("s", () => "x".repeat(998)); await items.retry_once(); return v.length }`), `998`)
	r = newRig(t, small)
	res := r.run(`async () => { try { await codemode.step("s", () => "x".repeat(999)) } catch {} await items.add_note("a"); return 1 }`)
	for _, want := range []string{"__step.s", "too large to record durably", "1001"} {
		if !strings.Contains(res.Error, want) {
			t.Errorf("error %q lacks %q", res.Error, want)
		}
	}
	if res.Status != execution.Error || r.items.Runs("add_note") != 0 || strings.Join(r.states(), " ") != "__step.s error" {
		t.Errorf("got %s, add_note ran %d times, entries %v", res.Status, r.items.Runs("add_note"), r.states())
	}
}

// A closure that waits for what cannot happen holds nothing up for long.
func TestStepThatNeverEndsIsNoticed(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	res := r.execute(execution.Request{Code: `async () => { await codemode.step("s", () => new Promise(() => {})) }`})
	if res.Status != execution.Error || res.Failure.Reason != execution.ReasonStuck {
		t.Errorf("got %s %+v, want error %s", res.Status, res.Failure, execution.ReasonStuck)
	}
}
