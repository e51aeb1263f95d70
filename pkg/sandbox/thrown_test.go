package sandbox

import (
	"strings"
	"testing"
)

func TestThrownIsShown(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ source, name, message string }{
		{`throw new Error("bad")`, "Error", "bad"},
		{`throw new TypeError("bad")`, "TypeError", "bad"},
		{`throw new Error("")`, "Error", "Error"},
		{`throw new (class MyError extends Error { constructor() { super("mine"); this.name = "MyError" } })`, "MyError", "mine"},
		{`throw "x"`, "", "x"},
		{`throw ""`, "", `""`},
		{`throw {a:1}`, "", `{"a":1}`},
		{`throw [1,2]`, "", `[1,2]`},
		{`throw null`, "", "null"},
		{`throw undefined`, "", "undefined"},
		{`throw 5`, "", "5"},
		{`throw 5n`, "", "5"},
		{`throw Symbol("s")`, "", "Symbol(s)"},
		{`throw () => 1`, "", "() => 1"},
		{`const o = {}; o.o = o; throw o`, "", "[object Object]"},
		{`throw {toJSON() { throw 1 }, toString() { throw 2 }}`, "", "something was thrown that cannot be shown"},
		{`throw Object.create(null)`, "", "{}"},
		{`const e = new Error("x"); Object.defineProperty(e, "message", {get() { throw 1 }}); throw e`, "", "something was thrown that cannot be shown"},
		{`throw new Proxy(new Error("x"), {})`, "", "{}"},
		{`throw new Proxy({}, {get() { throw 1 }, ownKeys() { throw 1 }})`, "", "something was thrown that cannot be shown"},
		{`throw new Proxy(() => {}, {})`, "", "function () { [native code] }"},
		{`throw Object.freeze(new RangeError("x"))`, "RangeError", "x"},
		{`throw Object.assign(new Error("x"), {name: Symbol("s")})`, "s", "x"},
		{`throw Object.assign(new Error("x"), {message: {toString() { throw 1 }}})`, "", "something was thrown that cannot be shown"},
		{`throw Object.assign(new Error("x"), {message: 5, name: null})`, "null", "5"},
		{`throw Object.setPrototypeOf(new Error("x"), null)`, "Error", "x"},
		{`throw Object.assign(Object.create(null), {a: 1})`, "", `{"a":1}`},
		{`throw Object.create(Error.prototype)`, "", "{}"},
		{`throw {get a() { throw 1 }}`, "", "something was thrown that cannot be shown"},
		{`throw {message: "x"}`, "", `{"message":"x"}`},
		{`throw NaN`, "", "NaN"},
		{`throw -0`, "", "0"},
		{`throw Promise.reject(new Error("x")).catch(() => {}) && new Error("y")`, "Error", "y"},
		{`throw "\ud800"`, "", "\ufffd"},
		{`undefined.x`, "TypeError", "Cannot read property 'x' of undefined"},
	} {
		for _, form := range []string{`async () => { ` + tt.source + ` }`, `() => { ` + tt.source + ` }`, `async () => { await 1; ` + tt.source + ` }`} {
			got := passThrown(t, form, &simHost{})
			if got.Name != tt.name || got.Message != tt.message || got.Op != -1 {
				t.Errorf("%s: thrown = %q %q %d, want %q %q -1", form, got.Name, got.Message, got.Op, tt.name, tt.message)
			}
		}
	}
}

