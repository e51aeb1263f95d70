// what: awaits connectors and codemode
// want: completed "object"
async () => { await items; await codemode; await Promise.all([items, codemode]); return typeof (await items); }
