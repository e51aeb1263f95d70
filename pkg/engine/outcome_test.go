package engine

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/reprise-run/reprise/pkg/execution"
)

func TestCodeCompletes(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ code, want string }{
		"a call":                    {`async () => await items.list_items()`, `[]`},
		"an expression":             {`42`, `42`},
		"statements":                {"const x = 1;\nx + 1", `2`},
		"no call at all":            {`async () => "hi"`, `"hi"`},
		"nothing returned":          {`const x = 42`, `undefined`},
		"the first argument alone":  {`async () => await items.echo(1, 2)`, `1`},
		"no value from a connector": {`async () => typeof (await items.nothing())`, `"undefined"`},
		"parallel, in order":        {`async () => (await Promise.all([items.echo(1), items.echo(2), items.echo(3)])).join()`, `"1,2,3"`},
		"TypeScript":                {"const f = (n: number): number => n * 2;\nf(21)", `42`},
		"the id":                    {`async () => (await items.session_id()).length`, `26`},
		"no globals":                {`async () => typeof globalThis.items + typeof require + typeof fetch`, `"undefinedundefinedundefined"`},
		"a caught failure":          {`async () => { try { await items.boom() } catch (e) { return e.message } }`, `"connector boom"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, nil)
			r.want(r.run(tt.code), tt.want)
		})
	}
}

func TestCodeGetsItsInput(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.want(r.execute(execution.Request{Code: `async (input) => input ?? "none"`}), `"none"`)
	r = newRig(t, nil)
	r.want(r.execute(execution.Request{Code: `async (input) => input.city`, Input: json.RawMessage(`{"city":"Lisbon"}`)}), `"Lisbon"`)
}

func TestCodeFails(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		code   string
		text   string // of the error, whole, or its beginning when it ends in …
		reason execution.Reason
	}{
		"an error":               {"async () => {\n  throw new Error('bad')\n}", "Code execution failed: bad at line 2:9\n    throw new Error('bad')", execution.ReasonCode},
		"with output":            {"async () => {\n  console.log('l');\n  throw new Error('bad')\n}", "Code execution failed: bad at line 3:9\n    throw new Error('bad')\n\nConsole output:\nl", execution.ReasonCode},
		"an error with a cause":  {"async () => {\n  try { await items.boom() } catch (e) {\n    throw new Error('bad', {cause: e}) }\n}", "Code execution failed: bad at line 3:11\n      throw new Error('bad', {cause: e}) }\ncaused by: connector boom at line 2:…", execution.ReasonCode},
		"a hint at the end":      {"async () => {\n  console.log('l');\n  return nope }", "Code execution failed: nope is not defined at line 3:10\n    return nope }\n\nConsole output:\nl\n\nThe only globals available are …", execution.ReasonCode},
		"a call":                 {"async () => {\n  await items.boom();\n  await items.list_items()\n}", "Code execution failed: connector boom at line 2:…", execution.ReasonCall},
		"an unknown method":      {"items.list_item()", "Code execution failed: Method \"list_item\" not found on items; did you mean \"list_items\"? at line 1:…", execution.ReasonCall},
		"an unknown platform":    {"codemode.stap()", "Code execution failed: Method \"stap\" not found on codemode…", execution.ReasonCode},
		"an unknown global":      {"async () => await host.get()", "Code execution failed: host is not defined at line 1:…", execution.ReasonCode},
		"a string":               {`async () => { throw "x" }`, "Code execution failed: x…", execution.ReasonCode},
		"an empty message":       {`async () => { throw new TypeError("") }`, "Code execution failed: TypeError…", execution.ReasonCode},
		"null":                   {`async () => { throw null }`, "Code execution failed: null…", execution.ReasonCode},
		"no parse":               {"async () => {\n  const = 1\n}", "SyntaxError: …", execution.ReasonSyntax},
		"an unhandled rejection": {`async () => { Promise.reject(new Error("lost")); return 1 }`, "Code execution failed: lost…", execution.ReasonCode},
		"runaway recursion":      {`async () => { const f = () => f(); f() }`, "Code execution failed: RangeError: maximum call stack size exceeded: more than 2000 calls deep; raise --max-stack of the executor", execution.ReasonStack},
		"waiting for nothing":    {`async () => { await new Promise(() => {}) }`, "Code execution failed: the code waits for a promise that nothing can settle any more", execution.ReasonStuck},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, nil)
			res := r.run(tt.code)
			if res.Status != execution.Error || res.Failure == nil || res.Failure.Reason != tt.reason {
				t.Fatalf("got %s %+v %q, want error %s", res.Status, res.Failure, res.Error, tt.reason)
			}
			if start, open := strings.CutSuffix(tt.text, "…"); open && !strings.HasPrefix(res.Error, start) || !open && res.Error != tt.text {
				t.Errorf("error %q, want %q", res.Error, tt.text)
			}
			if r.items.Runs("list_items") != 0 {
				t.Error("code after the failure ran")
			}
		})
	}
}

func TestUnknownGlobalGetsAHintAtTheEnd(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	res := r.run(`async () => { console.log("l"); await host.get() }`)
	if !strings.HasSuffix(res.Error, "`items, codemode`.") || !strings.Contains(res.Error, "Console output:\nl") {
		t.Errorf("error %q", res.Error)
	}
	r = newRig(t, nil)
	if res := r.run(`async () => { throw new Error("x is not defined") }`); strings.Contains(res.Error, "globals available") {
		t.Errorf("hint for an error of the code's own: %q", res.Error)
	}
}

func TestFailedCallIsRecordedAndNotRunAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	res := r.run(`async () => { let m = ""; try { await items.boom() } catch (e) { m = e.message } await items.retry_once(); return m }`)
	r.want(res, `"connector boom"`)
	if n := r.items.Runs("boom"); n != 1 {
		t.Errorf("boom ran %d times, want 1", n)
	}
	e := r.entries()[0]
	if e.State != execution.Failed || e.Error == nil || e.Error.Message != "connector boom" || !e.Replayed {
		t.Errorf("entry %+v", e)
	}
}

func TestUnawaitedCallIsAwaitedAndJournaled(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.want(r.run(`async () => { items.sleep({ms: 30}); items.boom().catch(() => {}); return 1 }`), `1`)
	got := r.entries()
	if got[0].State != execution.Applied || got[1].State != execution.Failed {
		t.Errorf("entries %+v", got)
	}
}

func TestConsoleIsKept(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	res := r.run(`async () => { console.log("a", 1, {x:1}, [1,2], null, undefined); console.warn("w"); console.error("e"); console.info("i"); console.log(); return 1 }`)
	want := "a 1 { x: 1 } [ 1, 2 ] null undefined|[warn] w|[error] e|"
	if got := strings.Join(res.Logs, "|"); got != want {
		t.Errorf("logs %q, want %q", got, want)
	}
}

func TestConsoleIsBounded(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	res := r.execute(execution.Request{
		Code:   `async () => { for (let i = 0; i < 1000; i++) console.log("line " + i); return 1 }`,
		Limits: &execution.Limits{ConsoleBytes: 500},
	})
	total := 0
	for _, l := range res.Logs {
		total += len(l)
	}
	last := res.Logs[len(res.Logs)-1]
	if total > 600 || last != "line 999" || !strings.Contains(res.Logs[0], "lines of output dropped") {
		t.Errorf("%d bytes, first %q, last %q", total, res.Logs[0], last)
	}
}

func TestReplayedConsoleIsMarked(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.want(r.run(`async () => { console.log("a"); await items.list_items(); console.log("b"); await items.retry_once(); console.log("c"); return 1 }`), `1`)
	got := strings.Join(r.lines, "|")
	if want := "1 false a|1 false b|2 true a|2 true b|2 false c"; got != want {
		t.Errorf("lines %q, want %q", got, want)
	}
}

func TestGatedCallPausesAndHoldsNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	res := r.run(`async () => { const [a] = await Promise.all([items.create_item({title:"a"}), items.echo(1).then(() => items.echo(2))]); return a }`)
	if res.Status != execution.Paused || len(res.Pending) != 1 || res.Pending[0] != 0 {
		t.Fatalf("got %s %v %s", res.Status, res.Pending, res.Error)
	}
	if len(r.items.Created()) != 0 || r.items.Runs("echo") != 2 {
		t.Errorf("created %d, echoed %d: want 0 and 2", len(r.items.Created()), r.items.Runs("echo"))
	}
	if e := r.entries()[0]; e.State != execution.Pending || !e.RequiresApproval {
		t.Errorf("entry %+v", e)
	}
}