func TestThrownPosition(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, source string
		line         int
	}{
		{"error", "async () => {\n  const x = 1;\n  throw new Error('a');\n}", 3},
		{"where it was made", "async () => {\n  const e = new Error('a');\n  await 1;\n  throw e;\n}", 2},
		{"engine's own", "async () => {\n  await 1;\n\n  undefined.x;\n}", 4},
		{"in a native function", "async () => {\n  [1].map(\n x => { throw new Error('a') });\n}", 3},
		{"by a native function", "async () => {\n  'x'.repeat(\n-1);\n}", 2},
		{"rejection of the host", "async () => {\n\n  await items.boom();\n}", 3},
		{"sync throw of no error", "() => {\n throw 'x'\n}", 2},
		{"lowered", "async (x: number) => {\n\n  throw new Error('a');\n}", 3},
		{"lowered, async generator", "async () => {\n async function* g(): any {\n  yield 1;\n  throw new Error('a');\n }\n for await (const x of g()) {}\n}", 4},
		{"lowered, async method", "class A {\n async f(x: number) {\n  await 1;\n  throw new Error('a') } }\nawait new A().f(1)", 4},
		{"in a getter", "async () => {\n const o = {\n get x() { throw new Error('a') } };\n o.x }", 3},
		{"in toString", "async () => {\n const o = {\n toString() { throw new Error('a') } };\n `${o}` }", 3},
		{"in a timer", "async () => {\n setTimeout(() => {\n throw new Error('a') }, 5);\n await new Promise(() => {}) }", 3},
		{"in a timer, no error", "async () => {\n setTimeout(() => {\n throw 'a' }, 5);\n await new Promise(() => {}) }", 3},
		{"in a microtask", "async () => {\n queueMicrotask(() => {\n throw new Error('a') });\n await new Promise(r => setTimeout(r, 5)) }", 3},
		{"in a then", "async () => {\n await Promise.resolve(1).then(() => {\n undefined.x }) }", 3},
		{"in a constructor", "class A { constructor() {\n throw new Error('a') } }\nnew A()", 2},
		{"in a generator", "function* g() {\n yield 1;\n throw new Error('a') }\n[...g()]", 3},
		{"in a callback of a sort", "async () => {\n [2, 1].sort(() => {\n throw new Error('a') }) }", 3},
		{"unhandled", "async () => {\n Promise.reject(\n new Error('a'));\n return 1 }", 3},
		{"unhandled, in an async function", "async () => {\n (async () => {\n await 1;\n null.x })();\n await items.nothing() }", 4},
		{"rejected with no error", "async () => {\n await Promise.reject(\n 'a') }", 2},
		{"rejected with an object", "async () => {\n await new Promise((_, reject) => {\n reject({a: 1}) }) }", 3},
		{"rejected with no error, unhandled", "async () => {\n Promise.reject('b').catch(() => {});\n Promise.reject('a');\n return 1 }", 3},
		{"reference", "async () => {\n const x = 1;\n return nope }", 3},
		{"before its declaration", "async () => {\n x;\n let x }", 2},
		{"assignment to a constant", "async () => {\n const x = 1;\n x = 2 }", 3},
		{"not a function", "async () => {\n const x = {};\n x.y() }", 3},
		{"its own stack property", "async () => {\n  const e = new Error('a'); e.stack = 'at script:77:1(1)';\n throw e }", 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := passThrown(t, tt.source, &simHost{answer: func(op Op) Event {
				if op.Method == "boom" {
					return refuse("Error", "no")(op)
				}
				return Event{Kind: EventResolve}
			}})
			if got.Pos.Line != tt.line || got.Pos.Column == 0 {
				t.Errorf("position = %v (%s), want line %d", got.Pos, got.Message, tt.line)
			}
			if want := strings.Split(tt.source, "\n")[tt.line-1]; got.Line != want {
				t.Errorf("line = %q, want %q", got.Line, want)
			}
		})
	}
}

// TestThrownWithoutPosition: no place is better than a wrong one.
func TestThrownWithoutPosition(t *testing.T) {
	t.Parallel()
	for _, source := range []string{
		"async () => { throw 'a' }",
		"async () => { await 1; throw 'a' }",
		"async () => { const f = async () => { throw 'a' }; await f() }",
		"async () => { await Promise.all([1].map(async () => { throw 'a' })) }",
		"async () => { Promise.reject('b').catch(() => {}); throw 'a' }",
	} {
		if got := passThrown(t, source, &simHost{}); got.Pos != (Pos{}) || got.Line != "" {
			t.Errorf("%s: thrown at %v in %q, want no place", source, got.Pos, got.Line)
		}
	}
}

// refuse answers every call with an error.
func refuse(name, text string) func(Op) Event {
	return func(Op) Event { return Event{Kind: EventReject, Name: name, Text: text} }
}

