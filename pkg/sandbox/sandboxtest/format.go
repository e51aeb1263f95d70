package sandboxtest

// formatRows is the other things that console does.
func formatRows() []row {
	return []row{
		{`format %s %d %i %f`, `console.log('%s is %d, %i, %f', 'x', '42', 3.9, '1.5', 'rest'); console.log('%s %s %s', -0, 5n, Symbol('a'))`, `undefined`, []string{`x is 42, 3, 1.5 rest`, `-0 5n Symbol(a)`}},
		{`format %j %o %O %c %%`, `console.log('%j %O %c. 100%%', {a: [1]}, {b: {c: 1}}, 'color: red'); console.log('%x %', 1)`, `undefined`, []string{`{"a":[1]} { b: { c: 1 } } . 100%`, `%x % 1`}},
		{`format without arguments`, `console.log('100%'); console.log('%s'); console.log('%s %s', 1); console.log('%%')`, `undefined`, []string{`100%`, `%s`, `1 %s`, `%%`}},
		{`format of objects`, `console.log('%s|%d|%i', {a: {b: 1}}, {}, 'z'); console.log('a', '%s', 1)`, `undefined`, []string{`{ a: [Object] }|NaN|NaN`, `a %s 1`}},
		{`console.dir`, `console.dir({a: {b: {c: {d: 1}}}}, {depth: 0}); console.dir({a: {b: {c: {d: 1}}}}, {depth: null}); console.dir('s')`, `undefined`, []string{`{ a: [Object] }`, "{\n  a: { b: { c: { d: 1 } } }\n}", `'s'`}},
		{`console.assert`, `console.assert(true, 'no'); console.assert(0, 'why', {a: 1}); console.assert()`, `undefined`, []string{`[error] Assertion failed: why { a: 1 }`, `[error] Assertion failed`}},
		{`console.count`, `console.count(); console.count('x'); console.count(); console.countReset(); console.count()`, `undefined`, []string{`default: 1`, `x: 1`, `default: 2`, `default: 1`}},
		{`console.group`, `console.group('G'); console.log('a\nb'); console.group(); console.warn('c'); console.groupEnd(); console.groupEnd(); console.groupEnd(); console.log('d')`, `undefined`, []string{`G`, "  a\n  b", `[warn]     c`, `d`}},
		{`console.time`, `console.time('t'); await new Promise(r => setTimeout(r, 12)); console.timeLog('t', 'x'); await new Promise(r => setTimeout(r, 1500)); console.timeEnd('t'); console.timeEnd('t')`, `undefined`, []string{`t: 12ms x`, `t: 1.512s`, `[warn] No such label 't' for console.timeEnd()`}},
		{`console.trace`, `console.trace('here %d', 1)`, `undefined`, []string{`[error] Trace: here 1`}},
		{`console.table`, `console.table([{a: 1, b: 'x'}, {a: 2}]); console.table(['p']); console.table(5)`, `undefined`, []string{"┌─────────┬───┬─────┐\n│ (index) │ a │ b   │\n├─────────┼───┼─────┤\n│ 0       │ 1 │ 'x' │\n│ 1       │ 2 │     │\n└─────────┴───┴─────┘", "┌─────────┬────────┐\n│ (index) │ Values │\n├─────────┼────────┤\n│ 0       │ 'p'    │\n└─────────┴────────┘", `5`}},
		{`console is an object`, `return [typeof console['log'], console['log'].name, typeof console.clear, Object.keys(console).includes('log')]`, `["function","log","function",true]`, nil},
	}
}
