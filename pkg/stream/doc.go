// Package stream keeps the queue, the journal, the schedules and the large values
// of executions in NATS JetStream. It is the only package with broker words.
//
//	EXECUTIONS           stream, work queue: submissions, wakes and schedules
//	executors-<runtime>  its durable consumers
//	executions[-n]       key-value buckets: the journals, spread by a hash of the id
//	executions-index     key-value bucket: snippets, catalogue, listing index
//	executions           object store: values too large for a record
//
// # Guarantees
//
//  1. [Journal] keeps the contract of [journal.Store] on one server and on a cluster.
//     The fence is the sequence of the last write of the literal state key; the
//     server enforces it (R1).
//  2. A write whose answer was lost is told apart from one that was refused.
//  3. [Queue.Next] returns each message to one caller; nothing is fetched ahead of
//     the callers that wait. It survives reconnects, restarts and leader changes.
//  4. [Queue.Close] hands back at once what arrived and was not taken.
//  5. [Open] creates what is missing and never changes what exists (R12).
//  6. A schedule fires at or after the time asked for, never before (R8).
//
// # Concurrency
//
// Everything is safe for concurrent use, except that one pass has one writer at a
// time: concurrent writes under one fence refuse each other on a cluster.
//
// # Not here
//
// When to claim, ack or wait (pkg/runner). What a record means (pkg/journal).
package stream
