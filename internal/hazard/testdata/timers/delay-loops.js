// what: a delay whose conversion never ends
// want: error timeout
() => setTimeout(() => {}, { valueOf() { for (;;); } })
