package engine

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/reprise-run/reprise/pkg/execution"
)

// What the code sees of a value after its replay is what it saw live.
func TestValuesSurviveTheReplay(t *testing.T) {
	t.Parallel()
	step := func(expr string) string { return `codemode.step("v", () => (` + expr + `))` }
	failure := func(call string) string { return call + `.catch((e) => e)` }
	for name, tt := range map[string]struct{ get, check string }{
		"bytes of a connector":   {`items.get_bytes()`, `v instanceof Uint8Array && v.join() === "1,2,3,4,5"`},
		"nothing of a connector": {`items.nothing()`, `v === undefined`},
		"null of a connector":    {`items.echo(null)`, `v === null`},
		"a big integer":          {step(`123456789012345678901234567890n`), `v === 123456789012345678901234567890n`},
		"a date":                 {step(`new Date(5)`), `v instanceof Date && v.getTime() === 5`},
		"an invalid date":        {step(`new Date(NaN)`), `v instanceof Date && Number.isNaN(v.getTime())`},
		"a map":                  {step(`new Map([[{a: 1}, new Set([1n])]])`), `v instanceof Map && [...v.keys()][0].a === 1 && [...v.values()][0].has(1n)`},
		"a set":                  {step(`new Set(["a", NaN])`), `v instanceof Set && v.size === 2 && v.has(NaN)`},
		"NaN":                    {step(`NaN`), `Number.isNaN(v)`},
		"infinities":             {step(`[Infinity, -Infinity]`), `v[0] === Infinity && v[1] === -Infinity`},
		"minus zero":             {step(`-0`), `Object.is(v, -0)`},
		"undefined":              {step(`undefined`), `v === undefined`},
		"null":                   {step(`null`), `v === null`},
		"undefined inside":       {step(`[{a: undefined}, undefined]`), `"a" in v[0] && v[0].a === undefined && v[1] === undefined && v.length === 2`},
		"an error":               {step(`new TypeError("bad", {cause: 1})`), `v instanceof Error && v.name === "TypeError" && v.message === "bad" && v.cause === 1`},
		"bytes":                  {step(`new Uint8Array([9, 1, 2]).subarray(1)`), `v instanceof Uint8Array && v.join() === "1,2"`},
		"a buffer":               {step(`new Uint8Array([1, 2]).buffer`), `v instanceof ArrayBuffer && v.byteLength === 2`},
		"what looks like ours":   {step(`({__codemode_bigint_v1__: "12"})`), `v.__codemode_bigint_v1__ === "12"`},
		"key order":              {step(`({b: 1, a: 2})`), `Object.keys(v).join() === "b,a"`},
		"a connector's failure":  {failure(`items.boom()`), `v instanceof Error && v.name === "Error" && v.message === "connector boom"`},
		"a call's timeout":       {failure(`items.brief()`), `v instanceof Error && v.name === "TimeoutError"`},
		"a missing method":       {failure(`items.nope()`), `v instanceof Error && v.message.includes("not found on items")`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, nil)
			r.want(r.run(`async () => {
				const v = await `+tt.get+`
				if (!(`+tt.check+`)) throw new Error("saw " + v)
				await items.retry_once()
				return true
			}`), `true`)
			if e := r.entries()[0]; !e.Replayed {
				t.Errorf("entry %+v was not replayed", e)
			}
		})
	}
}

func TestNoArgumentAndNullAreKeptApart(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.want(r.run(`async () => { await items.list_items(); await items.list_items(null); await items.retry_once(); return 1 }`), `1`)
	e := r.entries()
	if e[0].Args != nil || string(e[1].Args) != "null" {
		t.Errorf("arguments %q and %q, want none and null", e[0].Args, e[1].Args)
	}
}

func TestValuesOutsideArePlain(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	const values = `({d: new Date(0), n: 12n, m: new Map([[1, 2]]), s: new Set([1]), x: NaN, z: -0, u: [undefined], b: new Uint8Array([1])})`
	res := r.run(`async () => { const v = ` + values + `; await items.echo(v); return v }`)
	const want = `{"d":"1970-01-01T00:00:00.000Z","n":"12","m":[[1,2]],"s":[1],"x":null,"z":0,"u":[null],"b":{"__codemode_binary_v1__":"Uint8Array","data":"AQ=="}}`
	r.want(res, want)
	if got := string(r.entries()[0].Args); got != want {
		t.Errorf("arguments %s, want %s", got, want)
	}
	if got := string(r.entries()[0].Result); got != want {
		t.Errorf("the connector got and returned %s, want %s", got, want)
	}
}

