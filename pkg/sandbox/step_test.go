package sandbox

import (
	"slices"
	"strings"
	"testing"
)

func TestStepRunsItsClosureWhenTold(t *testing.T) {
	t.Parallel()
	source := `async () => {
		const r = await codemode.step("draw", async () => { await 1; return {n: 5} });
		return r.n;
	}`
	host := &simHost{}
	if got := passValue(t, source, host); got != "5" {
		t.Errorf("live value = %s, want 5", got)
	}
	kinds := opKinds(host.ops)
	if want := []OpKind{OpStep, OpStepDone}; !slices.Equal(kinds, want) {
		t.Errorf("operations = %v, want %v", kinds, want)
	}
	if done := host.ops[1]; done.Target != 0 || string(done.Result) != `{"n":5}` {
		t.Errorf("stepDone = %+v, want target 0 and the result", done)
	}

	replay := &simHost{steps: map[string]Event{"draw": {Kind: EventResolve, Value: raw(`{"n":6}`)}}}
	if got := passValue(t, source, replay); got != "6" {
		t.Errorf("replayed value = %s, want 6", got)
	}
	if kinds := opKinds(replay.ops); !slices.Equal(kinds, []OpKind{OpStep}) {
		t.Errorf("replayed operations = %v, want the step alone", kinds)
	}
}

func opKinds(ops []Op) []OpKind {
	var kinds []OpKind
	for _, op := range ops {
		kinds = append(kinds, op.Kind)
	}
	return kinds
}

func TestStepThatThrows(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, body, wantName, wantText string }{
		{"at once", `() => { throw new RangeError("low") }`, "RangeError", "low"},
		{"after a wait", `async () => { await 1; throw new RangeError("low") }`, "RangeError", "low"},
		{"in a timer", `() => new Promise(() => setTimeout(() => { throw new RangeError("low") }, 5))`, "RangeError", "low"},
		{"unhandled", `() => { Promise.reject(new RangeError("low")) }`, "RangeError", "low"},
		{"no error", `() => { throw 5 }`, "", "5"},
		{"by its result", `() => ({ get a() { throw new RangeError("low") } })`, "RangeError", "low"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			host := &simHost{}
			passThrown(t, `async () => { await codemode.step("s", `+tt.body+`) }`, host)
			done := host.ops[slices.IndexFunc(host.ops, func(op Op) bool { return op.Kind == OpStepDone })]
			if done.Thrown == nil || done.Thrown.Name != tt.wantName || done.Thrown.Message != tt.wantText || done.Thrown.Op != -1 {
				t.Errorf("stepDone threw %+v, want %s: %s", done.Thrown, tt.wantName, tt.wantText)
			}
		})
	}
}

func TestStepMayHandleARejectionLater(t *testing.T) {
	t.Parallel()
	got := passValue(t, `async () => await codemode.step("s", async () => {
		const q = Promise.reject(new Error("x"));
		await 1;
		return await q.catch(() => 5);
	})`, &simHost{})
	if got != "5" {
		t.Errorf("value = %s, want 5", got)
	}
}

func TestStepRejectionBelongsToTheStep(t *testing.T) {
	t.Parallel()
	got := passThrown(t, `async () => { await codemode.step("s", () => { throw new RangeError("low") }) }`, &simHost{})
	if got.Op != 0 || got.Name != "RangeError" || got.Message != "low" {
		t.Errorf("thrown = %+v, want the rejection of operation 0", got)
	}
}

func TestStepRefusesCalls(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`() => items.a()`,
		`async () => { await 1; items.a() }`,
		`async () => { await new Promise(r => setTimeout(r, 1)); await items.a() }`,
		`() => new Promise((_, no) => setTimeout(() => { try { items.a() } catch (e) { no(e) } }, 1))`,
		`() => new Promise((_, no) => queueMicrotask(() => { try { items.a() } catch (e) { no(e) } }))`,
		`() => Promise.resolve().then(() => items.a())`,
		`async () => { await { then(ok, no) { try { items.a() } catch (e) { no(e) } } } }`,
		`() => codemode.step("inner", () => 1)`,
	} {
		host := &simHost{}
		got := passValue(t, `async () => { try { await codemode.step("s", `+body+`) } catch (e) { return [e.name, e.message] } }`, host)
		if !strings.Contains(got, "TypeError") || !strings.Contains(got, "not possible inside a step") {
			t.Errorf("%s: caught %s, want a TypeError that names the step", body, got)
		}
		if calls := host.callsOf(); len(calls) != 1 {
			t.Errorf("%s issued %v, want the step alone", body, calls)
		}
	}
	// In one turn, continuations of the step and of the pass take turns.
	mixed := &simHost{}
	got := passValue(t, `async () => {
		const p = items.a();
		const s = codemode.step("s", async () => {
			await p;
			try { items.never() } catch (e) { for (let i = 0; i < 9; i++) await null; return e.name }
		});
		await p;
		await { then(ok) { items.b(); ok() } };
		return await s;
	}`, mixed)
	if calls := strings.Join(mixed.callsOf(), " "); got != `"TypeError"` || calls != "items.a() step s items.b()" {
		t.Errorf("value = %s, calls = %s", got, calls)
	}
	// What the pass itself does meanwhile, and afterwards, is not refused.
	host := &simHost{}
	passValue(t, `async () => {
		const s = codemode.step("s", async () => { await new Promise(r => setTimeout(r, 5)); return 1 });
		await items.a();
		await s;
		await items.b();
	}`, host)
	if got := strings.Join(host.callsOf(), " "); got != "step s items.a() items.b()" {
		t.Errorf("calls = %s", got)
	}
}

