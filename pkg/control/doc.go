// Package control is how others talk to executors: a NATS micro service that answers
// on each of them, and the Go client of it.
//
//	executions.api.<runtime>.<operation>   request and answer, by any executor of the runtime
//	executions.event.<runtime>.<id>.<name> what happens, as it happens
//
// # Guarantees
//
//  1. An answer is JSON that any program can read; an error has a code and a text
//     that names the field, the id or the status that is in the way.
//  2. The same id with another body is refused, with the same body it is the
//     existing execution. It never runs twice.
//  3. [Client.Wait] and [Client.Execute] miss no end: they listen before they
//     publish, and look the record up when nothing is heard.
//  4. A listing is complete: pages neither repeat nor skip what existed all along.
//  5. One slow request delays no other, and a panic ends only its own.
//  6. However large an execution is, its answers come: an operation reads the journal
//     once at most, after a change not longer than [ServiceConfig.ReadTime], and calls
//     that no message holds come in pages.
//
// # Concurrency
//
// [Service] and [Client] are safe for concurrent use. A [Watch] belongs to one
// goroutine.
//
// # Not here
//
// What an execution goes through (pkg/runner), how it is stored (pkg/stream), and
// the command line (cmd/submit).
package control
