package sandbox

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/reprise-run/reprise/pkg/sandbox/source"
)

// one makes a host that has one snippet.
func one(source string) *simHost {
	return &simHost{snippets: map[string][]string{"s": {source}}}
}

// All forms of code are forms of snippets.
func TestSnippetForms(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ source, call, want string }{
		{`async (input) => "ran:" + (input ?? "none")`, `run("s", "world")`, `"ran:world"`},
		{`async (input) => "ran:" + (input ?? "none")`, `run("s")`, `"ran:none"`},
		{`(...all) => all.length + ":" + typeof all[0]`, `run("s")`, `"1:undefined"`},
		{"```js\nconst x = 40;\nx + 2\n```", `run("s")`, `42`},
		{`return [1].filter(n => n > 1).length`, `run("s")`, `0`},
		{`export default async (input: {n: number}): Promise<number> => input.n * 2`, `run("s", {n: 4})`, `8`},
		{`function main(input) { return input }`, `run("s", "x")`, `"x"`},
		{`enum E { A = 3 }; let s = 0; for await (const n of [E.A, 1]) s += n; s`, `run("s")`, `4`},
		{`async () => 1; // done`, `run("s")`, `1`},
		{``, `run("s")`, ``},
		{`/^\p{L}+$/u.test("é")`, `run("s")`, `true`},
	} {
		if got := passValue(t, `async () => await codemode.`+tt.call, one(tt.source)); got != tt.want {
			t.Errorf("%q: codemode.%s = %s, want %s", tt.source, tt.call, got, tt.want)
		}
	}
}

// The input is a copy, what is returned is not: neither leaves the sandbox.
func TestSnippetInputAndResult(t *testing.T) {
	t.Parallel()
	host := one(`(input) => { input.list.push(4); input.made = [input.when instanceof Date, input.m.get("k"), input.b.length]; return { input, twice: n => n * 2 } }`)
	got := passValue(t, `async () => {
		const mine = {list: [1], when: new Date(5), m: new Map([["k", 7n]]), b: new Uint8Array(3)};
		Array.prototype[Symbol.iterator] = Reflect.apply = Map.prototype.has = Object.keys = () => { throw new Error("replaced") };
		const p = codemode.run("s", mine);
		mine.list = null;
		const {input, twice} = await p;
		return {mine: mine.list, list: input.list, made: input.made.map(String), twice: twice(4)};
	}`, host)
	if want := `{"mine":null,"list":[1,4],"made":["true","7","3"],"twice":8}`; got != want {
		t.Errorf("value = %s, want %s", got, want)
	}
	if len(host.ops) != 1 || host.ops[0].Kind != OpSnippet || host.ops[0].Method != "s" || host.ops[0].Args != nil || host.ops[0].Pos.Line != 4 {
		t.Errorf("operations = %+v, want one snippet without arguments", host.ops)
	}
}

func TestSnippetNamesDoNotLeak(t *testing.T) {
	t.Parallel()
	got := passValue(t, `async () => {
		const mine = 1;
		const inner = await codemode.run("s");
		return [inner, typeof leaked, typeof helper, mine];
	}`, one("const leaked = 1; function helper() {}; var items2 = typeof mine; items2"))
	if want := `["undefined","undefined","undefined",1]`; got != want {
		t.Errorf("value = %s, want %s", got, want)
	}
}

// What a snippet issues are operations of the pass, among the others.
func TestSnippetOperations(t *testing.T) {
	t.Parallel()
	host := &simHost{snippets: map[string][]string{
		"outer": {`async (n) => {
			const a = await items.a(n);
			const b = await codemode.step("draw", () => Math.random() < 2);
			await new Promise(r => setTimeout(r, 10));
			await codemode.sleep(20);
			return [a, b, await codemode.run("inner", n + 1)];
		}`},
		"inner": {`async (n) => await items.b(n)`},
	}}
	got := passValue(t, `async () => [await codemode.run("outer", 1), await items.c()]`, host)
	if want := `[[1,true,2],{"__codemode_value_v1__":"undefined"}]`; got != want {
		t.Errorf("value = %s, want %s", got, want)
	}
	want := []OpKind{OpSnippet, OpCall, OpStep, OpStepDone, OpTimer, OpSleep, OpSnippet, OpCall, OpCall}
	if kinds := opKinds(host.ops); !slices.Equal(kinds, want) {
		t.Errorf("operations = %v, want %v", kinds, want)
	}
	if pos := host.ops[1].Pos; pos != (Pos{File: "snippet outer", Line: 2, Column: 27}) {
		t.Errorf("the call's place is %+v", pos)
	}
}