func TestStepArguments(t *testing.T) {
	t.Parallel()
	for _, call := range []string{`codemode.step("x")`, `codemode.step(() => 1)`, `codemode.step(1, () => 1)`, `codemode.step("x", 2)`} {
		host := &simHost{}
		got := passThrown(t, `async () => { await `+call+` }`, host)
		if got.Name != "TypeError" || !strings.HasPrefix(got.Message, "codemode.step(name, fn)") || len(host.ops) > 0 {
			t.Errorf("%s threw %s: %s, want a TypeError about its arguments", call, got.Name, got.Message)
		}
	}
}

// What a closure draws, times and schedules must leave the pass as if it had not run.
func TestStepLeavesThePassUnchanged(t *testing.T) {
	t.Parallel()
	source := `async () => {
		const out = [Math.random(), Date.now()];
		out.push(setTimeout(() => {}, 1000));
		await codemode.step("s", async () => {
			Math.random(); crypto.randomUUID();
			const t = Date.now();
			await new Promise(r => setTimeout(r, 50));
			let n = 0;
			await new Promise(r => { const h = setInterval(() => { Math.random(); if (++n == 3) { clearInterval(h); r() } }, 10) });
			if (Date.now() !== t) throw new Error("time went on");
			setTimeout(() => { throw new Error("left behind") }, 5);
			clearTimeout(1);
		});
		out.push(setTimeout(() => {}, 1000), Math.random(), crypto.randomUUID());
		return out;
	}`
	live := &simHost{}
	first := passValue(t, source, live)
	replay := &simHost{steps: map[string]Event{"s": {Kind: EventResolve}}}
	if second := passValue(t, source, replay); second != first {
		t.Errorf("replay gives %s, live gave %s", second, first)
	}
	count := func(kind OpKind) int {
		return len(slices.DeleteFunc(opKinds(live.ops), func(k OpKind) bool { return k != kind }))
	}
	if n := count(OpStepTimer); n != 5 {
		t.Errorf("%d timers of the step, want 5", n)
	}
	if n := count(OpClear); n != 1 {
		t.Errorf("%d timers cleared, want the one left behind", n)
	}
}

func TestStepsDrawTheSameInEveryPass(t *testing.T) {
	t.Parallel()
	source := `async () => {
		const a = await codemode.step("a", () => Math.random());
		const b = await codemode.step("b", async () => { await 1; return [Math.random(), crypto.randomUUID()] });
		return [a, b];
	}`
	both := passValue(t, source, &simHost{})
	again := passValue(t, source, &simHost{})
	if both != again {
		t.Errorf("two passes drew %s and %s", both, again)
	}
	a, b, _ := strings.Cut(strings.TrimPrefix(both, "["), ",")
	host := &simHost{steps: map[string]Event{"a": {Kind: EventResolve, Value: raw(a)}}}
	if got := passValue(t, source, host); got != both {
		t.Errorf("with the first step replayed: %s, want %s", got, both)
	}
	if strings.Contains(b, a) {
		t.Errorf("both steps drew %s", a)
	}
}

func TestUnknownPlatformMethod(t *testing.T) {
	t.Parallel()
	host := &simHost{}
	got := passValue(t, `async () => { const p = codemode.stop("x"); try { await p } catch (e) { return e.message } }`, host)
	if want := `"Method \"stop\" not found on codemode; did you mean \"step\"?"`; got != want {
		t.Errorf("caught %s, want %s", got, want)
	}
	if len(host.ops) > 0 {
		t.Errorf("it issued %v", host.ops)
	}
}
