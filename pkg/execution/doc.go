// Package execution holds the nouns that every part of Reprise shares and that
// other programs see as JSON: the id, the request, the entry, the failure, the
// outcome and the record of an execution.
//
// # Guarantees
//
//   - [Parse] accepts what the wire contract accepts and names the field of
//     everything that it refuses; it never panics.
//   - An [ID] that [ParseID] returned is a ULID in upper case and safe as one
//     token of a subject or of a key.
//   - [DeriveID] gives the same id for the same message, so that a redelivery
//     finds the execution of the first delivery.
//
// # Not here
//
// How an execution is stored (pkg/journal), run (pkg/engine) or delivered
// (pkg/runner). The package imports none of ours and does no I/O.
package execution
