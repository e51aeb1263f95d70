package e2e

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/executor"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/stream"
)

// Section 1: one pass and its outcome.
func TestExecute(t *testing.T) {
	t.Parallel()
	r := up(t)
	rows(t, r, []row{
		{name: "B001 a read", code: `async () => await items.list_items()`, result: `[]`, calls: "items.list_items applied"},
		{name: "B007 the error's message and its place", code: "async () => {\n  throw new Error(\"bad\")\n}",
			fails: []string{"Code execution failed: bad at line 2:9\n    throw new Error(\"bad\")"}},
		{name: "B008 console lines follow the error", code: `async () => { console.log("l"); throw new Error("bad") }`,
			fails: []string{"Code execution failed: bad at line 1:39\n", "\n\nConsole output:\nl"}, logs: []string{"l"},
			check: func(t *testing.T, _ *rig, o execution.Outcome) {
				if !strings.HasSuffix(o.Error, "\n\nConsole output:\nl") {
					t.Errorf("error %q does not end with the console", o.Error)
				}
			}},
		{name: "B008 a rejection without a handler", code: `async () => { Promise.reject(new Error("nobody")); return 1 }`, fails: []string{"nobody"}},
		{name: "B010 a method that the connector lacks", code: `async () => await items.nope({})`,
			fails: []string{`Method "nope" not found on items`}, calls: "items.nope failed"},
		{name: "B010 is an error that can be caught", code: `async () => { try { await items.eco(1) } catch (e) { return e.message } }`,
			result: `"Method \"eco\" not found on items; did you mean \"echo\"?"`, calls: "items.eco failed"},
		{name: "B011 a method that the platform lacks", code: `async () => await codemode.nope()`, fails: []string{`Method "nope" not found on codemode; did you mean "`}},
		{name: "B012 one argument crosses", code: `async () => await items.echo(1, 2)`, result: `1`, calls: "items.echo applied"},
		{name: "B013 no argument and null", code: `async () => { await items.nothing(); await items.nothing(null) }`, result: `null`,
			calls: "items.nothing applied items.nothing applied", check: func(t *testing.T, _ *rig, o execution.Outcome) {
				if got := o.Calls[0].Args; got != nil {
					t.Errorf("args %s, want none", got)
				}
				if got := string(o.Calls[1].Args); got != "null" {
					t.Errorf("args %s, want null", got)
				}
			}},
		{name: "B014 no value is undefined", code: `async () => typeof await items.nothing()`, result: `"undefined"`, calls: "items.nothing applied"},
		{name: "B015 without an input", code: `async (input) => input ?? "none"`, result: `"none"`},
		{name: "B015 with an input", code: `async (input) => input ?? "none"`, input: `{"a": [1]}`, result: `{"a": [1]}`},
		{name: "B016 an expression", code: `42`, result: `42`},
		{name: "B016 statements", code: "const x = 1;\nx + 1", result: `2`},
		{name: "B017 what the console keeps", code: `async () => { console.log("a"); console.warn("b"); console.error("c"); console.info("d"); console.debug("e") }`,
			result: `null`, logs: []string{"a", "[warn] b", "[error] c"}},
		{name: "B018 values in the console", code: `async () => { console.log("a", 1, {x: 1}, [1, 2], null, undefined); console.log() }`,
			result: `null`, logs: []string{"a 1 { x: 1 } [ 1, 2 ] null undefined", ""}},
		{name: "B021 calls together", code: `async () => await Promise.all([items.echo("a"), items.echo("b"), items.echo("c")])`,
			result: `["a", "b", "c"]`, calls: "items.echo applied items.echo applied items.echo applied"},
		{name: "B022 no network", code: `async () => await fetch("https://example.com")`, fails: []string{"fetch is not defined"}},
		{name: "B023 no modules, but the globals", code: `[typeof require, typeof setTimeout, typeof crypto.randomUUID, typeof Math.random(), typeof Date.now()]`,
			result: `["undefined", "function", "function", "number", "number"]`},
		{name: "B024 connectors are lexical", code: `[typeof items, typeof globalThis.items, typeof globalThis.codemode]`, result: `["object", "undefined", "undefined"]`},
		{name: "B027 a syntax error", code: `async () => { let x = }`, fails: []string{"SyntaxError: "}, check: func(t *testing.T, _ *rig, o execution.Outcome) {
			if strings.Contains(o.Error, "Code execution failed") || o.Failure.Reason != execution.ReasonSyntax {
				t.Errorf("error %q, failure %+v", o.Error, o.Failure)
			}
		}},
		{name: "B029 the source is kept as submitted", code: "```js\n  40 + 2\n```\n", result: `42`, check: func(t *testing.T, r *rig, o execution.Outcome) {
			if got := r.get(o.ExecutionID).Code; got != "```js\n  40 + 2\n```\n" {
				t.Errorf("code %q", got)
			}
		}},
		{name: "B030 code without calls", code: `1 + 1`, result: `2`, check: func(t *testing.T, r *rig, o execution.Outcome) {
			if rec := r.get(o.ExecutionID); rec.Status != execution.Completed || len(rec.Calls) != 0 {
				t.Errorf("record %+v", rec)
			}
		}},
		{name: "B031 rich values are plain JSON outside", code: `({d: new Date(0), n: 12345678901234567890n, b: new Uint8Array([1, 2, 3]), m: new Map([[1, 2]]), s: new Set([3]), x: NaN, u: [undefined]})`,
			result: `{"d": "1970-01-01T00:00:00.000Z", "n": "12345678901234567890", "b": {"__codemode_binary_v1__": "Uint8Array", "data": "AQID"}, "m": [[1, 2]], "s": [3], "x": null, "u": [null]}`},
		{name: "B033 throwing a string", code: `async () => { throw "x" }`, fails: []string{"Code execution failed: x"}},
		{name: "B033 throwing an object", code: `async () => { throw {a: 1} }`, fails: []string{`Code execution failed: {"a":1}`}},
		{name: "B033 an error without a message", code: `async () => { throw new TypeError("") }`, fails: []string{"Code execution failed: TypeError"}},
		{name: "B034 throwing null", code: `async () => { throw null }`, fails: []string{"Code execution failed: null"}},
		{name: "B034 throwing undefined", code: `async () => { throw undefined }`, fails: []string{"Code execution failed: undefined"}},
		{name: "B035 calls that nobody waited for", code: `async () => { items.echo(1); items.sleep({ms: 20}); items.boom(); return "done" }`,
			result: `"done"`, calls: "items.echo applied items.sleep applied items.boom failed"},
	})
}

