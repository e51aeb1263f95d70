package sandbox

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestSleep(t *testing.T) {
	t.Parallel()
	host := &simHost{}
	got := passValue(t, `async () => {
		const t = Date.now(), day = 24 * 3600e3;
		const v = await codemode.sleep(1500);
		const waited = Date.now() - t;
		await Promise.all([
			codemode.sleep(-5), codemode.sleep(7.9), codemode.sleep(3653 * day), codemode.sleep(-1e300),
			codemode.sleep(new Date(Date.now() + 60000)), codemode.sleep(new Date(0)),
		]);
		return [v === undefined, waited];
	}`, host)
	if got != "[true,1500]" {
		t.Errorf("value = %s, want [true,1500]", got)
	}
	var delays []time.Duration
	for _, op := range host.ops {
		if op.Kind != OpSleep || op.Pos.Line == 0 {
			t.Fatalf("operation %+v, want a sleep with a place", op)
		}
		delays = append(delays, op.Delay)
	}
	ms := time.Millisecond
	if want := []time.Duration{1500 * ms, 0, 7 * ms, MaxWait, 0, time.Minute, 0}; !slices.Equal(delays, want) {
		t.Errorf("delays = %v, want %v", delays, want)
	}
}

func TestWaitFor(t *testing.T) {
	t.Parallel()
	host := &simHost{signals: map[string]Event{
		"paid":    {Kind: EventResolve, Value: raw(`{"n":5}`)},
		"refused": {Kind: EventReject, Name: "RangeError", Text: "no"},
	}}
	got := passValue(t, `async () => {
		const paid = await codemode.waitFor("paid");
		const errors = [];
		for (const [name, options] of [["refused", {}], ["late", {timeoutMs: 250}], ["late", {timeoutMs: 0}]]) {
			try { await codemode.waitFor(name, options) } catch (e) { errors.push(e.name + ": " + e.message) }
		}
		await codemode.waitFor("paid", {timeoutMs: undefined});
		return [paid.n, errors];
	}`, host)
	if want := `[5,["RangeError: no","TimeoutError: no signal late","TimeoutError: no signal late"]]`; got != want {
		t.Errorf("value = %s, want %s", got, want)
	}
	var ops []string
	for _, op := range host.ops {
		ops = append(ops, string(op.Kind)+" "+op.Method+" "+op.Delay.String())
	}
	want := []string{"signal paid -1ns", "signal refused -1ns", "signal late 250ms", "signal late 0s", "signal paid -1ns"}
	if !slices.Equal(ops, want) {
		t.Errorf("operations = %q, want %q", ops, want)
	}
}

