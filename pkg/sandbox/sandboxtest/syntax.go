package sandboxtest

// syntaxRows is what the engine runs by itself.
func syntaxRows() []row {
	return []row{
		{`optional chaining`, `const o = {a: {b: 1}}; return [o?.a?.b, o?.x?.y, o.f?.(), o?.['a'].b]`, `[1,null,null,1]`, nil},
		{`nullish operators`, `let a = null, b = 0, c = 1; a ??= 5; b ||= 6; c &&= 7; return [a, b, c, null ?? 'd', 0 ?? 'd']`, `[5,6,7,"d",0]`, nil},
		{`exponent`, `[2 ** 10, 2n ** 70n === 1180591620717411303424n, (-2) ** 3]`, `[1024,true,-8]`, nil},
		{`destructuring`, `const {a, b: {c = 5, ...rest}, ...others} = {a: 1, b: {d: 2, e: 3}, f: 4}; const [x, , y = 9, ...z] = [1, 2, undefined, 4, 5]; return [a, c, rest, others, x, y, z]`, `[1,5,{"d":2,"e":3},{"f":4},1,9,[4,5]]`, nil},
		{`spread`, `const o = {a: 1, ...{b: 2}, ...null}; return [[...'añb', ...[1, 2]], o, Math.max(...[1, 5, 3])]`, `[["a","ñ","b",1,2],{"a":1,"b":2},5]`, nil},
		{`template and tag`, "const tag = (s, ...v) => s.raw.join('|') + v.join(); return [`a${1 + 1}b`, tag`x\\n${1}y${2}`]", `["a2b","x\\n|y|1,2"]`, nil},
		{`classes with private parts`, `class A { #x = 1; static #n = 0; static { A.#n = 5 } get x() { return this.#x } set x(v) { this.#x = v } #m() { return this.#x * 2 } m() { return this.#m() } static n() { return A.#n } has(o) { return #x in o } } const a = new A(); a.x = 4; return [a.x, a.m(), A.n(), a.has(a), a.has({})]`, `[4,8,5,true,false]`, nil},
		{`inheritance`, `class A { who() { return 'A' } static s() { return 1 } } class B extends A { who() { return super.who() + 'B' } } return [new B().who(), B.s(), new B() instanceof A]`, `["AB",1,true]`, nil},
		{`getters and computed keys`, `const k = 'z'; const o = {get [k + 1]() { return 7 }, ['a' + k]: 1}; return [o.z1, Object.keys(o)]`, `[7,["z1","az"]]`, nil},
		{`generators`, `function* g() { const x = yield 1; yield* [x, 3]; return 4 } const it = g(); return [it.next(), it.next(2), it.next(), it.next()]`, `[{"value":1,"done":false},{"value":2,"done":false},{"value":3,"done":false},{"value":4,"done":true}]`, nil},
		{`labels`, `let n = 0; outer: for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) { if (j === 1) continue outer; if (i === 2) break outer; n++ } return n`, `2`, nil},
		{`closures in loops`, `const f = []; for (let i = 0; i < 3; i++) f.push(() => i); return f.map(g => g())`, `[0,1,2]`, nil},
		{`catch without a binding`, `try { throw 1 } catch { return 'caught' } finally { }`, `"caught"`, nil},
		{`numeric separators and bases`, `[1_000_000, 0b101, 0o17, 0xff, .5e1]`, `[1000000,5,15,255,5]`, nil},
		{`microtask order`, `const out = []; setTimeout(() => out.push('timer'), 0); queueMicrotask(() => out.push('micro')); Promise.resolve().then(() => out.push('then')); out.push('sync'); await new Promise(r => setTimeout(r, 1)); return out`, `["sync","micro","then","timer"]`, nil},
		{`await a thenable`, `const v = await {then(f) { f(5) }}; return v`, `5`, nil},
		{`new.target and arguments`, `function F() { return [new.target === undefined, arguments.length] } return F(1, 2)`, `[true,2]`, nil},
		{`symbols`, `const s = Symbol('d'); const o = {[s]: 1}; return [s.description, Object.getOwnPropertySymbols(o).length, Symbol.for('a') === Symbol.for('a'), Symbol.keyFor(Symbol.for('k'))]`, `["d",1,true,"k"]`, nil},
		{`proxies`, `const p = new Proxy({}, {get: (_, k) => 'got ' + String(k), has: () => true}); return [p.x, 'y' in p]`, `["got x",true]`, nil},
		{`eval is closed`, `eval('1')`, `throws TypeError`, nil},
		{`Function is closed`, `new Function('return 1')`, `throws TypeError`, nil},
		{`constructor of functions is closed`, `(() => {}).constructor('return 1')`, `throws TypeError`, nil},
		{`import is named`, `await import('fs')`, `throws Error`, nil},
		{`no require, process, fetch`, `[typeof require, typeof process, typeof fetch, typeof Buffer, typeof WeakRef, typeof SharedArrayBuffer]`, `["undefined","undefined","undefined","undefined","undefined","undefined"]`, nil},
		{`const cannot change`, `const a = 1; a = 2; return a`, `throws TypeError`, nil},
		{`unknown name`, `return nothingCalledSo`, `throws ReferenceError`, nil},
		{`syntax error`, `return 1 +* 2`, `throws SyntaxError`, nil},
	}
}
