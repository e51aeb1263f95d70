package sandbox

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/dop251/goja"
)

// Each expression is sent through a call, which gives its argument back, and must
// come back as what it was; check is an expression about the copy v.
func TestValuesComeBack(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ expr, check string }{
		{`null`, `v === null`},
		{`true`, `v === true`},
		{`"é\u2028\"\\\n\u0001😀"`, `v === "é\u2028\"\\\n\u0001😀"`},
		{`"a\ud800b\udc00\ufffd\u{1f600}\n\\u0041"`, `v === "a\ud800b\udc00\ufffd\u{1f600}\n\\u0041" && v.length === 14`},
		{`[123456789012345678,-7,0.5e-3,123456789012345,1e15]`, `v[0] === 123456789012345680 && v[1] === -7 && v[2] === 0.0005 && v[3] === 123456789012345 && v[4] === 1e15`},
		{`0.1`, `v === 0.1`},
		{`1e21`, `v === 1e21`},
		{`5e-324`, `v === 5e-324`},
		{`2**53`, `v === 2**53`},
		{`-0`, `Object.is(v, -0)`},
		{`NaN`, `Number.isNaN(v)`},
		{`[Infinity, -Infinity]`, `v[0] === Infinity && v[1] === -Infinity`},
		{`123456789012345678901234567890n`, `v === 123456789012345678901234567890n`},
		{`-5n`, `v === -5n`},
		{`{a: undefined}`, `"a" in v && v.a === undefined`},
		{`[undefined, null, , 1]`, `v.length === 4 && v[0] === undefined && v[1] === null && v[2] === undefined && v[3] === 1`},
		{`new Date(1700000000123)`, `v instanceof Date && v.getTime() === 1700000000123`},
		{`new Date(NaN)`, `v instanceof Date && isNaN(v)`},
		{`new Date(8.64e15)`, `v.getTime() === 8.64e15`},
		{`new Date(-8.64e15)`, `v.getTime() === -8.64e15`},
		{`new Date(-62198755200000)`, `v.getTime() === -62198755200000`},
		{`new Map([[{k: 1}, new Map([["a", 1n]])], ["b", undefined]])`, `v instanceof Map && v.size === 2 && [...v][0][1].get("a") === 1n && v.has("b")`},
		{`new Set([1, "1", NaN])`, `v instanceof Set && v.size === 3 && v.has(NaN) && v.has("1")`},
		{`new TypeError("m", {cause: {c: 1}})`, `v instanceof TypeError && v.message === "m" && v.cause.c === 1 && Object.keys(v).length === 0`},
		{`Object.assign(new Error("m"), {name: "Mine"})`, `v instanceof Error && v.name === "Mine"`},
		{`new Uint8Array([1,2,3])`, `v instanceof Uint8Array && v.join() === "1,2,3"`},
		{`new Uint8Array([1,2,3,4]).subarray(1,3)`, `v instanceof Uint8Array && v.join() === "2,3"`},
		{`new Uint16Array([258])`, `v instanceof Uint8Array && v.join() === "2,1"`},
		{`new BigInt64Array([1n])`, `v instanceof Uint8Array && v.length === 8 && v[0] === 1`},
		{`new DataView(new Uint8Array([1,2,3,4]).buffer, 1, 2)`, `v instanceof Uint8Array && v.join() === "2,3"`},
		{`new Uint8Array([7,8]).buffer`, `v instanceof ArrayBuffer && new Uint8Array(v).join() === "7,8"`},
		{`new Uint8Array(0)`, `v instanceof Uint8Array && v.length === 0`},
		{`{__codemode_bigint_v1__: "12"}`, `v.__codemode_bigint_v1__ === "12"`},
		{`{__codemode_binary_v1__: "Uint8Array", data: "AQID"}`, `v.__codemode_binary_v1__ === "Uint8Array" && v.data === "AQID"`},
		{`{__codemode_value_v1__: "Object", data: {__codemode_value_v1__: "NaN"}}`, `v.data.__codemode_value_v1__ === "NaN"`},
		{`{x: 1, __codemode_anything__: {__codemode_value_v1__: "Date"}}`, `v.x === 1 && v.__codemode_anything__.__codemode_value_v1__ === "Date"`},
		{`["__codemode_value_v1__", {a: "\"__codemode_value_v1__\":\"NaN\""}]`, `v[0] === "__codemode_value_v1__" && typeof v[1].a === "string"`},
		{`JSON.parse('{"__proto__": {"x": 1n}}'.replace("1n", "1"))`, `Object.getPrototypeOf(v) === Object.prototype && v.__proto__ !== Object.prototype`},
		{`Object.defineProperty({n: NaN}, "__proto__", {value: 5, enumerable: true})`, `Object.hasOwn(v, "__proto__") && Object.getPrototypeOf(v) === Object.prototype`},
		{`{b: 1, a: 2, 1: 3}`, `Object.keys(v).join() === "1,b,a"`},
		{`{f() {}, s: Symbol("s"), a: 1}`, `Object.keys(v).join() === "a"`},
		{`[() => 1, Symbol("s"), class {}]`, `v.length === 3 && v.every(x => x === null)`},
		{`new (class A { constructor() { this.x = 1 } get y() { return 2 } })`, `Object.keys(v).join() === "x"`},
		{`{toJSON() { return {j: 1} }}`, `v.j === 1`},
		{`{a: {toJSON(k) { return k }}}`, `v.a === "a"`},
		{`{toJSON() { return undefined }}`, `v === undefined`},
		{`[new Number(1), new String("s"), new Boolean(false), Object(5n)]`, `v[0] === 1 && v[1] === "s" && v[2] === false && v[3] === 5n`},
		{`/x/g`, `Object.keys(v).length === 0`},
		{`new Proxy([1, 2], {})`, `Array.isArray(v) && v.join() === "1,2"`},
		{`new Proxy({a: 1}, {})`, `v.a === 1`},
		{`Object.create(null, {a: {value: 1, enumerable: true}})`, `v.a === 1`},
		{`(() => { const s = {x: 1}; return [s, s] })()`, `v[0].x === 1 && v[1].x === 1`},
		{`(() => { let o = 1; for (let i = 0; i < 990; i++) o = [o]; return o })()`, `Array.isArray(v)`},
		{`(function () { return arguments })(1, 2)`, `v[0] === 1 && v[1] === 2`},
		{`() => 1`, `v === undefined`},
	} {
		source := `async () => { const v = await items.echo(` + tt.expr + `); return ` + tt.check + ` || String(v) }`
		host := &simHost{}
		if got := passValue(t, source, host); got != "true" {
			t.Errorf("%s came back as %s (durable %s)", tt.expr, got, host.ops[0].Args)
		}
		if args := host.ops[0].Args; args != nil && !json.Valid(args) {
			t.Errorf("%s: %s is not JSON", tt.expr, args)
		}
	}
}

