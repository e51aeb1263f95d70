package engine

import (
	"strings"
	"testing"

	"github.com/reprise-run/reprise/pkg/execution"
)

// again ends a first pass: it asks for a retry once.
const again = `; await items.retry_once()`

func TestReplayThatLeavesTheJournalEndsTheExecution(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		first, second string
		want          []string // in the error
	}{
		"another method": {`await items.echo(1)`, `await items.checkpoint_read()`,
			[]string{"seq 0", "items.echo", "items.checkpoint_read"}},
		"other arguments": {`await items.list_items(); await items.echo({a: 1})`, `await items.list_items(); await items.echo({a: 2})`,
			[]string{"seq 1", "arguments of items.echo differ", `{"a":1}`, `{"a":2}`}},
		"an argument where there was none": {`await items.echo()`, `await items.echo({b: 1})`,
			[]string{"seq 0", "arguments of items.echo differ", "no argument"}},
		"no argument where there was one": {`await items.echo(null)`, `await items.echo()`,
			[]string{"seq 0", "arguments of items.echo differ", "no argument"}},
		"another step": {`await codemode.step("a", () => 1)`, `await codemode.step("b", () => 1)`,
			[]string{"seq 0", "__step.a", "__step.b"}},
		"a call for a step": {`await codemode.step("a", () => 1)`, `await items.echo(1)`,
			[]string{"seq 0", "__step.a", "items.echo"}},
		"an end before the first call": {`await items.echo(1)`, `return 1`,
			[]string{"seq 0", "items.echo", "ended without calling it"}},
		"an end before the last call": {`await items.echo(1)`, `await items.echo(1); return 1`,
			[]string{"seq 1", "items.retry_once", "ended without calling it"}},
		"an error before the first call": {`await items.echo(1)`, `throw new Error("no")`,
			[]string{"seq 0", "items.echo", "ended without calling it"}},
		"a timer that is not set": {`await new Promise((r) => setTimeout(r, 1))`, `null`,
			[]string{"timer 0", "has not issued it"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, nil)
			second := `async () => { console.log("l"); try { ` + tt.second + again + ` } catch {} await items.add_note("after") }`
			if strings.HasPrefix(tt.second, "throw") {
				second = `async () => { console.log("l"); ` + tt.second + ` }`
			}
			res := r.twice(`async () => { `+tt.first+again+` }`, second)
			if res.Status != execution.Error || res.Failure.Reason != execution.ReasonDivergence || res.Failure.Kind != execution.KindError {
				t.Fatalf("got %s %+v %q, want a divergence", res.Status, res.Failure, res.Error)
			}
			for _, want := range append(tt.want, "divergence", "codemode.step") {
				if !strings.Contains(res.Error, want) {
					t.Errorf("error %q lacks %q", res.Error, want)
				}
			}
			if strings.Contains(res.Error, "Code execution failed") || res.Logs != nil {
				t.Errorf("error %q, logs %v: want neither prefix nor logs", res.Error, res.Logs)
			}
			if n := r.items.Runs("add_note"); n != 0 {
				t.Errorf("add_note ran %d times after the divergence", n)
			}
		})
	}
}

func TestDivergenceStopsTheCallsOfItsTurn(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	res := r.twice(`async () => { await items.echo(1)`+again+` }`,
		`() => Promise.all([items.echo(2), items.add_note("a"), codemode.step("s", () => console.log("ran"))])`)
	if res.Status != execution.Error || r.items.Runs("add_note") != 0 || len(r.lines) != 0 {
		t.Errorf("got %s, add_note ran %d times, printed %v", res.Status, r.items.Runs("add_note"), r.lines)
	}
	if got := r.states(); len(got) != 2 {
		t.Errorf("entries %v, want the two of the first pass", got)
	}
}

func TestDivergenceIsNotRetried(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	res := r.execute(execution.Request{
		Code:  `async () => { const c = await items.read_counter(); await items.echo(c); await items.retry_once() }`,
		Retry: &execution.Retry{MaxAttempts: 9, InitialDelayMs: -1, MaxDelayMs: -1, On: []execution.Kind{execution.KindError, execution.KindRetryable}},
	})
	if res.Status != execution.Error || !strings.Contains(res.Error, `arguments of items.echo differ: recorded {"reads":1}, now {"reads":2}`) {
		t.Errorf("got %s %q", res.Status, res.Error)
	}
	if r.state.Attempt != 2 {
		t.Errorf("%d passes, want 2", r.state.Attempt)
	}
}

func TestArgumentsThatSayTheSameAreNoDivergence(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string][2]string{
		"key order":              {`{a: 1, b: {c: 1, d: [{e: 1, f: 2}]}}`, `{b: {d: [{f: 2, e: 1}], c: 1}, a: 1}`},
		"undefined properties":   {`{a: 1}`, `{a: 1, b: undefined}`},
		"undefined, deep":        {`{a: [{b: undefined}]}`, `{a: [{}]}`},
		"no argument":            {``, ``},
		"undefined for none":     {``, `undefined`},
		"more than one argument": {`1, 2`, `1, 3`},
		"a number's spelling":    {`1e2`, `100`},
		"bytes":                  {`new Uint8Array([1, 2])`, `new Uint8Array([0, 1, 2]).subarray(1)`},
		"a date":                 {`new Date(0)`, `new Date("1970-01-01")`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, nil)
			res := r.twice(`async () => { await items.echo(`+tt[0]+`)`+again+` }`, `async () => { await items.echo(`+tt[1]+`)`+again+`; return 1 }`)
			r.want(res, `1`)
			if n := r.items.Runs("echo"); n != 1 {
				t.Errorf("echo ran %d times, want 1", n)
			}
		})
	}
}

func TestDivergenceNamesTheVersions(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(c *Config) { c.Version = "v2" })
	res := r.twice(`async () => { await items.echo(1)`+again+` }`, `async () => { await items.echo(2)`+again+` }`)
	if !strings.Contains(res.Error, "written by test, this executor is v2") {
		t.Errorf("error %q names no versions", res.Error)
	}
}
