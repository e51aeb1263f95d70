package sandbox

import (
	"strings"
	"testing"
)

func TestNothingElseIsInReach(t *testing.T) {
	t.Parallel()
	source := `async () => ["fetch", "require", "process", "module", "GoError", "Go", "WebSocket", "XMLHttpRequest", "setImmediate", "Buffer", "importScripts"]
		.filter(n => n in globalThis)`
	if got := passValue(t, source, &simHost{}); got != "[]" {
		t.Errorf("globals = %s, want none of these", got)
	}
	// Whatever a failing global function throws, no Go error object leads out.
	got := passValue(t, `async () => {
		try { console.log.call(); crypto.getRandomValues(1) } catch (e) { return [e.constructor === TypeError, "value" in e] }
	}`, &simHost{})
	if got != "[true,false]" {
		t.Errorf("error = %s, want a plain TypeError", got)
	}
}

func TestGlobalsAreTheSameEveryTime(t *testing.T) {
	t.Parallel()
	source := `async () => Object.getOwnPropertyNames(globalThis)`
	first := passValue(t, source, &simHost{})
	for range 10 {
		if got := passValue(t, source, &simHost{}); got != first {
			t.Fatalf("globals = %s, then %s", first, got)
		}
	}
	if !strings.Contains(first, `"console"`) || !strings.Contains(first, `"crypto"`) {
		t.Errorf("globals = %s, want console and crypto among them", first)
	}
}

func TestCodeFromTextIsRefused(t *testing.T) {
	t.Parallel()
	for _, expr := range []string{
		`eval("1")`, `(0, eval)("1")`, `globalThis.eval("1")`,
		`new Function("return 1")()`, `Function("return 1")()`,
		`(() => {}).constructor("return 1")()`,
		`(async () => {}).constructor("return 1")()`,
		`(function* () {}).constructor("yield 1")()`,
		`Object.getPrototypeOf(async function () {}).constructor("return 1")`,
		`(class {}).constructor("return 1")`,
		`Reflect.construct(Function, ["return 1"])`,
	} {
		got := passValue(t, `async () => { try { return `+expr+` } catch (e) { return e.message } }`, &simHost{})
		if !strings.Contains(got, "is not possible here") {
			t.Errorf("%s = %s, want a clear refusal", expr, got)
		}
	}
	source := `async () => [(() => {}) instanceof Function, (async () => {}) instanceof Function, typeof Function, Function.name, Object instanceof Function]`
	if got := passValue(t, source, &simHost{}); got != `[true,true,"function","Function",true]` {
		t.Errorf("functions are %s", got)
	}
}

func TestRegExpIsStillRegExp(t *testing.T) {
	t.Parallel()
	source := `async () => [
		/\\p{L}/u.test("\\p{L}") || "escaped", new RegExp("a\\\\p").test("a\\p"), /x/ instanceof RegExp, new RegExp("a", "g").flags,
		new RegExp(/b/i).source, RegExp("c").test("c"), new (class R extends RegExp { two() { return 2 } })("x").two(),
		"a-b".split(new RegExp("-")).length, typeof RegExp.prototype.exec, [..."aXbX".matchAll(/X/g)].length,
		new (class R extends RegExp {})("x") instanceof RegExp, {} instanceof RegExp,
	]`
	want := `[true,true,true,"g","b",true,2,2,"function",2,true,false]`
	if got := passValue(t, source, &simHost{}); got != want {
		t.Errorf("regular expressions: %s, want %s", got, want)
	}
}

func TestLocales(t *testing.T) {
	t.Parallel()
	for expr, want := range map[string]string{
		`(1234567.891).toLocaleString('en-US')`:                                                       `"1,234,567.891"`,
		`(1234.5678).toLocaleString()`:                                                                `"1,234.568"`,
		`(999).toLocaleString("en")`:                                                                  `"999"`,
		`(-1000).toLocaleString(["en-GB"])`:                                                           `"-1,000"`,
		`(0.256).toLocaleString("en-US", {style: "percent"})`:                                         `"26%"`,
		`(1234.5).toLocaleString("en-US", {style: "currency", currency: "USD"})`:                      `"$1,234.50"`,
		`(-5).toLocaleString("en-US", {style: "currency", currency: "EUR"})`:                          `"-€5.00"`,
		`(5.5).toLocaleString("en-US", {minimumFractionDigits: 2})`:                                   `"5.50"`,
		`(5.555).toLocaleString("en-US", {maximumFractionDigits: 1})`:                                 `"5.6"`,
		`(5).toLocaleString("en-US", {style: "currency", currency: "USD", maximumFractionDigits: 0})`: `"$5"`,
		`NaN.toLocaleString()`:                                                                        `"NaN"`,
		`(-Infinity).toLocaleString()`:                                                                `"-∞"`,
		`(1e21).toLocaleString()`:                                                                     `"1,000,000,000,000,000,000,000"`,
		`1234567n.toLocaleString("en-US")`:                                                            `"1,234,567"`,
		`[1234, 5].toLocaleString()`:                                                                  `"1,234,5"`,
		`new Date(1700000000000).toLocaleDateString("en-US")`:                                         `"11/14/2023"`,
		`new Date(1700000000000).toLocaleTimeString()`:                                                `"10:13:20 PM"`,
		`new Date(1700000000000).toLocaleString("en-US", {timeZone: "UTC"})`:                          `"11/14/2023, 10:13:20 PM"`,
		`new Date(NaN).toLocaleString()`:                                                              `"Invalid Date"`,
	} {
		if got := passValue(t, `async () => `+expr, &simHost{}); got != want {
			t.Errorf("%s = %s, want %s", expr, got, want)
		}
	}
	for _, expr := range []string{`(1).toLocaleString("de-DE")`, `new Date(0).toLocaleDateString("en-US", {era: "short"})`, `new Date(0).toLocaleString("fr")`} {
		if got := passThrown(t, `async () => `+expr, &simHost{}); got.Name != "RangeError" || !strings.Contains(got.Message, "not supported") {
			t.Errorf("%s threw %s: %s, want a RangeError that says so", expr, got.Name, got.Message)
		}
	}
}