func TestValuesThatCannotCross(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ expr, problem string }{
		{`(() => { const o = {}; o.self = {o}; return o })()`, "contains itself"},
		{`(() => { const m = new Map(); m.set(1, [m]); return m })()`, "contains itself"},
		{`(() => { let o = 1; for (let i = 0; i < 1100; i++) o = [o]; return o })()`, "levels deep"},
		{`(() => { const f = () => ({toJSON() { return {f: f()} }}); return f() })()`, "levels deep"},
		{`{p: Promise.resolve(1)}`, "await it first"},
	} {
		host := &simHost{}
		if _, err := runPass(t, `async () => { await items.echo(`+tt.expr+`) }`, host); err != nil {
			t.Errorf("%s: %v", tt.expr, err)
			continue
		}
		got := host.ops[0].Invalid
		if got == nil || got.TooLarge || host.ops[0].Args != nil || !strings.Contains(got.Problem, tt.problem) ||
			!strings.Contains(got.Problem, "could not be recorded durably") {
			t.Errorf("%s: invalid = %+v, want %q", tt.expr, got, tt.problem)
		}
		result, err := runPass(t, `async () => `+tt.expr, &simHost{})
		if strings.HasPrefix(tt.expr, "{") {
			continue // that is a block
		}
		if err != nil || result.Invalid == nil || result.Value != nil || result.Thrown != nil {
			t.Errorf("%s as result: %+v, %v, want it to be invalid", tt.expr, result, err)
		}
	}
}

