package sandbox

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestRunReturnsTheValue(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, source, want string }{
		{"number", `async () => 42`, `42`},
		{"sync function", `() => "x"`, `"x"`},
		{"undefined", `async () => {}`, ``},
		{"null", `async () => null`, `null`},
		{"awaits", `async () => { const a = await 1; return a + await Promise.resolve(2) }`, `3`},
		{"a thenable", `() => ({ then(resolve) { resolve(7) } })`, `7`},
		{"generator", `async () => [...(function* () { yield 1; yield 2 })()]`, `[1,2]`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := passValue(t, tt.source, &simHost{}); got != tt.want {
				t.Errorf("value = %s, want %s", got, tt.want)
			}
		})
	}
}

func TestRunHandsOverTheInput(t *testing.T) {
	t.Parallel()
	s := Script{Source: `async (input) => input.a.b + 1`, Input: raw(`{"a":{"b":41}}`), Now: epoch}
	got, err := NewInProcess(Config{}).Run(t.Context(), s, &simHost{})
	if err != nil || string(got.Value) != "42" {
		t.Errorf("Run = %s, %v, want 42", got.Value, err)
	}
}

func TestCallsCrossToTheHost(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, source, want string }{
		{"first argument only", `async () => { await items.echo(1, 2) }`, "items.echo(1)"},
		{"no argument", `async () => { await items.echo() }`, "items.echo()"},
		{"undefined", `async () => { await items.echo(undefined) }`, "items.echo()"},
		{"null", `async () => { await items.echo(null) }`, "items.echo(null)"},
		{"taken at once", `async () => { const a = {n: 1}; const p = items.echo(a); a.n = 2; await p }`, `items.echo({"n":1})`},
		{"detached", `async () => { const f = items.echo; await f(3) }`, "items.echo(3)"},
		{"number as name", `async () => { await items[7]() }`, "items.7()"},
		{"destructured", `async () => { const {a, b} = items; await a(); await b() }`, "items.a(); items.b()"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			host := &simHost{}
			passValue(t, tt.source, host)
			if got := strings.Join(host.callsOf(), "; "); got != tt.want {
				t.Errorf("calls = %s, want %s", got, tt.want)
			}
		})
	}
}

func TestNamespacesAreWithoutEffects(t *testing.T) {
	t.Parallel()
	for _, source := range []string{
		`async () => { await items }`,
		`async () => { await codemode }`,
		`async () => String(items)`,
		"async () => `${items}`",
		`async () => JSON.stringify(items)`,
		`async () => console.log(items)`,
		`async () => items[Symbol.iterator]`,
		`async () => ({...items})`,
		`async () => items`,
		`async () => items == 1`,
		`async () => { for (const k in items) throw k }`,
		`async () => Object.keys(items)`,
		`async () => items.hasOwnProperty("x")`,
		`async () => { "use strict"; try { items.x = 1; } catch {} }`,
		`async () => delete items.x`,
	} {
		host := &simHost{}
		passValue(t, source, host)
		if len(host.ops) > 0 {
			t.Errorf("%s issued %v, want nothing", source, host.callsOf())
		}
	}
}

func TestConnectorsAreLexical(t *testing.T) {
	t.Parallel()
	source := `async () => [typeof items, typeof codemode, typeof globalThis.items, typeof globalThis.codemode, typeof globalThis.__bind]`
	want := `["object","object","undefined","undefined","undefined"]`
	if got := passValue(t, source, &simHost{}); got != want {
		t.Errorf("kinds = %s, want %s", got, want)
	}
	if got := passThrown(t, `async () => { items = 1 }`, &simHost{}); got.Name != "TypeError" {
		t.Errorf("assigning a connector threw %v, want a TypeError", got)
	}
}

func TestBadConnectorName(t *testing.T) {
	t.Parallel()
	for _, names := range [][]string{{"my-api"}, {"items", "items"}, {"codemode"}, {"class"}, {""}, {"a = __bind(), b"}} {
		_, err := NewInProcess(Config{}).Run(t.Context(), Script{Source: "1", Connectors: names}, &simHost{})
		if err == nil {
			t.Errorf("Run with connectors %q succeeded", names)
		}
	}
}

