package e2e

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/execution"
)

// Section 8: values and their limits.

// replayed runs code that makes a value v and answers about it, in the first pass and
// after a replay: both must be the same.
func (r *rig) replayed(value, answer string) execution.Outcome {
	r.t.Helper()
	o := r.paused(`async () => { const v = ` + value + `; console.log(JSON.stringify(` + answer + `)); await items.create_item({}); return ` + answer + ` }`)
	live := o.Logs
	o = r.approve(o.ExecutionID)
	r.status(o, execution.Completed)
	if len(live) != 1 || len(o.Logs) != 1 || live[0] != o.Logs[0] {
		r.t.Errorf("live %q, replayed %q", live, o.Logs)
	}
	return o
}

func TestValuesReplay(t *testing.T) {
	t.Parallel()
	r := up(t)
	for name, tt := range map[string]struct{ value, answer, want string }{
		"B105 bytes of a call":       {`await items.get_bytes()`, `[v instanceof Uint8Array, Array.from(v)]`, `[true, [1, 2, 3, 4, 5]]`},
		"B105 a buffer and a view":   {`await codemode.step("s", () => ({b: new Uint8Array([1, 2, 3]).buffer, v: new Uint8Array([1, 2, 3, 4]).subarray(1, 3)}))`, `[Array.from(new Uint8Array(v.b)), Array.from(v.v)]`, `[[1, 2, 3], [2, 3]]`},
		"B106 a big integer":         {`await codemode.step("s", () => 123456789012345678901234567890n)`, `[typeof v, v === 123456789012345678901234567890n]`, `["bigint", true]`},
		"B107 no value and null":     {`await codemode.step("s", () => ({u: undefined, n: null, l: [undefined, null]}))`, `[v.u === undefined, v.n === null, v.l[0] === undefined, v.l[1] === null]`, `[true, true, true, true]`},
		"B109 dates, maps and sets":  {`await codemode.step("s", () => ({d: new Date(5), m: new Map([["a", new Set([1])]])}))`, `[v.d.getTime(), v.m.get("a").has(1)]`, `[5, true]`},
		"B109 numbers beyond JSON":   {`await codemode.step("s", () => [NaN, Infinity, -Infinity, -0])`, `[v[0] !== v[0], v[1] > 0, v[2] < 0, 1 / v[3] < 0]`, `[true, true, true, true]`},
		"B109 errors":                {`await codemode.step("s", () => new RangeError("no"))`, `[v instanceof RangeError, v.name, v.message]`, `[true, "RangeError", "no"]`},
		"B112 what looks like ours":  {`await codemode.step("s", () => ({__codemode_bigint_v1__: "12", x: {__codemode_binary_v1__: "Uint8Array", data: "AQID"}}))`, `v`, `{"__codemode_bigint_v1__": "12", "x": {"__codemode_binary_v1__": "Uint8Array", "data": "AQID"}}`},
		"B113 both channels":         {`[await codemode.step("s", () => [5n, new Uint8Array([1])]), await items.echo({n: 5n, b: new Uint8Array([1])})]`, `[typeof v[0][0], v[0][1].length, typeof v[1].n, v[1].b.length]`, `["bigint", 1, "string", 1]`},
		"B113 a map crosses a step":  {`await codemode.step("s", () => new Map([[1, {a: 2n}]]))`, `typeof v.get(1).a`, `"bigint"`},
		"B114 a million characters":  {`await codemode.step("s", () => "x".repeat(1000000))`, `v.length`, `1000000`},
		"B115 two million of UTF-8":  {`await codemode.step("s", () => "é".repeat(1000000))`, `v.length`, `1000000`},
		"B105 offloaded to a bucket": {`await items.big_result()`, `v.length`, `1100000`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := r.in(t)
			r.completed(r.replayed(tt.value, tt.answer), tt.want)
		})
	}
}

// Bytes travel in an envelope, to connectors, to callers and back.
func TestB110B111Envelopes(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	own, named := newTools("own", method("echo", echo))
	r.start(nil, named)
	o := r.run(`async () => await own.echo({b: new Uint8Array([1, 2, 3]), v: new Uint8Array([0, 1, 2, 3, 4]).subarray(1, 4), n: 12n})`)
	const bytes = `{"__codemode_binary_v1__": "Uint8Array", "data": "AQID"}`
	want := `{"b": ` + bytes + `, "v": ` + bytes + `, "n": "12"}`
	equalJSON(t, "arguments", own.Calls("echo")[0].Args, want)
	equalJSON(t, "args of the entry", o.Calls[0].Args, want)
	r.completed(o, want)
	// In the journal a big integer has an envelope of its own.
	o = r.paused(`async () => { await items.create_item({n: 12n}) }`)
	if got := string(r.state(o.ExecutionID).State.Waits[0].Args.JSON); !strings.Contains(got, `{"__codemode_bigint_v1__":"12"}`) {
		t.Errorf("journaled arguments %s", got)
	}
}