// However a snippet prints, nothing of it is captured; what others print is.
func TestSnippetPrintsNothing(t *testing.T) {
	t.Parallel()
	host := one(`async () => {
		console.log("at once"); console.table([1]); console.group("g"); console.count();
		await null; console.warn("after an await");
		await items.a(); console.error("after a call");
		await { then(ok) { console.log("in a thenable"); ok() } };
		setTimeout(() => console.log("in a timer"), 1);
		setTimeout(console.log, 1, "as a callback");
		await Promise.resolve("as a handler").then(console.log);
		await codemode.step("s", async () => { console.log("in a step"); await 1; console.log("and later") });
		globalThis.console.log("by the global object"); globalThis.console.group();
		["by a function"].forEach(globalThis.console.log);
		await codemode.sleep(5);
		mine();
		return () => console.log("in what it returned");
	}`)
	passValue(t, `async () => {
		globalThis.mine = () => console.log("mine");
		console.log("before");
		const back = await codemode.run("s");
		await { then(ok) { console.log("thenable"); ok() } };
		back();
		console.log("after");
	}`, host)
	if want := []string{"before", "mine", "thenable", "after"}; !slices.Equal(host.lines, want) {
		t.Errorf("lines = %q, want %q", host.lines, want)
	}
}

// A script that names nothing of the library does not take it from its snippets.
func TestSnippetHasTheWholeLibrary(t *testing.T) {
	t.Parallel()
	got := passValue(t, `async () => { const c = codemode; return await c["run"]("s") }`, one(`
		const g = function* () { yield 1 };
		let made = "no";
		try { g.constructor("yield 1"); made = "yes" } catch {}
		console.log("x");
		[Object.groupBy([1], () => "k").k[0], new URL("http://a/b").pathname, [1, 2].values().map(n => n * 2).toArray(), (1234.5).toLocaleString("en-US"),
			new TextDecoder().decode(new Uint8Array([97])), structuredClone([1]), typeof setTimeout, typeof crypto.randomUUID(), made]`))
	if want := `[1,"/b",[2,4],"1,234.5","a",[1],"function","string","no"]`; got != want {
		t.Errorf("value = %s, want %s", got, want)
	}
}

func TestSnippetThatFails(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, source, text string
		pos                Pos
		cause              string
	}{
		{"at once", "() => {\n  throw new TypeError('low') }", "low", Pos{"snippet s", 2, 9}, "TypeError: low at line 2:9 of snippet s"},
		{"after an await", "const n = 1;\nawait null;\n  throw new TypeError('low')", "low", Pos{"snippet s", 3, 9}, "TypeError: low at line 3:9 of snippet s"},
		{"no error", "throw 5", "5", Pos{"", 1, 33}, "5"},
		{"empty message", "throw new RangeError()", "RangeError", Pos{"snippet s", 1, 7}, "RangeError at line 1:7 of snippet s"},
		{"typed", "const x: any = null;\nx.y", "Cannot read property 'y' of", Pos{"snippet s", 2, 3}, ""},
		{"syntax", "const a = 1;\nconst = 2", "SyntaxError: Expected identifier but found \"=\"", Pos{"snippet s", 2, 7}, ""},
		{"nested too deeply", strings.Repeat("(", 5000), "SyntaxError: nested too deeply", Pos{}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := passThrown(t, `async () => { await codemode.run("s") }`, one(tt.source))
			if got.Name != "Error" || !strings.HasPrefix(got.Message, "Code execution failed: "+tt.text) || got.Op != -1 {
				t.Errorf("thrown = %+v, want Code execution failed: %s", got, tt.text)
			}
			if tt.pos.Line > 0 && got.Pos != tt.pos {
				t.Errorf("place = %+v, want %+v", got.Pos, tt.pos)
			}
			if want := lineOfSource(tt.source, tt.pos); tt.pos.File != "" && got.Line != want {
				t.Errorf("line = %q, want %q", got.Line, want)
			}
			if len(got.Causes) != 1 || tt.cause != "" && got.Causes[0] != tt.cause {
				t.Errorf("causes = %q, want %q", got.Causes, tt.cause)
			}
		})
	}
}

