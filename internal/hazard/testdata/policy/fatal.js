// what: a retry policy that would end the process
// want: error policy | error memory | error stack
// engine
// retry: {"shouldRetry": "() => { const o = []; o.push(o); return o.flat(Infinity); }"}
() => { throw new Error("first"); }