func TestValuesThatCannotBeRecordedEndTheExecution(t *testing.T) {
	t.Parallel()
	const cycle = `const o = {}; o.self = o; `
	for name, tt := range map[string]struct {
		code   string
		reason execution.Reason
		text   []string
		states string
		runs   int // of echo and big_result
	}{
		"cyclic arguments": {cycle + `await items.echo(o)`, execution.ReasonValue,
			[]string{"items.echo", "could not be recorded durably", "only JSON-compatible values plus binary"}, "", 0},
		"a cyclic step": {cycle + `await codemode.step("s", () => o)`, execution.ReasonValue,
			[]string{"__step.s", "could not be recorded durably"}, "__step.s error", 0},
		"a promise as argument": {`await items.echo([items.nothing()])`, execution.ReasonValue,
			[]string{"items.echo", "await it first"}, "", 0},
		"large arguments": {`await items.echo("x".repeat(999))`, execution.ReasonSize,
			[]string{"items.echo", "too large to record durably", "1001 bytes", "file or a workspace"}, "", 0},
		"two-byte characters": {`await items.echo("é".repeat(500))`, execution.ReasonSize,
			[]string{"items.echo", "1002 bytes"}, "", 0},
		"a large result": {`await items.big_result()`, execution.ReasonSize,
			[]string{"items.big_result", "too large to record durably", "1100002 bytes", "file or a workspace"}, "items.big_result error", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(c *Config) { c.MaxValueBytes = 1000 })
			res := r.execute(execution.Request{
				Code:  `async () => { console.log("l"); try { ` + tt.code + ` } catch {} await items.add_note("after"); return 1 }`,
				Retry: &execution.Retry{MaxAttempts: 3, InitialDelayMs: -1, MaxDelayMs: -1, On: []execution.Kind{execution.KindError}},
			})
			if res.Status != execution.Error || res.Failure.Reason != tt.reason || res.Logs != nil {
				t.Fatalf("got %s %+v, logs %v, want error %s without logs", res.Status, res.Failure, res.Logs, tt.reason)
			}
			for _, want := range tt.text {
				if !strings.Contains(res.Error, want) || strings.Contains(res.Error, "Code execution failed") {
					t.Errorf("error %q, want %q in it and no prefix", res.Error, want)
				}
			}
			if got := strings.Join(r.states(), " "); got != tt.states {
				t.Errorf("entries %q, want %q", got, tt.states)
			}
			if n := r.items.Runs("echo") + r.items.Runs("big_result"); n != tt.runs || r.items.Runs("add_note") != 0 {
				t.Errorf("ran %d times, want %d; add_note %d times, want 0", n, tt.runs, r.items.Runs("add_note"))
			}
		})
	}
}

func TestResultThatCannotBeRecordedIsANote(t *testing.T) {
	t.Parallel()
	for name, code := range map[string]string{
		"too large": `async () => "x".repeat(2000)`,
		"a cycle":   `async () => { const o = {}; o.self = o; return o }`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, nil)
			res := r.execute(execution.Request{Code: code, Limits: &execution.Limits{ResultBytes: 1000}})
			if got := string(res.Value.Shown()); res.Status != execution.Completed || !res.Omitted || !strings.Contains(got, "result omitted from the audit trail") {
				t.Errorf("got %s %s", res.Status, got)
			}
		})
	}
}

// Errors are part of a record as they are: their texts are bounded.
func TestLongTextsOfAConnectorAreCut(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil, long().named())
	r.want(r.run(`async () => { try { await x.fail({n: 3000000}) } catch (e) { await items.retry_once(); return e.message.length < 1000001 } }`), `true`)
}

func TestNamesAreBounded(t *testing.T) {
	t.Parallel()
	for name, code := range map[string]string{
		"of a step":   `codemode.step("s".repeat(2000000), () => 1)`,
		"of a method": `items["m".repeat(2000000)]()`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, nil)
			res, err := r.pass(t.Context(), execution.Request{Code: code})
			if err != nil || res.Status != execution.Error || len(res.Error) > 10_000 {
				t.Errorf("got %s %.200q, %.200v, want error", res.Status, res.Error, err)
			}
		})
	}
}

func TestInputIsBounded(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(c *Config) { c.MaxValueBytes = 1000 })
	input, err := json.Marshal(strings.Repeat("x", 999))
	if err != nil {
		t.Fatal(err)
	}
	res := r.execute(execution.Request{Code: `() => items.echo(1)`, Input: input})
	if res.Status != execution.Error || !strings.Contains(res.Error, "the input: too large to record durably: 1001 bytes") || r.items.Runs("echo") != 0 {
		t.Errorf("got %s %q, echo ran %d times", res.Status, res.Error, r.items.Runs("echo"))
	}
}
