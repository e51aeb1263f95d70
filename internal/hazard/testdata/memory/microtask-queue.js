// what: fills the queue of microtasks
// want: error memory
() => { for (;;) Promise.resolve().then(() => 1); }