func TestOneEventPerTurn(t *testing.T) {
	t.Parallel()
	host := &simHost{}
	source := `async () => {
		const seen = [];
		await Promise.all([3, 1, 2].map(async n => { seen.push(await items.echo(n)); await null; await null }));
		return seen;
	}`
	if got := passValue(t, source, host); got != "[3,1,2]" {
		t.Errorf("seen = %s, want [3,1,2]", got)
	}
	if len(host.events) != 3 {
		t.Errorf("%d turns, want 3", len(host.events))
	}
}

func TestEndReturnsAtOnceWithWhatWasIssued(t *testing.T) {
	t.Parallel()
	host := &simHost{}
	result, err := runPass(t, `async () => { items.late(1); setTimeout(() => {}, 5); return 1 }`, host)
	if err != nil {
		t.Fatal(err)
	}
	if len(host.ops) != 0 || len(result.Issued) != 2 || result.Issued[0].Method != "late" || result.Issued[1].Kind != OpTimer {
		t.Errorf("host saw %d operations, result has %v, want all in the result", len(host.ops), result.Issued)
	}
}

func TestOpsHavePositions(t *testing.T) {
	t.Parallel()
	host := &simHost{}
	passValue(t, "async () => {\n  await items.a();\n  await Promise.all([1].map(items.b));\n}", host)
	if got, want := host.ops[0].Pos, (Pos{Line: 2, Column: 9}); got.Line != want.Line {
		t.Errorf("position = %v, want %v", got, want)
	}
	if got := host.ops[1].Pos.Line; got != 3 {
		t.Errorf("position of a call from a native function is in line %d, want 3", got)
	}
	for i, op := range host.ops {
		if op.ID != i {
			t.Errorf("operation %d has ID %d", i, op.ID)
		}
	}
}

func TestConsoleIsPrintedAtOnce(t *testing.T) {
	t.Parallel()
	host := &simHost{}
	passValue(t, `async () => {
		console.log("a", 1, {x:1}, [1,2], null, undefined);
		console.log();
		console.warn("careful"); console.error("bad"); console.info("no"); console.debug("no");
		console.log(Symbol("s"), 10n, -0);
	}`, host)
	want := []string{"a 1 { x: 1 } [ 1, 2 ] null undefined", "", "[warn] careful", "[error] bad", "Symbol(s) 10n -0"}
	if !slices.Equal(host.lines, want) {
		t.Errorf("lines = %q, want %q", host.lines, want)
	}
}

func TestHostErrorStopsTheScript(t *testing.T) {
	t.Parallel()
	host := &simHost{}
	_, err := runPass(t, `async () => { try { await new Promise(() => {}) } catch { console.log("caught") } finally { console.log("finally") } }`, host)
	if !errors.Is(err, errStuck) {
		t.Errorf("Run = %v, want %v", err, errStuck)
	}
	if len(host.lines) > 0 {
		t.Errorf("the script went on: %q", host.lines)
	}
}

func TestContextStopsALoop(t *testing.T) {
	t.Parallel()
	cause := errors.New("out of time")
	for _, source := range []string{
		`async () => { try { for (;;) {} } finally { console.log("finally") } }`,
		`async () => { for (;;) await 0 }`,
		`async () => { await items.a(); for (;;) await 0 }`,
		`async () => { await codemode.step("s", () => { for (;;); }) }`,
		`async () => { await new Promise(r => setTimeout(r, 1)); const o = {get a() { for(;;); }}; items.b(o) }`,
		`async () => ({get a() { for(;;); }})`,
		`async () => { throw {toJSON() { for(;;); }} }`,
		`async () => new Array(2**31)`,
		`async () => { items.b(new Array(2**31)); console.log("went on") }`,
	} {
		ctx, cancel := context.WithTimeoutCause(t.Context(), 20*time.Millisecond, cause)
		host := &simHost{}
		_, err := NewInProcess(Config{}).Run(ctx, Script{Source: source, Connectors: []string{"items"}, Now: epoch}, host)
		cancel()
		if !errors.Is(err, cause) {
			t.Errorf("Run(%s) = %v, want the cause", source, err)
		}
		if len(host.lines) > 0 {
			t.Errorf("%s went on: %q", source, host.lines)
		}
	}
}

// waitingHost ends the context of the pass, and waits until that has ended it.
type waitingHost struct {
	simHost
	end context.CancelFunc
}

func (h *waitingHost) Turn(ctx context.Context, _ []Op) (Event, error) {
	h.end()
	<-ctx.Done()
	return Event{}, fmt.Errorf("wait: %w", ctx.Err())
}