func lineOfSource(source string, at Pos) string {
	return LineAt(source, Pos{Line: at.Line})
}

// The error is a value: its cause is the very object that was thrown, and a caught one
// does no harm.
func TestSnippetErrorIsCaught(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		`throw (globalThis.mine = new RangeError("low"))`: `["Code execution failed: low",true,"RangeError",false]`,
		`return items.fail()`:                             `["Code execution failed: broken",false,"TypeError",false]`,
		`return 1 +* 2`:                                   `["Code execution failed: SyntaxError: Unexpected \"*\"",false,"SyntaxError",false]`,
	} {
		host := one(source)
		host.answer = func(Op) Event { return Event{Kind: EventReject, Name: "TypeError", Text: "broken"} }
		got := passValue(t, `async () => { try { await codemode.run("s") } catch (e) {
			return [e.message, e.cause === globalThis.mine, e.cause.name, Object.keys(e).includes("cause")] } }`, host)
		if got != want {
			t.Errorf("%s: %s, want %s", source, got, want)
		}
	}
}

// A call that fails a snippet, and so the code, is the call that the code ended with.
func TestSnippetFailsByACall(t *testing.T) {
	t.Parallel()
	host := one("async () => {\n  await items.fail() }")
	host.answer = func(Op) Event { return Event{Kind: EventReject, Text: "broken"} }
	got := passThrown(t, `async () => { await codemode.run("s") }`, host)
	if got.Op != 1 || got.Message != "Code execution failed: broken" || got.Pos != (Pos{"snippet s", 2, 19}) || got.Line != "  await items.fail() }" {
		t.Errorf("thrown = %+v, want the rejection of operation 1", *got)
	}
}

func TestSnippetThatIsRefusedOrResolved(t *testing.T) {
	t.Parallel()
	got := passThrown(t, `async () => { await codemode.run("none") }`, &simHost{})
	if got.Op != 0 || got.Message != "no snippet none" || got.Pos.Line != 1 {
		t.Errorf("thrown = %+v, want the host's error", got)
	}
	box := NewInProcess(Config{})
	result, err := box.Run(t.Context(), Script{Source: `await codemode.run("s")`, Now: epoch}, &scripted{{Kind: EventResolve, Value: raw(`{"error":"missing"}`)}})
	if err != nil || string(result.Value) != `{"error":"missing"}` {
		t.Errorf("resolved: %s, %v", result.Value, err)
	}
	for _, events := range []scripted{
		{{Kind: EventFire}},
		{{Kind: EventRunStep}},
		{{Kind: EventRunSource, Text: "await new Promise(() => {})"}, {Kind: EventRunSource, Text: "1"}},
	} {
		if _, err := box.Run(t.Context(), Script{Source: `await codemode.run("s")`, Now: epoch}, &events); err == nil || errors.Is(err, errStuck) {
			t.Errorf("%v = %v, want an error", events, err)
		}
	}
}

func TestSnippetDepth(t *testing.T) {
	t.Parallel()
	host := &simHost{snippets: map[string][]string{"deep": {`async (n) => {
		try { return await codemode.run("deep", n + 1) } catch (e) { return [n, e.name, e.message] }
	}`}}}
	got := passValue(t, `async () => await codemode.run("deep", 1)`, host)
	if !strings.HasPrefix(got, `[20,"RangeError","codemode.run`) || len(host.ops) != 20 {
		t.Errorf("value = %s after %d operations, want a RangeError in the 20th", got, len(host.ops))
	}
}