func TestHostErrorsAreErrors(t *testing.T) {
	t.Parallel()
	source := `async () => { try { await items.a() } catch (e) { return [e instanceof Error, e instanceof TypeError, e.name, e.message, String(e), Object.keys(e).length] } }`
	for _, tt := range []struct{ name, want string }{
		{"", `[true,false,"Error","no","Error: no",0]`},
		{"TypeError", `[true,true,"TypeError","no","TypeError: no",0]`},
		{"GithubError", `[true,false,"GithubError","no","GithubError: no",0]`},
	} {
		if got := passValue(t, source, &simHost{answer: refuse(tt.name, "no")}); got != tt.want {
			t.Errorf("rejection named %q: %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestThrownSaysWhichOperation(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		source string
		op     int
	}{
		{`async () => { await items.a() }`, 0},
		{`async () => { try { await items.a() } catch (e) { throw e } }`, 0},
		{`async () => { try { await items.a() } catch {} await items.b() }`, 1},
		{`async () => { await Promise.all([items.a(), items.b()]) }`, 0},
		{`async () => { let f; try { await items.a() } catch (e) { f = e } try { await items.b() } catch { throw f } }`, 0},
		{`async () => { try { await items.a() } catch (e) { throw new Error(e.message) } }`, -1},
		{`async () => { try { await items.a() } catch (e) { throw new Error(e.message, {cause: e}) } }`, -1},
		{`async () => { items.a().then(x => x); await new Promise(r => setTimeout(r, 10)) }`, 0},
	} {
		got := passThrown(t, tt.source, &simHost{answer: refuse("Error", "no")})
		if got.Op != tt.op || got.Message != "no" {
			t.Errorf("%s: thrown = %+v, want operation %d", tt.source, got, tt.op)
		}
	}
}

func TestUndefinedNamesTheGlobal(t *testing.T) {
	t.Parallel()
	host := func() *simHost { return &simHost{answer: refuse("ReferenceError", "host is not defined")} }
	for _, tt := range []struct{ source, want string }{
		{`async () => { await github.list() }`, "github"},
		{`async () => { await 1; return fetch("https://example.com") }`, "fetch"},
		{`async () => { return require("fs") }`, "require"},
		{`async () => { return process.env }`, "process"},
		{`async () => { return GoError }`, "GoError"},
		{`async () => { await items.a() }`, ""},
		{`async () => { throw new Error("x is not defined") }`, ""},
		{`async () => { try { await items.a() } catch (e) { throw new Error(e.message) } }`, ""},
		{`async () => { x; let x = 1 }`, ""},
		{`async () => { throw structuredClone(new ReferenceError("x is not defined")) }`, ""},
	} {
		if got := passThrown(t, tt.source, host()); got.Undefined != tt.want {
			t.Errorf("%s: undefined = %q (%s), want %q", tt.source, got.Undefined, got.Message, tt.want)
		}
	}
}

func TestUnhandledRejectionEndsThePass(t *testing.T) {
	t.Parallel()
	for _, source := range []string{
		`async () => { Promise.reject(new Error("lost")); return 1 }`,
		`async () => { (async () => { throw new Error("lost") })(); return 1 }`,
		`async () => { queueMicrotask(() => { throw new Error("lost") }); return 1 }`,
		`async () => { Promise.reject(new Error("lost")); Promise.reject(new Error("second")); await items.a() }`,
	} {
		if got := passThrown(t, source, &simHost{}); got.Message != "lost" {
			t.Errorf("%s: thrown = %+v, want lost", source, got)
		}
	}
	for _, source := range []string{
		`async () => { const p = Promise.reject(new Error("x")); await items.a(); await p.catch(() => {}); return 1 }`,
		`async () => { const p = items.boom(); await new Promise(r => setTimeout(r, 10)); try { await p } catch {} return 1 }`,
		`async () => { items.boom(); return 1 }`,
		`async () => { await Promise.allSettled([items.boom(), items.boom()]); return 1 }`,
		`async () => { try { await Promise.all([items.boom(), items.boom()]) } catch {} await new Promise(r => setTimeout(r, 10)); return 1 }`,
	} {
		host := &simHost{answer: func(op Op) Event {
			if op.Method == "boom" {
				return refuse("Error", "no")(op)
			}
			return Event{Kind: EventResolve}
		}}
		if got := passValue(t, source, host); got != "1" {
			t.Errorf("%s = %s, want 1", source, got)
		}
	}
}

func TestLongThrownTextIsCut(t *testing.T) {
	t.Parallel()
	got := passThrown(t, `async () => { throw new Error("é".repeat(1e6)) }`, &simHost{})
	if len(got.Message) > maxThrownText+8 || !strings.HasSuffix(got.Message, "…") {
		t.Errorf("message of %d bytes, want about %d", len(got.Message), maxThrownText)
	}
}

func TestLongNamesAreCut(t *testing.T) {
	t.Parallel()
	got := passThrown(t, `() => { const e = new Error("m"); e.name = "N".repeat(1e6); throw e }`, &simHost{})
	if len(got.Name) > maxThrownName+len("…") {
		t.Errorf("the name has %d bytes, want at most %d", len(got.Name), maxThrownName)
	}
}

func TestEarliestRejectionCounts(t *testing.T) {
	t.Parallel()
	source := `() => {
		const all = Array.from({length: 100}, (_, i) => Promise.reject(new Error("e" + i)));
		all[0].catch(() => {});
		all[1].catch(() => {});
	}`
	if got := passThrown(t, source, &simHost{}); got.Message != "e2" {
		t.Errorf("threw %q, want e2", got.Message)
	}
}
