package sandboxtest

// loweredRows is what esbuild makes of syntax that the engine lacks, and of TypeScript.
func loweredRows() []row {
	return []row{
		{`async generator`, `async function* g() { yield 1; yield await Promise.resolve(2); return 9 } const it = g(); return [await it.next(), await it.next(), await it.next(), await it.next()]`, `[{"value":1,"done":false},{"value":2,"done":false},{"value":9,"done":true},{"done":true}]`, nil},
		{`async generator queues`, `async function* g() { let n = 0; while (n < 3) yield n++ } const it = g(); return (await Promise.all([it.next(), it.next(), it.next(), it.next()])).map(r => r.value ?? 'end')`, `[0,1,2,"end"]`, nil},
		{`async generator return and throw`, `const log = []; async function* g() { try { yield 1; yield 2 } finally { log.push('closed') } } for await (const x of g()) { log.push(x); break } const it = g(); await it.next(); try { await it.throw(new Error('in')) } catch (e) { log.push(e.message) } return log`, `[1,"closed","closed","in"]`, nil},
		{`async generator method`, `class A { async *items() { yield* [1, 2] } static async *s() { yield 3 } } const out = []; for await (const x of new A().items()) out.push(x); for await (const x of A.s()) out.push(x); return out`, `[1,2,3]`, nil},
		{`async yield star`, `async function* a() { yield 1; return 'r' } async function* b() { const r = yield* a(); yield r; yield* [Promise.resolve(5)] } const out = []; for await (const x of b()) out.push(x); return out`, `[1,"r",5]`, nil},
		{`for await over promises`, `const out = []; for await (const x of [Promise.resolve(1), 2, Promise.resolve(3)]) out.push(x); return out`, `[1,2,3]`, nil},
		{`for await over a rejection`, `const out = []; try { for await (const x of [1, Promise.reject(new Error('no'))]) out.push(x) } catch (e) { out.push(e.message) } return out`, `[1,"no"]`, nil},
		{`for await over Symbol.asyncIterator`, `const o = {async *[Symbol.asyncIterator]() { yield 'a' }}; for await (const x of o) return x`, `"a"`, nil},
		{`for await in a labelled loop`, `let n = 0; outer: for (const a of [1, 2]) for await (const b of [1, 2]) { if (b === 2) continue outer; n += a + b } return n`, `5`, nil},
		{`async generator with connector calls`, `async function* g() { for (const n of [1, 2]) yield await items.echo(n * 10) } const out = []; for await (const x of g()) out.push(x); return out`, `[10,20]`, nil},
		{`class decorator`, `function tag(v, c) { v.tag = c.kind + ':' + c.name; return v } @tag class A {} return A.tag`, `"class:A"`, nil},
		{`method decorator`, `const twice = (fn, c) => function (...a) { return fn.call(this, ...a) * 2 }; class A { n = 5; @twice get() { return this.n } } return new A().get()`, `10`, nil},
		{`field and accessor decorators`, `const init = v => () => () => v; const log = []; const acc = ({get, set}, c) => ({get() { log.push('get'); return get.call(this) }, set(v) { log.push('set'); set.call(this, v) }}); class A { @init(7) x = 1; @acc accessor y = 2 } const a = new A(); a.y = 3; return [a.x, a.y, log]`, `[7,3,["set","get"]]`, nil},
		{`decorator initialisers`, `const bound = (fn, {name, addInitializer}) => { addInitializer(function () { this[name] = this[name].bind(this) }) }; class A { n = 1; @bound f() { return this.n } } const {f} = new A(); return f()`, `1`, nil},
		{`using`, `const log = []; { using a = {[Symbol.dispose]() { log.push('a') }}; using b = {[Symbol.dispose]() { log.push('b') }}; log.push('body') } return log`, `["body","b","a"]`, nil},
		{`using null`, `{ using a = null; using b = undefined; return 'fine' }`, `"fine"`, nil},
		{`using what is not disposable`, `{ using a = {}; return 1 }`, `throws TypeError`, nil},
		{`using and errors`, `try { using a = {[Symbol.dispose]() { throw new Error('dispose') }}; throw new Error('body') } catch (e) { return [e.name, e.error.message, e.suppressed.message] }`, `["SuppressedError","dispose","body"]`, nil},
		{`await using`, `const log = []; { await using a = {async [Symbol.asyncDispose]() { await 0; log.push('closed') }}; log.push('body') } log.push('after'); return log`, `["body","closed","after"]`, nil},
		{`using in a loop`, `const log = []; for (using r of [1, 2].map(n => ({n, [Symbol.dispose]() { log.push('-' + n) }}))) log.push(r.n); return log`, `[1,"-1",2,"-2"]`, nil},
		{`types`, `interface P { n: number; s?: string } type Q<T> = T | null; const f = <T extends P>(x: T): Q<T> => x; const y = f({n: 1} as P)!; let z: number = y.n satisfies number; return z as unknown as string`, `1`, nil},
		{`enums`, `enum E { A, B = 5, C } enum S { X = 'x' } const enum K { Z = 3 } return [E.A, E[5], E.C, S.X, K.Z]`, `[0,"B",6,"x",3]`, nil},
		{`parameter properties`, `class A { constructor(private readonly a: number, public b = 2) {} sum(): number { return this.a + this.b } } return new A(1).sum()`, `3`, nil},
		{`generic calls`, `const id = <T,>(x: T): T => x; return [id<string>('a'), new Map<string, number>([['k', 1]]).get('k')]`, `["a",1]`, nil},
		{`abstract classes and overloads`, `abstract class A { abstract f(): number; g(): number; g(x?: number) { return this.f() + (x ?? 0) } } class B extends A { override f() { return 1 } } return new B().g(2)`, `3`, nil},
		{`async generator in TypeScript`, `async function* g<T>(list: T[]): AsyncGenerator<T> { for (const x of list) yield x } const out: number[] = []; for await (const x of g<number>([1, 2])) out.push(x); return out`, `[1,2]`, nil},
		{`decorators in TypeScript`, `function dec(_: unknown, c: ClassMethodDecoratorContext) { c.addInitializer(function (this: any) { this.seen = c.name }) } class A { declare seen?: string; @dec go(): void {} } return new A().seen`, `"go"`, nil},
		{`using in TypeScript`, `class R implements Disposable { closed = false; [Symbol.dispose](): void { this.closed = true } } let r: R; { using x: R = new R(); r = x } return r.closed`, `true`, nil},
		{`DisposableStack`, `const log = []; const s = new DisposableStack(); s.use({[Symbol.dispose]() { log.push('use') }}); s.adopt(5, v => log.push('adopt' + v)); s.defer(() => log.push('defer')); const m = s.move(); m.dispose(); m.dispose(); return [log, s.disposed, m.disposed]`, `[["defer","adopt5","use"],true,true]`, nil},
		{`DisposableStack gathers errors`, `const s = new DisposableStack(); s.defer(() => { throw new Error('1') }); s.defer(() => { throw new Error('2') }); try { s.dispose() } catch (e) { return [e instanceof SuppressedError, e.error.message, e.suppressed.message] }`, `[true,"1","2"]`, nil},
		{`AsyncDisposableStack`, `const log = []; { await using s = new AsyncDisposableStack(); s.defer(async () => { await 0; log.push('x') }); s.use({[Symbol.dispose]() { log.push('sync') }}) } return log`, `["sync","x"]`, nil},
		{`SuppressedError`, `const e = new SuppressedError(1, 2, 'm'); return [e.name, e.message, e.error, e.suppressed, e instanceof Error]`, `["SuppressedError","m",1,2,true]`, nil},
	}
}
