// Package crashtest cuts executors off between every two durable operations, stops
// them there, kills them and their server as processes, and then verifies what the
// next owner made of it. It has tests only.
//
// # How
//
// An executor runs in the test's process behind a link, a proxy that reads the client's
// protocol and counts the durable operations that the executor publishes: journal
// writes, objects, wakes, schedules, and what it does with messages. At operation n
// the link goes dead, either before the operation leaves or before its answer comes
// back. A second executor with a sound connection takes over. This is repeated for
// every operation that the scenario has when it is not cut. Nothing in production code
// knows of it.
//
// The same is done with an executor that is stopped in good order, and with one that
// stays alive behind its dead link and comes back. Processes, executors and servers,
// are killed with SIGKILL while a service outside of them counts what it is asked to do.
//
// # Verified at the end of every run
//
//  1. The outcome is the one of a run that was not cut.
//  2. The journal has no gap and folds.
//  3. A call that was journaled as applied before the cut ran exactly once; one that was
//     in flight at the cut at most once more.
//  4. One terminal state was written, and nothing after it.
//  5. Attempts strictly increase, and no attempt wrote a record after a newer claim.
//  6. The queue is empty: no message is left or goes round.
//
// # Longer runs
//
// The flag -rounds multiplies what is random and what kills processes. The random cuts
// print the seed that -seed takes.
package crashtest
