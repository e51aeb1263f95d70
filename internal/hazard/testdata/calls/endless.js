// what: calls without end and without a turn
// want: error pending_calls | error memory
() => { for (;;) items.nothing(); }
