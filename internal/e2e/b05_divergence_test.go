package e2e

import (
	"strings"
	"testing"

	"github.com/reprise-run/reprise/pkg/execution"
)

// Section 5: a replay that leaves the recorded path. What makes the code go another
// way here is a call that runs again in every pass: reads is 1 in the first one, 2 in
// the second.

// second runs code whose pass after an approval does something else, and returns the
// outcome of that pass.
func (r *rig) second(body string) execution.Outcome {
	r.t.Helper()
	o := r.paused(`async () => { const {reads} = await items.read_counter(); ` + body + ` }`)
	return r.approve(o.ExecutionID)
}

func TestDivergence(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		body  string
		fails []string // nothing: it completes
	}{
		"B078 another method": {`await (reads === 1 ? items.echo(1) : items.nothing(1)); await items.create_item({})`,
			[]string{"divergence at seq 1: recorded items.echo, but the code now calls items.nothing"}},
		"B079 other arguments": {`await items.create_item({title: "t" + reads})`,
			[]string{"divergence at seq 1: the arguments of items.create_item differ", `recorded {"title":"t1"}, now {"title":"t2"}`}},
		"B079 chance is no divergence": {`await items.create_item({title: "t" + Math.random() + crypto.randomUUID() + Date.now()})`, nil},
		"B080 another step": {`await codemode.step("s" + reads, () => 1); await items.create_item({})`,
			[]string{"divergence at seq 1: recorded __step.s1, but the code now calls __step.s2"}},
		"B081 keys in another order": {`await items.echo(reads === 1 ? {a: 1, b: {c: 2, d: [{e: 3, f: 4}]}} : {b: {d: [{f: 4, e: 3}], c: 2}, a: 1}); await items.create_item({})`, nil},
		"B082 undefined properties":  {`await items.echo(reads === 1 ? {a: 1} : {a: 1, b: undefined}); await items.create_item({})`, nil},
		"B083 no argument against one": {`await (reads === 1 ? items.echo() : items.echo({b: 1})); await items.create_item({})`,
			[]string{"divergence at seq 1: the arguments of items.echo differ: recorded no argument, now {\"b\":1}"}},
		"B087 the advice": {`await items.create_item({title: "t" + reads})`, []string{"wrap nondeterministic work in codemode.step"}},
		"B088 another result of a call that runs again": {`await items.create_item({title: "same"})`, nil},
		"B089 calls issued together":                    {`await Promise.all([items.echo(1), items.echo(2), items.create_item({})])`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := up(t)
			o := r.second(tt.body)
			if tt.fails == nil {
				r.status(o, execution.Completed)
				return
			}
			r.failed(o, tt.fails...)
			r.runs(map[string]int{"create_item": 0})
		})
	}
}

// Arguments that cannot be compared end the execution before they are.
func TestB084ArgumentsThatCannotBeCompared(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.second(`const a = []; if (reads === 2) a[0] = a; await items.echo(a); await items.create_item({})`)
	r.failed(o, "the arguments of items.echo: ")
	if o.Failure.Reason != execution.ReasonValue {
		t.Errorf("failure %+v", o.Failure)
	}
	r.runs(map[string]int{"create_item": 0, "echo": 1})
}

func TestB085B086DivergenceIsAnOutcome(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.second(`console.log("l"); if (reads === 1) await items.create_item({}); await items.echo("else"); await items.echo("more")`)
	r.failed(o, "divergence")
	if strings.Contains(o.Error, "Code execution failed") || o.Logs != nil || o.Failure.Reason != execution.ReasonDivergence {
		t.Errorf("error %q, logs %q, failure %+v", o.Error, o.Logs, o.Failure)
	}
	r.entries(r.get(o.ExecutionID).Calls, "items.read_counter applied items.create_item pending")
	if p := append(r.pending(""), r.pending(o.ExecutionID)...); len(p) != 0 {
		t.Errorf("pending %+v", p)
	}
	r.runs(map[string]int{"create_item": 0, "echo": 0})
}
