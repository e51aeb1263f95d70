// what: clones what has a getter that never ends
// want: error timeout
() => structuredClone({ get a() { for (;;); } })
