package sandboxtest

// wrong are statements that throw, or do not parse.
func wrong() []string {
	return []string{
		`Symbol() + 1`, `"" + Symbol("x")`, "`${Symbol()}`", `+{valueOf: 1, toString: 1}`, `String({toString() { return {} }})`, `String(Object.create(null))`,
		`Object.create(null) + 1`, `[Object.create(null)] + ""`, `new Date({valueOf() { return {} }, toString() { return {} }})`, `({})[Object.create(null)]`,
		`isNaN({[Symbol.toPrimitive]: () => ({})})`, `({[Symbol.toPrimitive]: 5}) + 1`, `Number(1n + 1)`, `1n + 1`, `+1n`, `BigInt(1.5)`, `BigInt("x")`, `BigInt({})`,
		`new RegExp("(")`, `new RegExp("[")`, `new RegExp("a", "zz")`, `new RegExp("(?<n>a)(?<n>b)")`, `new RegExp("\\p{Foo}", "u")`, `new RegExp("(?<=a)(?<x")`, `/(?=a)\1(/.test("")`,
		`new RegExp("a{2,1}")`, `new RegExp("(?=a){9999999999}")`, `new RegExp("a{1001}{1001}{1001}")`,
		`JSON.parse("{")`, `JSON.parse("")`, `JSON.parse("[1,]")`, `JSON.parse("{\"a\":1}x")`, `JSON.parse("\u0001")`, `JSON.parse("1e999x")`, `JSON.parse(Symbol())`,
		`JSON.stringify(1n)`, `const o = {}; o.o = o; JSON.stringify(o)`, `undefined.x`, `null.x.y`, `undefined()`, `(1)()`, `({}).x()`, `new (1)`, `new ({}).x`, `x.y.z`, `let a = a`,
		`const c = 1; c = 2`, `[].reduce((a) => a)`, `new Array(-1)`, `new ArrayBuffer(-1)`, `new ArrayBuffer(2 ** 53)`, `new Uint8Array(-1)`, `new Float64Array(new ArrayBuffer(7))`, `new DataView({})`,
		`new DataView(new ArrayBuffer(1)).getInt32(0)`, `"x".repeat(-1)`, `"x".repeat(Infinity)`, `"x".padEnd(2 ** 54, "")`, `"x".normalize("no")`, `(1).toFixed(101)`, `(1).toString(1)`, `(1).toPrecision(0)`,
		`decodeURIComponent("%")`, `encodeURIComponent("\ud800")`, `new Proxy({}, null)`, `new Proxy(1, {})`, `Reflect.construct(1)`, `Reflect.ownKeys(1)`, `Object.defineProperty(1, "x", {})`,
		`Object.defineProperty({}, "x", 1)`, `Object.defineProperty({}, "x", {get: 1})`, `Object.defineProperty({}, "x", {get() {}, value: 1})`, `Object.setPrototypeOf(Object.freeze({}), {})`,
		`const p = {}; Object.setPrototypeOf(p, {__proto__: p})`, `"use strict"; Object.freeze([]).push(1)`, `Object.fromEntries([1])`, `Object.fromEntries(1)`, `new Map([1])`, `new Map(1)`, `new Set(1)`,
		`new WeakMap([[1, 2]])`, `new WeakSet([1])`, `Map.prototype.get.call({})`, `Set.prototype.add.call(1)`, `Date.prototype.getTime.call({})`, `RegExp.prototype.exec.call({})`, `Promise.prototype.then.call(1)`,
		`Promise.resolve.call(1)`, `Promise()`, `new Promise()`, `new Promise(1)`, `Symbol.keyFor(1)`, `new Symbol()`, `Symbol.prototype.toString.call(1)`, `new Date(NaN).toISOString()`, `[...1]`, `[...{}]`, `const [a] = 1`,
		`const {a} = null`, `const {a: {b}} = {}`, `for (const x of 1);`, `for (const x of {[Symbol.iterator]: 1});`, `for (const x of {[Symbol.iterator]: () => 1});`, `Array.from({[Symbol.iterator]: () => ({})})`,
		`class A { constructor() { this.x } } A()`, `class A extends null {} new A()`, `class A extends 1 {}`, `class A {} class B extends A { constructor() {} } new B()`, `class A { #x; static f(o) { return o.#x } } A.f({})`,
		`class A { #x() {} f() { this.#x = 1 } } new A().f()`, `1 in 1`, `1 instanceof 1`, `({}) instanceof {}`, `({}) instanceof (() => {})`, `function* g() { g2.next() } const g2 = g(); g2.next()`,
		`Object.prototype.__lookupGetter__.call(null)`, `Function.prototype.toString.call({})`, `(() => {}).caller`, `Array.prototype.flat.call(null)`, `[].at(Symbol())`, `[].concat.call(null)`, `[].sort(1)`,
		`structuredClone(() => 1)`, `structuredClone(Symbol())`, `new URL("x")`, `new URL("http://[")`, `new TextDecoder("no")`, `atob("*")`, `btoa("é€")`, `new TextEncoder().encodeInto(1)`, `crypto.getRandomValues(1)`,
		`crypto.getRandomValues(new Uint8Array(70000))`, `await crypto.subtle.digest("MD5", new Uint8Array(1))`, `new Intl.NumberFormat("de")`, `(1).toLocaleString("xx")`, `new Date(0).toLocaleString("en-US", {timeZone: "Mars"})`,
		`"a".localeCompare("b", "tr")`, `setTimeout(1)`, `queueMicrotask(1)`, `new AbortController().signal.throwIfAborted.call(1)`, `AbortSignal.timeout(-1)`, `new EventTarget().dispatchEvent(1)`,
		`items.echo(Symbol())`, `await items.echo(() => 1)`, `codemode.step(1)`, `await codemode.step("s", 1)`, `codemode.sleep("x")`, `codemode.nope()`, `await items.echo({toJSON() { throw Object.create(null) }})`,
		`throw Object.create(null)`, `throw {toString() { throw 1 }}`, `throw new Proxy({}, {get() { throw 1 }})`, `throw Symbol("x")`, `throw new Error(Symbol())`, `throw Object.assign(new Error, {message: {}})`,
		`throw Object.assign(new Error("x"), {name: Symbol()})`, `throw new Error("x", {cause: Object.create(null)})`, `throw new AggregateError([Object.create(null), Symbol()])`, `throw () => 1`, `throw new (class A { x = 1 })`,
		`throw new Map([[{}, Symbol()]])`, `throw items`, `throw items.echo`, `throw codemode`, `throw globalThis`, `throw new Date(NaN)`, `throw /x/g`, `throw new Uint8Array(3)`, `throw new WeakMap()`, `throw (function* () {})()`,
		`await Promise.any([Promise.reject(Object.create(null))])`, `await Promise.reject(new Proxy(() => {}, {}))`, `eval("1")`, `new Function("1")`, `await import("x")`, `require("x")`,
		`let a; let a`, `const x: number = ; `, `return return`, `if (`, "`${", `/(/`, `/[/`, `"\u{110000}"`, `0b2`, `1_`, `08n`, `await = 1`, `class { }`, `function () {}`, `a => { } ()`, `({a: 1, get a})`, `break`, `continue x`, `x: x: 1`,
		`new.target`, `super.x`, `import.meta`, `export default 1; export default 2`, `import x from "y"`, `"unterminated`, `/* unterminated`, `@`, `#x`, `a ?? b || c`, `-1 ** 2`, `for (let x of a, b);`, `try {}`, `switch (1) { default: default: }`,
	}
}