func TestGettersThrowInTheScript(t *testing.T) {
	t.Parallel()
	for _, arg := range []string{
		`{get a() { throw new Error("mine") }}`,
		`{toJSON() { throw new Error("mine") }}`,
		`new Proxy({}, {ownKeys() { throw new Error("mine") }})`,
		`new Proxy({}, {get() { throw new Error("mine") }})`,
		`[1, {get a() { throw new Error("mine") }}]`,
		`new Map([[1, {get a() { throw new Error("mine") }}]])`,
	} {
		host := &simHost{}
		got := passValue(t, `async () => { try { items.echo(`+arg+`) } catch (e) { return e.message } }`, host)
		if got != `"mine"` || len(host.ops) > 0 {
			t.Errorf("%s: caught %s with %d operations, want its own error and none", arg, got, len(host.ops))
		}
		if got := passThrown(t, `async () => (`+arg+`)`, &simHost{}); got.Message != "mine" {
			t.Errorf("%s as result: threw %q, want mine", arg, got.Message)
		}
	}
}

func TestValueLimit(t *testing.T) {
	t.Parallel()
	run := func(source string, limit int) (Result, *simHost) {
		host := &simHost{}
		s := Script{Source: source, Connectors: []string{"items"}, Now: epoch, MaxValueBytes: limit}
		result, err := NewInProcess(Config{}).Run(t.Context(), s, host)
		if err != nil {
			t.Fatalf("Run(%s): %v", source, err)
		}
		return result, host
	}
	for _, tt := range []struct {
		expr  string
		limit int
		large bool
	}{
		{`"x".repeat(98)`, 100, false},
		{`"x".repeat(99)`, 100, true},
		{`"é".repeat(49)`, 100, false},
		{`"é".repeat(50)`, 100, true},
		{`"\n".repeat(50)`, 100, true},
		{`new Array(50).fill(1)`, 101, false},
		{`new Array(51).fill(1)`, 102, true},
		{`new Array(2**31)`, 1 << 16, true},
		{`new Uint8Array(100)`, 100, true},
		{`(() => { let o = [1]; for (let i = 0; i < 100; i++) o = [o, o]; return o })()`, 1 << 16, true},
		{`10n ** 1000n`, 500, true},
	} {
		result, _ := run(`async () => `+tt.expr, tt.limit)
		_, host := run(`async () => { await items.echo(`+tt.expr+`) }`, tt.limit)
		for _, invalid := range []*Invalid{result.Invalid, host.ops[0].Invalid} {
			if large := invalid != nil && invalid.TooLarge && invalid.Bytes > tt.limit; large != tt.large {
				t.Errorf("%s with limit %d: invalid = %+v, want too large = %t", tt.expr, tt.limit, invalid, tt.large)
			}
		}
	}
	_, host := run(`async () => { try { await codemode.step("s", () => "x".repeat(200)) } catch {} }`, 100)
	if done := host.ops[1]; done.Invalid == nil || !done.Invalid.TooLarge || done.Result != nil {
		t.Errorf("stepDone = %+v, want it too large", done)
	}
}

