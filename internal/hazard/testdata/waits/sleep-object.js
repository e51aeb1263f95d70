// what: a sleep until a date that never says when
// want: error timeout
// engine
async () => { const d = new Date(); d.getTime = d.valueOf = () => { for (;;); }; d[Symbol.toPrimitive] = d.getTime; await codemode.sleep(d); for (;;); }