// The zone of the process must not show: these hold in every zone.
func TestLocalTimeIsUTC(t *testing.T) {
	t.Parallel()
	for expr, want := range map[string]string{
		`new Date(2024, 0, 1).toISOString()`:                                            `"2024-01-01T00:00:00.000Z"`,
		`new Date(2024, 5, 15, 10, 20, 30, 40).toISOString()`:                           `"2024-06-15T10:20:30.040Z"`,
		`new Date("2024-06-15T10:20:30").toISOString()`:                                 `"2024-06-15T10:20:30.000Z"`,
		`new Date("2024-06-15T10:20:30+02:00").toISOString()`:                           `"2024-06-15T08:20:30.000Z"`,
		`new Date("2024-06-15").toISOString()`:                                          `"2024-06-15T00:00:00.000Z"`,
		`new Date("Jun 15 2024 10:20").toISOString()`:                                   `"2024-06-15T10:20:00.000Z"`,
		`new Date("Sat, 15 Jun 2024 10:20:30 GMT").toISOString()`:                       `"2024-06-15T10:20:30.000Z"`,
		`new Date(new Date(5)).getTime()`:                                               `5`,
		`Date.parse("2024-06-15T10:20:30")`:                                             `1718446830000`,
		`isNaN(Date.parse("nonsense"))`:                                                 `true`,
		`isNaN(new Date("nonsense"))`:                                                   `true`,
		`new Date(1718446830000).getHours()`:                                            `10`,
		`new Date(1718446830000).getTimezoneOffset()`:                                   `0`,
		`new Date(1718446830000).toString()`:                                            `"Sat Jun 15 2024 10:20:30 GMT+0000 (UTC)"`,
		`String(new Date(1718446830000))`:                                               `"Sat Jun 15 2024 10:20:30 GMT+0000 (UTC)"`,
		`new Date(1718446830000).toDateString()`:                                        `"Sat Jun 15 2024"`,
		`new Date(1718446830000).toTimeString()`:                                        `"10:20:30 GMT+0000 (UTC)"`,
		`new Date(1718446830000).setHours(1)`:                                           `1718414430000`,
		`Date()`:                                                                        `"Sun Mar 01 2026 12:00:00 GMT+0000 (UTC)"`,
		`new Date().getTime() === Date.now() && new Date() instanceof Date`:             `true`,
		`new (class D extends Date { x() { return 1 } })(5).x()`:                        `1`,
		`new (class D extends Date {})(5) instanceof Date`:                              `true`,
		`new Date(5).constructor === Date && Date.name === "Date" && Date.length === 7`: `true`,
	} {
		if got := passValue(t, `async () => `+expr, &simHost{}); got != want {
			t.Errorf("%s = %s, want %s", expr, got, want)
		}
	}
}

func TestMoreOfTheLanguage(t *testing.T) {
	t.Parallel()
	for expr, want := range map[string]string{
		`structuredClone({a: [1, new Date(5), new Map([[1, 2]])]}).a[1].getTime()`: `5`,
		`crypto.randomUUID().length`:                           `36`,
		`crypto.getRandomValues(new Uint8Array(4)).length`:     `4`,
		`typeof Symbol.asyncIterator`:                          `"symbol"`,
		`(() => { globalThis.console = 5; return console })()`: `5`,
		`(() => { globalThis.Date = 5; return Date })()`:       `5`,
		`typeof performance.timeOrigin`:                        `"number"`,
	} {
		if got := passValue(t, `async () => `+expr, &simHost{}); got != want {
			t.Errorf("%s = %s, want %s", expr, got, want)
		}
	}
	source := `async () => {
		const out = [];
		async function* gen() { yield 1; yield await items.echo(2) }
		for await (const x of gen()) out.push(x);
		for await (const x of { [Symbol.asyncIterator]: () => ({ n: 0, async next() { return { done: this.n++ > 0, value: 3 } } }) }) out.push(x);
		return out;
	}`
	if got := passValue(t, source, &simHost{}); got != "[1,2,3]" {
		t.Errorf("async iteration gives %s, want [1,2,3]", got)
	}
}

// The globals that a script does not name are not made: whatever way there is to them
// counts as naming them.
func TestGlobalsAreThereForWhoeverLooks(t *testing.T) {
	t.Parallel()
	for _, expr := range []string{
		`typeof setTimeout + typeof crypto`, `typeof globalThis["setTime" + "out"] + typeof globalThis["cry" + "pto"]`,
		`(function () { return typeof this["setTime" + "out"] + typeof this["cry" + "pto"] })()`,
		`typeof \u0073etTimeout + typeof \u0063rypto`,
		`typeof global\u0054his["setTime" + "out"] + typeof global\u0054his["cry" + "pto"]`,
	} {
		if got := passValue(t, `async () => `+expr, &simHost{}); got != `"functionobject"` {
			t.Errorf("%s = %s, want a function and an object", expr, got)
		}
	}
}
