// Package runner turns deliveries into passes: it takes a message, decides by the
// state what the message means, claims, runs the pass, settles it, and
// acknowledges. It drains on request and sweeps up what lost its message.
//
// # Guarantees
//
//  1. A pass runs only under a claim, and a claim is one fenced write (R1).
//  2. A message is acknowledged, or handed back, only after the fenced write that
//     justifies it (R4). A superseded pass touches no message.
//  3. A message is never delivered for ever: a malformed one ends as an `error`
//     outcome, one whose passes keep dying ends after MaxLostPasses (R5).
//  4. An execution rides on one message at a time, its carrier; every other
//     delivery for it is dropped (R13).
//  5. What waits longer than a minute, or sleeps longer than two seconds, waits on a
//     schedule of the server and holds nothing here (R8). A settle that waits for a
//     signal reads the inbox once more before the message goes (R14).
//  6. What lost its message is found by the sweep and woken (R11).
//
// # Concurrency
//
// [Runner.Run] takes work with a few goroutines for each runtime and runs every
// pass on one of its own, with a heartbeat beside it.
//
// # Not here
//
// What happens within a pass (pkg/engine); the broker (pkg/stream).
package runner
