package sandbox

import (
	"slices"
	"strings"
	"testing"
)

// What console shows of a value is bounded, and showing it runs nothing of the script.
func TestConsoleIsBoundedInItself(t *testing.T) {
	t.Parallel()
	for _, expr := range []string{
		`Array.from({length: 2e4}, (_, i) => ({i, text: "some text " + i}))`,
		`Object.fromEntries(Array.from({length: 2e4}, (_, i) => ["key" + i, i]))`,
		`(() => { let o = {}; for (let i = 0; i < 1e4; i++) o = {o, i}; return o })()`,
		`new Map(Array.from({length: 2e4}, (_, i) => [i, {i}]))`,
		`[Array.from({length: 100}, () => "x".repeat(1e5))]`,
		`(() => { const a = []; a.length = 2 ** 32 - 1; a[5e8] = 1; return a })()`,
		`{["k".repeat(1e5)]: 1, a: ["k".repeat(1e5)]}`,
		`new Uint8Array(1e7)`,
		`(() => { const wide = (n) => n ? Array.from({length: 50}, () => wide(n - 1)) : 1; return {a: wide(3)} })()`,
	} {
		host := &simHost{}
		passValue(t, `async () => { console.log(`+expr+`); console.dir(`+expr+`, {depth: null}) }`, host)
		for _, line := range host.lines {
			if len(line) > 4*inspectBytes {
				t.Errorf("%s is shown with %d bytes, want at most %d", expr, len(line), 4*inspectBytes)
			}
		}
	}
	host := &simHost{}
	got := passValue(t, `async () => {
		let ran = 0;
		const trap = () => { ran++; throw new Error("ran") };
		const o = { get a() { return trap() }, toString: trap, toJSON: trap, [Symbol.toPrimitive]: trap };
		class C { static get name() { return trap() } get x() { return trap() } }
		const all = new Proxy({}, { get: trap, has: trap, ownKeys: trap, getOwnPropertyDescriptor: trap, getPrototypeOf: trap });
		const e = new Error("m"); void e.stack; Object.defineProperty(e, "name", { get: trap }); Object.defineProperty(e, "stack", { get: trap });
		class M extends Map { forEach() { trap() } get size() { return trap() } *[Symbol.iterator]() { trap() } }
		Object.defineProperty(M, Symbol.hasInstance, { value: trap });
		console.log(o, new C(), C, all, e, [e], new M([[1, 2]]), Object.create(all), new (class extends Date { toISOString() { trap() } })(0));
		console.table([o, all, e]); console.log("%s %o %O", o, o, o);
		return ran;
	}`, host)
	if got != "0" {
		t.Errorf("showing values ran the script's code %s times: %q", got, host.lines)
	}
}

// However large its keys, its cells and their number, a table is a line like others.
func TestTableIsBoundedInItself(t *testing.T) {
	t.Parallel()
	for _, expr := range []string{
		`{["k".repeat(1e6)]: 1}`,
		`[{["k".repeat(1e6)]: 1}, {["j".repeat(1e6)]: 1}]`,
		`Array.from({length: 1000}, (_, i) => ({["k".repeat(i)]: 1}))`,
		`Object.fromEntries(Array.from({length: 1000}, (_, i) => ["é".repeat(1000) + i, i]))`,
		`Array.from({length: 1000}, (_, i) => [i])`,
		`Array.from({length: 1000}, () => Array.from({length: 100}, (_, i) => i))`,
		`["x".repeat(9000), 1, 2, 3]`,
		`[{a: 1}], Array.from({length: 1e5}, (_, i) => "column" + i)`,
		`[{a: 1}], ["c".repeat(1e6)]`,
	} {
		host := &simHost{}
		passValue(t, `async () => { console.table(`+expr+`) }`, host)
		if n := len(host.lines[0]); n > inspectBytes+8*tableWidth {
			t.Errorf("%s is shown with %d bytes, want about %d at most", expr, n, inspectBytes)
		}
	}
	host := &simHost{}
	passValue(t, `async () => { console.table(Array.from({length: 5000}, (_, i) => i)); console.table(["x".repeat(5000)]) }`, host)
	if lines := strings.Split(host.lines[0], "\n"); !strings.HasPrefix(lines[len(lines)-1], "... 4") || !strings.HasSuffix(lines[len(lines)-1], " more rows") {
		t.Errorf("the last line is %q, want how many rows are missing", lines[len(lines)-1])
	}
	if rows := strings.Split(host.lines[1], "\n"); !strings.HasSuffix(rows[3], "x… │") || len([]rune(rows[3])) != len([]rune(rows[0])) {
		t.Errorf("a long cell is shown as %q", rows[3])
	}
}

// A replay does not run the closures of steps: what they leave in console must not
// show in the lines after them.
func TestConsoleStateOfStepsStaysInThem(t *testing.T) {
	t.Parallel()
	host := &simHost{}
	passValue(t, `async () => {
		console.count();
		await codemode.step("s", () => { console.group("in"); console.count(); console.time("t") });
		console.count();
		console.timeEnd("t");
	}`, host)
	want := []string{"default: 1", "in", "  default: 1", "default: 2", "[warn] No such label 't' for console.timeEnd()"}
	if !slices.Equal(host.lines, want) {
		t.Errorf("lines = %q, want %q", host.lines, want)
	}
}

func TestConsoleShowsConnectors(t *testing.T) {
	t.Parallel()
	host := &simHost{}
	passValue(t, `async () => { console.log(items, {items}, codemode) }`, host)
	if got, want := strings.Join(host.lines, "|"), "[connector] { items: [connector] } [connector]"; got != want {
		t.Errorf("lines = %q, want %q", got, want)
	}
	if len(host.ops) > 0 {
		t.Errorf("showing a connector calls it: %+v", host.ops)
	}
}
