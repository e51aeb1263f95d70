// what: a hundred thousand signals that follow one another
// want: completed true | error memory | error timeout | error stack
() => { const c = new AbortController(); let s = c.signal; for (let i = 0; i < 1e5; i++) s = AbortSignal.any([s]); c.abort(); return s.aborted; }
