// Package sandbox runs one pass of submitted JavaScript. A script sees the
// language, a few deterministic globals and the connectors that its [Script]
// names; everything else it reaches through the [Host].
//
// A pass alternates between two parties. The script runs until it can do nothing
// more by itself; then the host takes the operations that it issued and answers
// with exactly one [Event]:
//
//	start ─▶ script runs ──issued operations──▶ Host.Turn
//	             ▲                                  │
//	             └────────────one event─────────────┘
//
// # Guarantees
//
//   - Same script, seed, start and events: same operations in the same order,
//     same console lines, same end. Map order, the wall clock, the machine's time
//     zone and the scheduler have no part in it.
//   - Operations are issued, and their arguments taken, at the moment of the call:
//     changing an argument afterwards changes nothing.
//   - What the closure of a step draws, prints or schedules leaves the rest of the
//     pass as if the closure had not run.
//   - Neither the input nor the result of a snippet leaves the sandbox, and what a
//     snippet prints is not captured.
//   - The language is the current one, and what is not there, or not known to be
//     right, throws an error that says so: docs/LANGUAGE.md, and the table in
//     pkg/sandbox/sandboxtest that holds it.
//   - When Turn returned an error or the context ended, no further line of the
//     script runs, not even a catch or finally.
//   - Run and Call return errors; they never panic and leave no goroutine behind.
//
// # Concurrency
//
// A [Sandbox] is safe for concurrent use. Run uses its Host from one goroutine.
//
// # Not here
//
// Calls, journaling and retries: see pkg/engine. [InProcess] bounds time and the
// depth of the stack, but not memory: a hostile script can end the process.
package sandbox
