package sandboxtest

// consoleRows is how console shows values. Lists are not put into columns, and errors
// have no stack: there they differ from Node.
func consoleRows() []row {
	return []row{
		{`console levels`, `console.log('a', 1, true); console.warn('w', {a: 1}); console.error('e'); console.info('i'); console.debug('d'); console.log()`, `undefined`, []string{`a 1 true`, `[warn] w { a: 1 }`, `[error] e`, ``}},
		{`console objects`, `console.log({x: 1, list: [1, 2], s: 'it', n: null, u: undefined}); console.log([], {}, [[]], [{}])`, `undefined`, []string{`{ x: 1, list: [ 1, 2 ], s: 'it', n: null, u: undefined }`, `[] {} [ [] ] [ {} ]`}},
		{`console primitives`, `console.log('s', ['s'], -0, 12n, Symbol('y'), null, undefined, NaN, [12n, -0, Symbol('z')])`, `undefined`, []string{`s [ 's' ] -0 12n Symbol(y) null undefined NaN [ 12n, -0, Symbol(z) ]`}},
		{`console quotes`, `console.log(["it's", 'a"b\'', 'l\n\t\\', '\x01'])`, `undefined`, []string{"[ \"it's\", `a\"b'`, 'l\\n\\t\\\\', '\\x01' ]"}},
		{`console collections`, `console.log(new Map([['a', 1], [{k: 1}, [2]]]), new Set([1, 'b']), new Map(), new Set())`, `undefined`, []string{`Map(2) { 'a' => 1, { k: 1 } => [ 2 ] } Set(2) { 1, 'b' } Map(0) {} Set(0) {}`}},
		{`console classes`, `class A { x = 1; #p = 2 } class B extends A {} console.log(new A(), new B(), A, B, class {}, new (class extends Map {})(), [new A()])`, `undefined`, []string{`A { x: 1 } B { x: 1 } [class A] [class B extends A] [class (anonymous)] Map(0) {} [ A { x: 1 } ]`}},
		{`console functions`, `function f() {} async function g() {} const h = () => 1; h.p = 1; console.log(f, g, h, () => {}, [f], Math.max)`, `undefined`, []string{`[Function: f] [AsyncFunction: g] [Function: h] { p: 1 } [Function (anonymous)] [ [Function: f] ] [Function: max]`}},
		{`console depth`, `console.log({a: {b: {c: {d: 1}, e: [1], f: new Map([[1, 2]]), g: {}}}}, [[[[1]]]])`, `undefined`, []string{`{ a: { b: { c: [Object], e: [Array], f: [Map], g: {} } } } [ [ [ [Array] ] ] ]`}},
		{`console cycles`, `const o = {a: {}}; o.a.o = o; o.self = o; console.log(o)`, `undefined`, []string{`<ref *1> { a: { o: [Circular *1] }, self: [Circular *1] }`}},
		{`console accessors`, `console.log({get a() { throw 1 }, set b(v) {}, get c() { return 1 }, set c(v) {}})`, `undefined`, []string{`{ a: [Getter], b: [Setter], c: [Getter/Setter] }`}},
		{`console proxies`, `console.log(new Proxy({a: 1}, {get() { throw 1 }, ownKeys() { throw 2 }}), new Proxy([1], {}))`, `undefined`, []string{`{ a: 1 } [ 1 ]`}},
		{`console dates and expressions`, `console.log(new Date(0), [new Date(0)], new Date(NaN), /a\/b/gi, [/x/])`, `undefined`, []string{`1970-01-01T00:00:00.000Z [ 1970-01-01T00:00:00.000Z ] Invalid Date /a\/b/gi [ /x/ ]`}},
		{`console bytes`, `console.log(new Uint8Array([1, 2]), new Float64Array([1.5, -0]), new BigInt64Array([5n]), new Uint8Array([1, 255]).buffer)`, `undefined`, []string{`Uint8Array(2) [ 1, 2 ] Float64Array(2) [ 1.5, -0 ] BigInt64Array(1) [ 5n ] ArrayBuffer { [Uint8Contents]: <01 ff>, byteLength: 2 }`}},
		{`console holes and keys`, `const a = [1, , 3, , ]; a.extra = 'x'; console.log(a, {'a-b': 1, 2: 3, [Symbol('s')]: 4, é: 5})`, `undefined`, []string{`[ 1, <1 empty item>, 3, <1 empty item>, extra: 'x' ] { '2': 3, 'a-b': 1, 'é': 5, [Symbol(s)]: 4 }`}},
		{`console promises`, `console.log(Promise.resolve(1), new Promise(() => {}), new WeakMap())`, `undefined`, []string{`Promise { 1 } Promise { <pending> } WeakMap { <items unknown> }`}},
		{`console boxes and others`, `console.log(new Number(1), new String('s'), Object(1n), Object.create(null), Object.create({constructor: undefined}), (function () { return arguments })(1), Math)`, `undefined`, []string{`[Number: 1] [String: 's'] [BigInt: 1n] [Object: null prototype] {} {} [Arguments] [ 1 ] Object [Math] {}`}},
		{`console errors`, `console.log(new TypeError('bad'), [new Error('in')], Object.assign(new Error('x'), {code: 'E1'}), new Error('a', {cause: 'b'}))`, `undefined`, []string{`TypeError: bad [ [Error: in] ] Error: x { code: 'E1' } Error: a { [cause]: 'b' }`}},
		{`console long lists`, `console.log(Array.from({length: 102}, () => 0)); console.log({s: 'x'.repeat(10001)}.s.length)`, `undefined`, []string{"[\n  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,\n  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,\n  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,\n  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,\n  0, 0, 0, 0,\n  ... 2 more items\n]", `10001`}},
		{`console wide objects`, `console.log({first: 'a long enough text', second: 'a long enough text', third: 'a long enough text'})`, `undefined`, []string{"{\n  first: 'a long enough text',\n  second: 'a long enough text',\n  third: 'a long enough text'\n}"}},
		{`console null prototype and tags`, `class T { get [Symbol.toStringTag]() { return 'x' } } console.log(Object.assign(Object.create(null), {a: 1}), Object.defineProperty({}, 'h', {value: 1}), JSON)`, `undefined`, []string{`[Object: null prototype] { a: 1 } {} Object [JSON] {}`}},
	}
}