func TestB002EveryOutcomeHasTheID(t *testing.T) {
	t.Parallel()
	r := up(t)
	for code, want := range map[string]execution.Status{`1`: execution.Completed, `items.boom()`: execution.Error, `items.create_item({})`: execution.Paused} {
		id := execution.NewID(time.Now())
		o := r.request(execution.Request{ID: id, Code: code})
		if o.Status != want || o.ExecutionID != id {
			t.Errorf("%s: status %s, id %s, want %s, %s", code, o.Status, o.ExecutionID, want, id)
		}
	}
}

// A failure of the code is data, also in the record.
func TestB003B004FailureIsAnOutcome(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.run(`async () => { null.x }`)
	r.failed(o, "Code execution failed: ")
	if rec := r.get(o.ExecutionID); rec.Status != execution.Error || rec.Error != o.Error || rec.Failure.Kind != execution.KindError {
		t.Errorf("record %+v", rec)
	}
}

func TestB005IDsAreULIDsThatSortByTime(t *testing.T) {
	t.Parallel()
	r := up(t)
	first, second := r.run(`1`).ExecutionID, r.run(`2`).ExecutionID
	form := regexp.MustCompile(`^[0-7][0-9A-HJKMNP-TV-Z]{25}$`)
	if !form.MatchString(string(first)) || !form.MatchString(string(second)) || first >= second {
		t.Errorf("ids %s, %s", first, second)
	}
}

func TestB006ThrowingCallEndsTheCode(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.run(`async () => { await items.boom(); await items.echo("after") }`)
	r.failed(o, "connector boom")
	r.entries(o.Calls, "items.boom failed")
	r.runs(map[string]int{"boom": 1, "echo": 0})
	r.completed(r.run(`1`), `1`) // the executor is well
}

// An error of a pass that ran has the console lines, if only an empty list; an error
// of Reprise itself has none.
func TestB009B019LogsOfAnOutcome(t *testing.T) {
	t.Parallel()
	r := up(t)
	for name, tt := range map[string]struct{ code, want string }{
		"printed":           {`async () => { console.log("l"); throw new Error("x") }`, `["l"]`},
		"printed nothing":   {`async () => { throw new Error("x") }`, `[]`},
		"no sandbox":        {`async () => {`, ``},
		"our own end":       {`async () => { console.log("l"); const a = []; a[0] = a; await items.echo(a) }`, ``},
		"completed":         {`async () => { console.log("l") }`, `["l"]`},
		"completed quietly": {`1`, ``},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := r.in(t)
			o := r.run(tt.code)
			outcome, err := json.Marshal(o)
			if err != nil {
				t.Fatal(err)
			}
			var fields map[string]json.RawMessage
			if err := json.Unmarshal(outcome, &fields); err != nil {
				t.Fatal(err)
			}
			record, err := r.raw("get", fmt.Sprintf(`{"id": %q}`, o.ExecutionID))
			if err != nil {
				t.Fatal(err)
			}
			if got := string(fields["logs"]); got != tt.want {
				t.Errorf("logs of the outcome %s, want %s", got, tt.want)
			}
			if got := string(record["logs"]); got != tt.want {
				t.Errorf("logs of the record %s, want %s", got, tt.want)
			}
		})
	}
}