// What codemode does not take is an error at the line that asks, and no operation.
func TestWaitsAndSnippetsRefuseWrongArguments(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ call, name, text string }{
		{`codemode.sleep()`, "TypeError", "a finite number of milliseconds, or a Date, is expected"},
		{`codemode.sleep("5")`, "TypeError", "a finite number"},
		{`codemode.sleep(NaN)`, "TypeError", "a finite number"},
		{`codemode.sleep(Infinity)`, "TypeError", "a finite number"},
		{`codemode.sleep(5n)`, "TypeError", "a finite number"},
		{`codemode.sleep({})`, "TypeError", "a finite number"},
		{`codemode.sleep(new Date(NaN))`, "RangeError", "the date is invalid"},
		{`codemode.sleep(3653 * 24 * 3600e3 + 1)`, "RangeError", "longer than 10 years"},
		{`codemode.sleep(new Date(8.64e15))`, "RangeError", "longer than 10 years"},
		{`codemode.waitFor()`, "TypeError", "codemode.waitFor(name, {timeoutMs}): name must be a string"},
		{`codemode.waitFor("")`, "TypeError", "1 to 200 bytes"},
		{`codemode.waitFor("é".repeat(101))`, "TypeError", "1 to 200 bytes, not 202"},
		{`codemode.waitFor("x", 5)`, "TypeError", "the options must be an object"},
		{`codemode.waitFor("x", null)`, "TypeError", "the options must be an object"},
		{`codemode.waitFor("x", {timeout: 5})`, "TypeError", `unknown option "timeout"`},
		{`codemode.waitFor("x", {timeoutMs: "5"})`, "TypeError", "timeoutMs must be a finite number, 0 or more"},
		{`codemode.waitFor("x", {timeoutMs: -1})`, "TypeError", "timeoutMs must be"},
		{`codemode.waitFor("x", {timeoutMs: Infinity})`, "TypeError", "timeoutMs must be"},
		{`codemode.waitFor("x", {timeoutMs: 1e300})`, "RangeError", "longer than 10 years"},
		{`codemode.waitFor("x", {get timeoutMs() { throw new EvalError("mine") }})`, "EvalError", "mine"},
		{`codemode.waitFor("x", new Proxy({}, {ownKeys() { throw new EvalError("mine") }}))`, "EvalError", "mine"},
		{`codemode.run()`, "TypeError", "codemode.run(name, input): name must be a string"},
		{`codemode.run("")`, "TypeError", "1 to 200 bytes"},
		{`codemode.run("x", () => 1)`, "DataCloneError", "could not be cloned"},
		{`codemode.run("x", {a: Symbol("s")})`, "DataCloneError", "could not be cloned"},
		{`c\u006fdemode.run("x")`, "TypeError", "without escapes"},
	} {
		host := &simHost{}
		got := passThrown(t, `async () => { await `+tt.call+` }`, host)
		if got.Name != tt.name || !strings.Contains(got.Message, tt.text) || len(host.ops) > 0 {
			t.Errorf("%s threw %s: %s and issued %d operations, want %s: … %s", tt.call, got.Name, got.Message, len(host.ops), tt.name, tt.text)
		}
	}
}

func TestStepsRefuseWaitsAndSnippets(t *testing.T) {
	t.Parallel()
	for _, call := range []string{`codemode.sleep(5)`, `codemode.waitFor("x")`, `codemode.run("x")`} {
		host := &simHost{}
		got := passThrown(t, `async () => { await codemode.step("s", async () => { await 1; await `+call+` }) }`, host)
		if got.Name != "TypeError" || !strings.Contains(got.Message, "is not possible inside a step") {
			t.Errorf("%s threw %s: %s, want a refusal", call, got.Name, got.Message)
		}
		if kinds := opKinds(host.ops); !slices.Equal(kinds, []OpKind{OpStep, OpStepDone}) {
			t.Errorf("%s issued %v, want the step alone", call, kinds)
		}
	}
}

func TestWaitsAndSnippetsCountAsPending(t *testing.T) {
	t.Parallel()
	for _, call := range []string{`codemode.sleep(5)`, `codemode.waitFor("x")`, `codemode.run("x")`} {
		for n, want := range map[int]error{10: errStuck, 11: ErrPending} {
			s := Script{Source: `async (n) => { for (let i = 0; i < n; i++) ` + call + `; await new Promise(() => {}) }`, Now: epoch, MaxPending: 10}
			s.Input = raw(strconv.Itoa(n))
			host := &simHost{snippets: map[string][]string{"x": {"await new Promise(() => {})"}}}
			if _, err := NewInProcess(Config{}).Run(t.Context(), s, host); !errors.Is(err, want) {
				t.Errorf("%d times %s = %v, want %v", n, call, err, want)
			}
		}
	}
}

func TestUnknownMemberOfCodemode(t *testing.T) {
	t.Parallel()
	for name, near := range map[string]string{"sleeep": "sleep", "waitfor": "waitFor", "runs": "run", "steps": "step"} {
		got := passThrown(t, `async () => { await codemode.`+name+`("x") }`, &simHost{})
		if want := `Method "` + name + `" not found on codemode; did you mean "` + near + `"?`; got.Message != want {
			t.Errorf("codemode.%s threw %s, want %s", name, got.Message, want)
		}
	}
}