func TestContextEndsInTheHost(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	_, err := NewInProcess(Config{}).Run(ctx, Script{Source: `async () => { await items.a() }`, Connectors: []string{"items"}}, &waitingHost{end: cancel})
	if !errors.Is(err, context.Canceled) || !strings.HasPrefix(err.Error(), "wait:") {
		t.Errorf("Run = %v, want the host's own error", err)
	}
}

func TestRunawayRecursion(t *testing.T) {
	t.Parallel()
	for _, source := range []string{
		`async () => { const f = () => f() + 1; try { return f() } catch { return "caught" } }`,
		`async () => { await items.a(); const f = async () => { await f() }; await f() }`,
		`async () => { await codemode.step("s", () => { const f = () => f() + 1; f() }) }`,
		`async () => { const o = {get a() { return this.a }}; await items.a(o) }`,
		`async () => { setTimeout(() => { const f = () => f() + 1; f() }, 0); await new Promise(() => {}) }`,
	} {
		if _, err := runPass(t, source, &simHost{}); !errors.Is(err, ErrStack) {
			t.Errorf("Run(%s) = %v, want ErrStack", source, err)
		}
	}
}

func TestSyntaxErrorBeforeAnything(t *testing.T) {
	t.Parallel()
	_, err := runPass(t, "async () => { const = 1 }", &simHost{})
	var syntax *SyntaxError
	if !errors.As(err, &syntax) || syntax.Pos.Line != 1 {
		t.Errorf("Run = %v, want a SyntaxError in line 1", err)
	}
}

// panicHost breaks in its Turn.
type panicHost struct{ simHost }

func (*panicHost) Turn(context.Context, []Op) (Event, error) { panic("boom") }

func TestPanicIsACrash(t *testing.T) {
	t.Parallel()
	_, err := runPass(t, `async () => { await items.a() }`, &panicHost{})
	var crash *CrashError
	if !errors.As(err, &crash) || !strings.Contains(crash.Detail, "boom") {
		t.Errorf("Run = %v, want a CrashError", err)
	}
}

func TestWhatCannotBeAllocatedIsMemory(t *testing.T) {
	t.Parallel()
	_, err := runPass(t, `() => Array.prototype.sort.call({length: 2 ** 53 - 1})`, &simHost{})
	if !errors.Is(err, ErrMemory) {
		t.Errorf("Run = %v, want ErrMemory", err)
	}
}

func TestMicrotasksWithoutThen(t *testing.T) {
	t.Parallel()
	got := passThrown(t, `() => { Promise.prototype.then = null; queueMicrotask(() => {}) }`, &simHost{})
	if got.Name != "TypeError" {
		t.Errorf("threw %v, want a TypeError", got)
	}
}

// depthHost notes how deep in the stack lines are printed.
type depthHost struct {
	simHost
	most int
}

func (h *depthHost) Print(string) {
	h.most = max(h.most, runtime.Callers(0, make([]uintptr, 10_000)))
}

// A microtask that queues the next one is not inside of it: all of them need the
// same stack.
func TestMicrotasksAreNotNested(t *testing.T) {
	t.Parallel()
	host := &depthHost{}
	source := `async () => { let n = 0; const again = () => { console.log(""); if (++n < 1000) queueMicrotask(again) }; again(); await new Promise((r) => setTimeout(r, 1)) }`
	passValue(t, source, host)
	if host.most > 200 {
		t.Errorf("the last microtask had %d frames of Go below it, want no more than the first", host.most)
	}
	seen := `async () => { const seen = []; queueMicrotask(() => { queueMicrotask(() => seen.push("inner")); seen.push("outer") }); await 0; await 0; await 0; return seen }`
	if got := passValue(t, seen, &simHost{}); got != `["outer","inner"]` {
		t.Errorf("value = %s, want outer before inner", got)
	}
}

func TestLongMethodNamesAreCut(t *testing.T) {
	t.Parallel()
	host := &simHost{}
	passValue(t, `async () => { await items["m".repeat(1e6)](); await codemode.step("n".repeat(1e6), () => 1) }`, host)
	for _, op := range host.ops {
		if len(op.Method) > maxMethod+len("…") {
			t.Errorf("a %s with a name of %d bytes left", op.Kind, len(op.Method))
		}
	}
}
