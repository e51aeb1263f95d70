// Package engine runs one pass of an execution: the code from its first line, with
// what the journal knows replayed and what it does not know executed.
//
//	sandbox ── Turn(issued) ──▶ pass ── Append ──▶ journal
//	        ◀── one event ────      ── Execute ─▶ connectors
//
// # Guarantees
//
//  1. No connector is invoked unless a record that this pass wrote names the call
//     (R2). Everything that the code had seen by then is durable with it.
//  2. An applied call is never executed again, ephemeral ones excepted (R3).
//  3. The code sees completions one at a time, in an order that the journal fixes:
//     a replay is the same run. What the code receives live is decoded from what
//     is journaled (R15).
//  4. A connector that asks for a retry ends the pass; the code cannot catch it (R7).
//  5. Sleeps and waits for signals outlast the pass: when the code can do nothing else
//     it ends, and says what the execution rests for. Their ends are completions too.
//  6. A storage error is never the outcome of an execution.
//
// # Concurrency
//
// An [Engine] is safe for concurrent use. A pass runs on the goroutine of
// [Engine.Run], with one more goroutine per connector call in flight; all have
// ended or been cancelled when Run returns.
//
// # Not here
//
// Claims, heartbeats, settling and delivery (pkg/runner); how JavaScript runs
// (pkg/sandbox); how records are folded (pkg/journal). The package knows no broker.
package engine
