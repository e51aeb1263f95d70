package sandboxtest

// strangeRows is scripts that change what others rely on.
func strangeRows() []row {
	return []row{
		{`order of methods is fixed`, `[Object.getOwnPropertyNames(new Intl.NumberFormat()), Object.getOwnPropertyNames(new Intl.Collator())].join('|')`, `"format,formatToParts,resolvedOptions|compare,resolvedOptions"`, nil},
		{`too many properties`, `new RegExp('\\p{L}'.repeat(1000), 'u')`, `throws SyntaxError`, nil},
		{`lengths`, `[URL, URLSearchParams, AbortController, Event, CustomEvent, EventTarget, TextEncoder, TextDecoder, DOMException, structuredClone, atob, btoa, URL.canParse, AbortSignal.any, AbortSignal.timeout, AbortSignal.abort, URLSearchParams.prototype.has, URLSearchParams.prototype.set, EventTarget.prototype.addEventListener, TextDecoder.prototype.decode, queueMicrotask].map(f => f.length).join()`, `"1,0,0,1,1,0,0,0,0,1,1,1,1,1,1,0,1,2,2,0,1"`, nil},
		{`names`, `[URL, AbortSignal, TextEncoder, structuredClone, atob, Iterator, Object.groupBy, Array.fromAsync, Promise.try, Promise.withResolvers, Intl.NumberFormat, RegExp.escape, DOMException, Iterator.prototype.map].map(f => f.name).join()`, `"URL,AbortSignal,TextEncoder,structuredClone,atob,Iterator,groupBy,fromAsync,try,withResolvers,NumberFormat,escape,DOMException,map"`, nil},
		{`what is added is not enumerable`, `for (const k in []) return k; for (const k in Promise) return k; const it = [].values(); for (const k in it) return k; return [Object.keys(Object).length, Object.keys(Iterator.prototype).length, Object.keys(Intl).length, typeof Object.groupBy, typeof it.map, typeof Promise.try, typeof Array.fromAsync]`, `[0,0,0,"function","function","function","function"]`, nil},
		{`an expression that is not global`, `['aabé'.replace(/(?=a)a/u, 'x'), 'aabé'.replace(/(a)\1/u, m => m + m), 'ééa'.replace(/é(?!a)/u, '-'), 'éé'.replaceAll(/(?=é)é/gu, '-')]`, `["xabé","aaaabé","-éa","--"]`, nil},
		{`prototypes polluted before URL`, `Array.prototype.push = String.prototype.split = Array.prototype.map = () => { throw new Error('hijacked') }; const u = new URL('http://a.b/?x=1&y=2'); u.searchParams.append('z', '3'); return [u.href, u.searchParams.getAll('y')]`, `["http://a.b/?x=1&y=2&z=3",["2"]]`, nil},
		{`iteration polluted before AbortSignal`, `Array.prototype[Symbol.iterator] = () => { throw new Error('hijacked') }; Object.defineProperty(Object.prototype, 'get', {value: 1, configurable: true}); const c = new AbortController(); let n = 0; c.signal.addEventListener('abort', () => n++); c.abort(); return n`, `1`, nil},
		{`call and apply polluted`, `Function.prototype.apply = Function.prototype.call = Function.prototype.bind = Reflect.apply = () => 'hijacked'; const t = new EventTarget(); let n = 0; t.addEventListener('x', () => n++); t.dispatchEvent(new Event('x')); return [n, structuredClone([1]), Object.groupBy([1], () => 'k')]`, `[1,[1],{"k":[1]}]`, nil},
		{`getOwnPropertyDescriptor polluted`, `Object.getOwnPropertyDescriptor = () => { throw new Error('hijacked') }; Map.prototype.forEach = () => { throw new Error('hijacked') }; console.log({a: 1}, new Map([[1, 2]])); return 1`, `1`, []string{`{ a: 1 } Map(1) { 1 => 2 }`}},
		{`constructor of ours leads nowhere`, `return [URL, AbortController, TextDecoder, console['log'], setTimeout, structuredClone, Iterator, Intl.NumberFormat, crypto.subtle.digest].map(f => { try { f.constructor('return 1')(); return 'ran' } catch (e) { return e.name } }).join()`, `"TypeError,TypeError,TypeError,TypeError,TypeError,TypeError,TypeError,TypeError,TypeError"`, nil},
		{`the global object from text`, `return [Function('return this')() === globalThis, new Function('return this;')() === globalThis]`, `[true,true]`, nil},
		{`a property by a constructor without a name`, `try { new (/a/.constructor)('\\' + 'p{Nope}', 'u'); return 'wrong' } catch (e) { return e.name }`, `"SyntaxError"`, nil},
		{`no address in what leaves the script`, `try { return '' + Object.create(null) } catch (e) { console.log(e.message); return e.message }`, `"Cannot convert object to primitive value"`, []string{`Cannot convert object to primitive value`}},
		{`dates with a zone of their own`, `return ['2020-06-01 00:00 +0200', 'Mon, 01 Jun 2020 00:00:00 +0200', '2020-06-01 00:00'].map(t => new Date(t).getTime())`, `[1590962400000,1590962400000,1590969600000]`, nil},
		{`globals can be replaced`, `globalThis.URL = 5; globalThis.Intl = 6; var AbortController = 7; return [URL, Intl, AbortController]`, `[5,6,7]`, nil},
		{`globals are not enumerable`, `const all = Object.keys(globalThis); return ['URL', 'console', 'Iterator', 'Intl', 'atob', 'AbortController', 'structuredClone'].filter(n => all.includes(n))`, `[]`, nil},
		{`computed names`, `[typeof globalThis['UR' + 'L'], typeof globalThis['Abort' + 'Controller'], typeof globalThis['In' + 'tl'], typeof globalThis['Itera' + 'tor'], typeof globalThis['at' + 'ob']]`, `["function","function","object","function","function"]`, nil},
		{`signal parts cannot be forged`, `const f = Object.getOwnPropertyDescriptor(AbortSignal.prototype, 'aborted').get; return f.call({})`, `throws TypeError`, nil},
		{`then is not called on ours`, `const c = new AbortController(); return [await c.signal === c.signal, await new URL('http://a') instanceof URL]`, `[true,true]`, nil},
	}
}
