// Package natstest runs NATS servers with JetStream for tests: one, a cluster of
// three, and a proxy that loses what a test wants lost.
//
// # Guarantees
//
//   - Servers listen on free ports of the loopback address and keep their store in a
//     temporary directory; both survive [Server.Restart].
//   - Everything ends with the test. What cannot start fails the test.
//
// # Concurrency
//
// The helpers are for the goroutine of the test; [Proxy]'s controls are safe for
// concurrent use.
//
// # Not here
//
// The server for users (internal/embedded).
package natstest
