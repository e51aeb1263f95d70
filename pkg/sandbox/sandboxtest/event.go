package sandboxtest

// eventRows is events and the signals that abort.
func eventRows() []row {
	return []row{
		{`AbortController`, `const c = new AbortController(); const log = []; c.signal.addEventListener('abort', e => log.push(e.type, e.target === c.signal)); c.signal.onabort = () => log.push('on'); c.abort(); c.abort('again'); return [c.signal.aborted, c.signal.reason.name, log, c.signal.reason instanceof DOMException]`, `[true,"AbortError",["abort",true,"on"],true]`, nil},
		{`abort with a reason`, `const c = new AbortController(); c.abort('why'); return [c.signal.reason, AbortSignal.abort(5).reason, AbortSignal.abort().reason.name]`, `["why",5,"AbortError"]`, nil},
		{`throwIfAborted`, `AbortSignal.abort(new RangeError('r')).throwIfAborted()`, `throws RangeError`, nil},
		{`throwIfAborted before`, `new AbortController().signal.throwIfAborted() === undefined`, `true`, nil},
		{`AbortSignal.timeout`, `const s = AbortSignal.timeout(20); const before = s.aborted; await new Promise(r => s.addEventListener('abort', r)); return [before, s.aborted, s.reason.name, s.reason.code]`, `[false,true,"TimeoutError",23]`, nil},
		{`AbortSignal.any`, `const a = new AbortController(), b = new AbortController(); const s = AbortSignal.any([a.signal, b.signal]); const t = AbortSignal.any([s]); const log = []; t.onabort = () => log.push('t'); s.onabort = () => log.push('s'); b.signal.onabort = () => log.push('b'); b.abort('B'); a.abort('A'); return [s.reason, t.reason, log, AbortSignal.any([AbortSignal.abort(1)]).reason, AbortSignal.any([]).aborted]`, `["B","B",["b","s","t"],1,false]`, nil},
		{`AbortSignal cannot be made`, `new AbortSignal()`, `throws TypeError`, nil},
		{`race with an abort`, `const c = new AbortController(); setTimeout(() => c.abort(new Error('stopped')), 5); const wait = new Promise((_, no) => c.signal.addEventListener('abort', () => no(c.signal.reason), {once: true})); try { await Promise.race([wait, new Promise(r => setTimeout(r, 50, 'late'))]) } catch (e) { return e.message }`, `"stopped"`, nil},
		{`EventTarget`, `const t = new EventTarget(); const log = []; const f = e => log.push(e.type + e.detail); t.addEventListener('x', f); t.addEventListener('x', f); t.addEventListener('x', {handleEvent(e) { log.push(this !== t, e.currentTarget === t) }}, {once: true}); t.dispatchEvent(new CustomEvent('x', {detail: 1})); t.removeEventListener('x', f); t.dispatchEvent(new CustomEvent('x')); return log`, `["x1",true,true]`, nil},
		{`Event`, `const e = new Event('e', {cancelable: true}); const t = new EventTarget(); t.addEventListener('e', x => { x.preventDefault(); x.stopImmediatePropagation() }); t.addEventListener('e', () => { throw new Error('never') }); return [t.dispatchEvent(e), e.defaultPrevented, e.bubbles, e.eventPhase, e.type, e.isTrusted, new Event('b').cancelable]`, `[false,true,false,0,"e",false,false]`, nil},
		{`listener with a signal`, `const c = new AbortController(), t = new EventTarget(); let n = 0; t.addEventListener('x', () => n++, {signal: c.signal}); t.dispatchEvent(new Event('x')); c.abort(); t.dispatchEvent(new Event('x')); return n`, `1`, nil},
		{`EventTarget extends`, `class Bus extends EventTarget { emit(n) { return this.dispatchEvent(new Event(n)) } } const b = new Bus(); let seen; b.addEventListener('a', e => { seen = e.target === b }); b.emit('a'); return seen`, `true`, nil},
		{`dispatch of no event`, `new EventTarget().dispatchEvent({type: 'x'})`, `throws TypeError`, nil},
		{`Event without a type`, `new Event()`, `throws TypeError`, nil},
	}
}