func TestDecodeRefusesNonsense(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{`, `nope`, `{"__codemode_value_v1__":"Nope"}`, `{"__codemode_value_v1__":5}`, `{"__codemode_nope__":"x"}`,
		`{"__codemode_bigint_v1__":"x"}`, `{"__codemode_value_v1__":"Map","data":5}`,
		`{"__codemode_binary_v1__":"Uint8Array","data":"*"}`, `{"__codemode_value_v1__":"Error"}`,
		strings.Repeat("[", 1e7), strings.Repeat(`{"a":`, 1e6), strings.Repeat("[", 5e3) + strings.Repeat("]", 5e3),
	} {
		p := newPass(Script{}, nil, &compiled{})
		if v, err := p.codec.decode(raw(text)); err == nil {
			t.Errorf("decode(%.40s) = %v, want an error", text, v)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"a":[1,"x",null,true,-0.5e3]}`, `{"__codemode_value_v1__":"Map","data":[[1,{"__codemode_bigint_v1__":"5"}]]}`,
		`{"__codemode_value_v1__":"Object","data":{"__codemode_value_v1__":"NaN"}}`, `{"__codemode_value_v1__":"Date","data":null}`,
		`{"__codemode_binary_v1__":"Uint8Array","data":"AQID"}`, `{"__codemode_value_v1__":"Error","data":{"name":"x","message":"y"}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p := newPass(Script{}, nil, &compiled{})
		v, err := p.codec.decode(text)
		if err != nil {
			return
		}
		first := encodeIn(t, p, v)
		v, err = p.codec.decode(first)
		if err != nil {
			t.Fatalf("%s was encoded as %s: %v", text, first, err)
		}
		if second := encodeIn(t, p, v); string(second) != string(first) {
			t.Errorf("%s was encoded as %s, then as %s", text, first, second)
		}
	})
}

func encodeIn(t *testing.T, p *pass, v goja.Value) (out json.RawMessage) {
	t.Helper()
	var invalid *Invalid
	if err := p.enter(func() { out, invalid = p.codec.encode(v) }); err != nil || invalid != nil {
		t.Fatalf("encode: %v, %+v", err, invalid)
	}
	if out != nil && !json.Valid(out) {
		t.Fatalf("encode gives %s, which is not JSON", out)
	}
	return out
}

// The walker of a map belongs to nobody but the map, although the script can keep it:
// whatever is done with it, what leaves is JSON.
func TestForEachOfTheScriptCannotBreakAValue(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ forEach, value, want string }{
		"kept": {
			`walk = f; f(1, 2)`, `({m: new Map(), get n() { walk(3, 4); return 5 }})`,
			`{"m":{"__codemode_value_v1__":"Map","data":[[2,1]]},"n":5}`,
		},
		"nested": {
			`if (!depth++) f({get x() { f(1, 2); return 3 }}, 4)`, `new Map()`,
			`{"__codemode_value_v1__":"Map","data":[[4,{"x":3}]]}`,
		},
	} {
		source := `async () => { let walk, depth = 0; Map.prototype.forEach = function (f) { ` + tt.forEach + ` }; return ` + tt.value + ` }`
		if got := passValue(t, source, &simHost{}); got != tt.want {
			t.Errorf("%s: value = %s, want %s", name, got, tt.want)
		}
	}
}

// What the host delivers is made of the language's own classes, whatever the script has
// put in their place.
func TestReplacedClassesDoNotReachTheHost(t *testing.T) {
	t.Parallel()
	host := &simHost{answer: func(op Op) Event {
		switch op.Method {
		case "fail":
			return Event{Kind: EventReject, Name: "RangeError", Text: "low"}
		case "other":
			return Event{Kind: EventReject, Name: "Mine", Text: "other"}
		}
		return Event{Kind: EventResolve, Value: raw(`[{"__codemode_value_v1__":"Map","data":[[1,2]]},{"__codemode_value_v1__":"Set","data":[3]},` +
			`{"__codemode_value_v1__":"Date","data":"1970-01-01T00:00:00.005Z"},{"__codemode_binary_v1__":"Uint8Array","data":"AQI="}]`)}
	}}
	for _, replace := range []string{
		`for (const n of ["Error", "RangeError", "Map", "Set", "Date", "Uint8Array"]) globalThis[n] = 5`,
		`Error = RangeError = Map = Set = Date = Uint8Array = function () { throw 1 }`,
		`const g = Function("return this")(); for (const n of ["Error", "RangeError"]) g[n] = undefined`,
		`(function () { for (const n of ["Err", "RangeErr"]) this[n + "or"] = () => {} })()`,
	} {
		got := passValue(t, `async () => {
			`+replace+`;
			const errors = [];
			for (const m of ["fail", "other"]) try { await items[m]() } catch (e) { errors.push(e.name + ": " + e.message) }
			const [m, s, d, b] = await items.get();
			return [errors, m.get(1), s.has(3), d.getTime(), b[1]];
		}`, host)
		if want := `[["RangeError: low","Mine: other"],2,true,5,2]`; got != want {
			t.Errorf("%s: %s, want %s", replace, got, want)
		}
	}
	// Only a source that has the word finds the global object by text.
	got := passValue(t, `async () => { try { return typeof Function("return th" + "is")() } catch (e) { return e.name } }`, host)
	if got != `"TypeError"` {
		t.Errorf("the global object was found: %s", got)
	}
}
