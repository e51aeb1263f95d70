// what: keeps the resolvers of promises without end
// want: error memory | error timeout
// timeoutMs: 3000
() => { const all = []; for (;;) all.push(Promise.withResolvers()); }
