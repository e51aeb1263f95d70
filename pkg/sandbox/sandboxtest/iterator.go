package sandboxtest

// iteratorRows is Iterator and its helpers.
func iteratorRows() []row {
	return []row{
		{`Iterator map, filter, take, drop`, `const g = function* () { let n = 0; while (true) yield n++ }; return g().filter(n => n % 2).map(n => n * 10).drop(1).take(3).toArray()`, `[30,50,70]`, nil},
		{`Iterator flatMap`, `[1, 2].values().flatMap(n => [n, [n]]).toArray()`, `[1,[1],2,[2]]`, nil},
		{`Iterator flatMap refuses strings`, `['ab'].values().flatMap(s => s).toArray()`, `throws TypeError`, nil},
		{`Iterator reduce`, `[[1, 2, 3].values().reduce((a, b) => a + b), [1, 2].values().reduce((a, b) => a + b, 10)]`, `[6,13]`, nil},
		{`Iterator reduce of nothing`, `[].values().reduce((a, b) => a)`, `throws TypeError`, nil},
		{`Iterator some, every, find`, `const v = () => [1, 2, 3].values(); return [v().some(x => x > 2), v().every(x => x > 1), v().find(x => x > 1), v().find(x => x > 9) === undefined]`, `[true,false,2,true]`, nil},
		{`Iterator forEach counts`, `const out = []; new Set(['a', 'b']).values().forEach((x, i) => out.push(x + i)); return out`, `["a0","b1"]`, nil},
		{`Iterator.from`, `const it = Iterator.from({n: 0, next() { return {value: this.n, done: this.n++ > 2} }}); return [it instanceof Iterator, it.map(x => x + 1).toArray(), Iterator.from('ab').toArray()]`, `[true,[1,2,3],["a","b"]]`, nil},
		{`Iterator is abstract`, `new Iterator()`, `throws TypeError`, nil},
		{`Iterator extends`, `class C extends Iterator { n = 0; next() { return {value: this.n, done: this.n++ > 1} } } return [new C().toArray(), new C() instanceof Iterator]`, `[[0,1],true]`, nil},
		{`Iterator closes`, `const log = []; const it = {__proto__: Iterator.prototype, next() { return {value: 1, done: false} }, return() { log.push('closed'); return {} }}; const t = it.take(1); t.next(); t.next(); const m = it.map(x => { throw new Error('x') }); try { m.next() } catch (e) { log.push(e.message) } it.some(() => true); return log`, `["closed","closed","x","closed"]`, nil},
		{`Iterator take checks its limit`, `[].values().take(-1)`, `throws RangeError`, nil},
		{`Iterator take of no number`, `[].values().take(NaN)`, `throws RangeError`, nil},
		{`Iterator helpers are lazy`, `let calls = 0; const it = [1, 2, 3].values().map(x => { calls++; return x }); const before = calls; it.next(); return [before, calls]`, `[0,1]`, nil},
		{`Iterator helper tag`, `const it = [].values().map(x => x); return [Object.prototype.toString.call(it), typeof it[Symbol.iterator], it instanceof Iterator, Iterator.prototype.map.length, Iterator.prototype.reduce.name]`, `["[object Iterator Helper]","function",true,1,"reduce"]`, nil},
		{`Iterator helpers on Map and matchAll`, `[new Map([['a', 1]]).entries().map(([k, v]) => k + v).toArray(), 'a1b2'.matchAll(/\d/g).map(m => m[0]).toArray()]`, `[["a1"],["1","2"]]`, nil},
		{`Iterator helpers hold after pollution`, `const g = function* () { yield 1; yield 2 }; Array.prototype.push = () => { throw new Error('push') }; Object.prototype.value = 9; Function.prototype.call = null; const out = g().map(x => x * 2).toArray(); delete Object.prototype.value; return out`, `[2,4]`, nil},
	}
}
