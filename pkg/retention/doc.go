// Package retention ends executions that have waited for too long and removes those
// that are not wanted any more. The API and the runner's sweep share it.
//
// # Guarantees
//
//  1. Every act on an execution is one compare-and-set of its state, from what its
//     leader said: whoever else decides about it at the same time wins, or is told.
//  2. Expiry considers what is `paused`, and what is `running` and has written nothing
//     for that long. What sleeps, waits for a signal, is queued, retried or rolled
//     back has a time of its own and never expires.
//  3. What is removed leaves a tombstone: a late delivery of its message runs nothing,
//     and its id is not free.
//  4. Nothing of a removed execution stays behind: what a crash, or a pass that did
//     not know of the removal, has left is removed by a later sweep. So is what a fork
//     left that broke off, and a large value that was stored in part.
//
// # Concurrency
//
// A [Keeper] is safe for concurrent use, also by several processes at once; a lease
// that only saves work is up to the caller.
//
// # Not here
//
// When to sweep is in pkg/runner, what is asked for in pkg/control, how a journal is
// removed in pkg/stream.
package retention
