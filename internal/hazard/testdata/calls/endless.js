// what: calls without end and without a turn
// want: error pending_calls | error memory
// timeoutMs: 20000
() => { for (;;) items.nothing(); }