func TestB020TwoAtOnce(t *testing.T) {
	t.Parallel()
	r := up(t)
	var out [2]execution.Outcome
	var both sync.WaitGroup
	for i := range out {
		both.Go(func() { out[i] = r.run(fmt.Sprintf(`async () => await items.echo(%d)`, i)) })
	}
	both.Wait()
	for i, o := range out {
		r.completed(o, fmt.Sprint(i))
	}
	if out[0].ExecutionID == out[1].ExecutionID {
		t.Errorf("both have the id %s", out[0].ExecutionID)
	}
}

func TestB025B026PassTimeout(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.request(execution.Request{Code: `async () => { console.log("so far"); await items.hold() }`, TimeoutMs: soonOver})
	r.failed(o, "Code execution failed: Execution timed out", "--pass-timeout of the executor is 1m0s")
	if o.Failure.Kind != execution.KindTimeout || len(o.Logs) != 1 || o.Logs[0] != "so far" {
		t.Errorf("failure %+v, logs %q", o.Failure, o.Logs)
	}
	r.entries(o.Calls, "items.hold unknown")

	own := newRig(t)
	own.start(func(c *executor.Config) { c.Limits.PassTimeout = executorTimeout })
	o = own.run(`async () => await items.hold()`)
	own.failed(o, "Execution timed out: the pass took longer than 60ms; raise --pass-timeout of the executor")
}

// A source above the bound ends `error` under its id. It is not kept.
func TestB028SourceThatIsTooLong(t *testing.T) {
	t.Parallel()
	r := up(t)
	const room = 1_000_000 - len("/**/1")
	r.completed(r.run("/*"+strings.Repeat("x", room)+"*/1"), `1`)
	o := r.run("/*" + strings.Repeat("x", room+1) + "*/1")
	r.failed(o, "too large to record durably: 1000001 bytes, the limit is 1000000")
	rec := r.get(o.ExecutionID)
	if rec.Status != execution.Error || rec.Failure.Reason != execution.ReasonSource || rec.Code != "" {
		t.Errorf("status %s, failure %+v, %d bytes of source", rec.Status, rec.Failure, len(rec.Code))
	}
}

// The source is required and a string; anybody may publish it.
func TestB032FormOfASubmission(t *testing.T) {
	t.Parallel()
	r := up(t)
	for body, want := range map[string]execution.Status{
		`{"id": "01ARZ3NDEKTSV4RRFFQ69G5FAV", "code": "return 1"}`:             execution.Completed,
		`{"id": "01ARZ3NDEKTSV4RRFFQ69G5FAW", "code": 1}`:                      execution.Error,
		`{"id": "01ARZ3NDEKTSV4RRFFQ69G5FAX"}`:                                 execution.Error,
		`{"id": "01ARZ3NDEKTSV4RRFFQ69G5FAY", "code": "return 1", "cod": "x"}`: execution.Error,
	} {
		if _, err := r.server.JetStream().Publish(t.Context(), stream.SubmitSubject("default"), []byte(body)); err != nil {
			t.Fatal(err)
		}
		var q struct{ ID execution.ID }
		if err := json.Unmarshal([]byte(body), &q); err != nil {
			t.Fatal(err)
		}
		if rec := r.reach(q.ID, want); want == execution.Error && !strings.Contains(rec.Error, "cod") {
			t.Errorf("%s: error %q does not name the field", body, rec.Error)
		}
	}
}

// The same in a worker process.
func TestExecuteInAWorker(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	calls, named := newTools("own", method("twice", echo))
	r.start(inWorkers(t), named)
	rows(t, r, []row{
		{name: "B001 a read", code: `async () => await items.list_items()`, result: `[]`, calls: "items.list_items applied"},
		{name: "B006 a call that throws", code: `async () => { await items.boom(); await own.twice(1) }`, fails: []string{"connector boom"}, calls: "items.boom failed",
			check: func(t *testing.T, _ *rig, _ execution.Outcome) {
				if calls.Runs("twice") != 0 {
					t.Error("the code went on")
				}
			}},
		{name: "B021 calls together", code: `async () => await Promise.all([items.echo("a"), items.echo("b")])`, result: `["a", "b"]`,
			calls: "items.echo applied items.echo applied"},
		{name: "B022 no network", code: `async () => await fetch("https://example.com")`, fails: []string{"fetch is not defined"}},
	})
}
