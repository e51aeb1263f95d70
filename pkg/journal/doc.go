// Package journal defines the durable log of an execution: its request, its state
// and its numbered records, how they fold into the list of calls that people see,
// and how a replay is checked against them.
//
//	request   what was submitted, written once
//	state     the summary; its revision is the fence
//	log.0 …   the records: completions that the code saw, and calls issued next
//
// # Guarantees
//
//  1. A write under the revision of a claim lands only while that claim is the
//     last write of the state. The loser gets [ErrFenced] and nothing is written.
//  2. Records are numbered 0, 1, 2 … without a gap.
//  3. A record whose Append returned nil is in every Load under a later claim.
//  4. Load returns no record older than what the claim that asks could have seen.
//  5. [Fold] of the same state and records gives the same [Log].
//
// # Concurrency
//
// A [Store] is safe for concurrent use. Two passes of one execution may race; the
// superseded one gets [ErrFenced] and must stop: no ack, no nak, no heartbeat. Within
// one pass there is one writer at a time. A [Log] belongs to one goroutine.
//
// # Not here
//
// The JetStream store (pkg/stream) and the suite that every store passes
// (journaltest). The package does no I/O.
package journal
