// what: an abort listener that never returns
// want: error timeout
async () => { const c = new AbortController(); c.signal.onabort = () => { for (;;); }; c.abort(); }
