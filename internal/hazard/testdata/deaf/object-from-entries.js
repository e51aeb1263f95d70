// what: Object.fromEntries of an iterator that never ends
// want: error memory
() => Object.fromEntries((function* () { for (let i = 0; ; i++) yield ["k" + i, i]; })())
