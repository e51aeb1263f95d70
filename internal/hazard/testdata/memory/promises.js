// what: promises that wait for ever
// want: error memory
() => { const a = []; for (;;) a.push(new Promise(() => {}).then(() => 1)); }
