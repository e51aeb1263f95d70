// Package worker runs passes of untrusted JavaScript in processes of their own:
// this very program, executed again. [Main], the first line of a program's main,
// makes a process that was started so a worker.
//
//	parent                                      worker
//	Pool.Run ──── run: script ───────────────▶ sandbox.InProcess
//	Host.Turn ◀── op …, turn ─────────────────┤
//	         ──── event ─────────────────────▶│
//	Host.Print ◀─ print ──────────────────────┤
//	Result ◀───── done ───────────────────────┘
//
// # Guarantees
//
//   - A script ends, stalls, reads and reaches nothing but its own pass. Its worker
//     runs one pass at a time, and a new one takes its place when it dies.
//   - Nothing that comes from a worker is believed: the length of a frame is checked
//     before it is allocated, and its kind, its pass, its order and the nesting of
//     its values before anybody sees it.
//   - When the context of a pass ends, Run returns: a worker that does not listen is
//     killed, and nobody waits for it.
//   - A worker ends with its parent, however that ends, and whatever it does itself.
//
// # Confinement
//
// On Linux a worker has no environment, no descriptors but three pipes, rlimits, a
// list of about forty system calls, and, where the system permits, namespaces of its
// own. [Pool.Confinement] says what is active. Elsewhere only the limits hold that a
// process can put on itself: that is for development.
//
// # Concurrency
//
// A [Pool] is safe for concurrent use.
//
// # Not here
//
// What a script sees: pkg/sandbox. What comes of a pass that was ended: pkg/engine.
package worker