// What ends an execution because of a value, whatever the code would do with it.
func TestValuesThatEndAnExecution(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	_, named := newTools("own", method("big", func(context.Context, connector.Call, int) (json.RawMessage, error) {
		return json.Marshal(strings.Repeat("x", 17<<20))
	}), method("none", echo))
	r.start(nil, named)
	const advice = "write large data to a file or a workspace"
	reason := func(want execution.Reason) func(*testing.T, *rig, execution.Outcome) {
		return func(t *testing.T, r *rig, o execution.Outcome) {
			if rec := r.get(o.ExecutionID); rec.Status != execution.Error || rec.Failure.Reason != want {
				t.Errorf("status %s, failure %+v, want %s", rec.Status, rec.Failure, want)
			}
		}
	}
	rows(t, r, []row{
		{name: "B108 a cycle in the arguments", code: `async () => { const a = {}; a.a = a; await own.none(a) }`,
			fails: []string{"the arguments of own.none: "}, check: reason(execution.ReasonValue)},
		{name: "B116 a large result", code: `async () => { await own.big() }`,
			fails: []string{"the result of own.big: too large to record durably", advice}, calls: "own.big error", check: reason(execution.ReasonSize)},
		{name: "B117 large arguments", code: `async () => { await own.none("x".repeat(17 * 1024 * 1024)) }`,
			fails: []string{"the arguments of own.none: too large to record durably", advice}, check: reason(execution.ReasonSize)},
		{name: "B118 a large result that is caught", code: `async () => { try { await own.big() } catch {} return "went on" }`,
			fails: []string{"too large to record durably"}, calls: "own.big error", check: reason(execution.ReasonSize)},
		{name: "B118 large arguments that are caught", code: `async () => { try { await own.none("x".repeat(17 * 1024 * 1024)) } catch {} return "went on" }`,
			fails: []string{"too large to record durably"}, check: reason(execution.ReasonSize)},
	})
}

// A result that cannot be recorded is replaced by a note. The execution completes.
func TestB119B120ResultThatCannotBeRecorded(t *testing.T) {
	t.Parallel()
	r := up(t)
	for name, code := range map[string]string{
		"B119 large": `"x".repeat(17 * 1024 * 1024)`,
		"B120 cycle": `async () => { const a = []; a[0] = a; return a }`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := r.in(t)
			o := r.run(code)
			r.status(o, execution.Completed)
			rec := r.get(o.ExecutionID)
			for _, got := range []json.RawMessage{o.Result, rec.Result} {
				if !strings.Contains(string(got), "result omitted from the audit trail") {
					t.Errorf("result %.100s", got)
				}
			}
			if !o.ResultOmitted || !rec.ResultOmitted {
				t.Errorf("omitted %v, %v", o.ResultOmitted, rec.ResultOmitted)
			}
		})
	}
	// One of 1,100,000 characters is recorded, and can be fetched.
	o := r.run(`"x".repeat(1100000)`)
	r.status(o, execution.Completed)
	var at struct {
		Object string `json:"$object"`
		Bytes  int    `json:"bytes"`
	}
	if err := json.Unmarshal(o.Result, &at); err != nil || at.Bytes != 1_100_002 {
		t.Fatalf("result %.100s, %v", o.Result, err)
	}
	if whole, err := r.client.Object(t.Context(), o.ExecutionID, at.Object); err != nil || len(whole) != at.Bytes {
		t.Errorf("fetched %d bytes, %v", len(whole), err)
	}
}

// Of too much console output older lines go first, and a note says so.
func TestB121ConsoleOverTheLimit(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.request(execution.Request{Code: `async () => { for (let i = 0; i < 100; i++) console.log("line " + i) }`, Limits: &execution.Limits{ConsoleBytes: 200}})
	r.status(o, execution.Completed)
	if n := len(o.Logs); n < 2 || n > 25 || !strings.Contains(o.Logs[0], "earlier lines of output dropped") || o.Logs[n-1] != "line 99" {
		t.Errorf("logs %q", o.Logs)
	}
}

func TestB122ErrorTextIsBounded(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.run(`async () => { throw new Error("x".repeat(2000000)) }`)
	r.failed(o, "Code execution failed: xxx", "xxx… at line 1:21")
	if n := len(r.get(o.ExecutionID).Error); n > 1_000_000 {
		t.Errorf("error of %d bytes", n)
	}
}