// Two sources of one snippet in a pass have places of their own.
func TestSnippetChangedMeanwhile(t *testing.T) {
	t.Parallel()
	host := &simHost{snippets: map[string][]string{"s": {"throw Error('a')", "1", "throw Error('a')"}}}
	got := passThrown(t, `async () => { await codemode.run("s").catch(() => {}); await codemode.run("s"); await codemode.run("s") }`, host)
	if got.Pos != (Pos{"snippet s", 1, 12}) || got.Line != "throw Error('a')" {
		t.Errorf("thrown = %+v", *got)
	}
	host = &simHost{snippets: map[string][]string{"s": {"1", "const x = 1\n throw Error('b')"}}}
	got = passThrown(t, `async () => { await codemode.run("s"); await codemode.run("s") }`, host)
	if got.Pos != (Pos{"snippet s (2)", 2, 13}) || got.Line != " throw Error('b')" {
		t.Errorf("thrown = %+v", *got)
	}
}

// What a snippet leaves unhandled is the pass's, as what the code does.
func TestSnippetRejections(t *testing.T) {
	t.Parallel()
	got := passThrown(t, `async () => { await codemode.run("s"); return 1 }`, one("() => { Promise.reject(new Error('left')) }"))
	if got.Message != "left" || got.Pos.File != "snippet s" {
		t.Errorf("thrown = %+v, want the rejection that was left", got)
	}
	got = passThrown(t, `async () => { await codemode.run("s"); await codemode.sleep(10) }`, one("() => { setTimeout(() => { throw new Error('late') }, 1) }"))
	if got.Message != "late" || got.Pos.File != "snippet s" {
		t.Errorf("thrown = %+v, want what the timer threw", got)
	}
	if got := passValue(t, `async () => { codemode.run("s").catch(() => {}); await codemode.sleep(5); return 1 }`, one("throw 1")); got != "1" {
		t.Errorf("value = %s, want 1: the rejection was handled", got)
	}
}

// A step may wait for a snippet that was run outside of it.
func TestSnippetEndsAStep(t *testing.T) {
	t.Parallel()
	got := passValue(t, `async () => {
		const p = codemode.run("s");
		return await codemode.step("waits", async () => await p);
	}`, one(`async () => { await codemode.sleep(50); return 7 }`))
	if got != "7" {
		t.Errorf("value = %s, want 7", got)
	}
}

func TestSnippetsAreCompiledOnce(t *testing.T) {
	t.Parallel()
	box := NewInProcess(Config{})
	for range 3 {
		host := &simHost{snippets: map[string][]string{"a": {"1"}, "b": {"1"}}}
		s := Script{Source: `for (let i = 0; i < 5; i++) { await codemode.run("a"); await codemode.run("b") }`, Now: epoch}
		if _, err := box.Run(t.Context(), s, host); err != nil {
			t.Fatal(err)
		}
	}
	if n := box.Compiled(); n != 3 {
		t.Errorf("compiled %d sources, want the script and a snippet of each name", n)
	}
}

// Many snippets together settle in an order that is always the same.
func TestSnippetsTogether(t *testing.T) {
	t.Parallel()
	var first string
	for range 20 {
		host := &simHost{snippets: map[string][]string{"s": {`async (n) => { if (n % 3) await items.a(n); return n }`}}}
		got := passValue(t, `async () => {
			const seen = [];
			await Promise.all(Array.from({length: 50}, (_, n) => codemode.run("s", n).then(v => seen.push(v))));
			return seen;
		}`, host)
		if first == "" {
			first = got
		}
		if got != first || strings.Count(got, ",") != 49 {
			t.Fatalf("order = %s, want %s", got, first)
		}
	}
	if _, err := strconv.Atoi(first[1:2]); err != nil {
		t.Errorf("order = %s", first)
	}
}

// A snippet that was made of many files has places in them.
func TestSnippetThatIsABundle(t *testing.T) {
	t.Parallel()
	content := strings.Repeat("\n", 100) + "zero\none"
	m := &source.Map{Sources: []string{"src/c.ts"}, Contents: []*string{&content}}
	bundle := withMap(t, "const f = () => {\nthrow new Error('x') };\nf()", m, 0, 0, 0)
	got := passThrown(t, `async () => { await codemode.run("s") }`, one(bundle))
	if got.Pos != (Pos{"snippet s: src/c.ts", 102, 1}) || got.Line != "one" {
		t.Errorf("thrown at %v in %q", got.Pos, got.Line)
	}
}
