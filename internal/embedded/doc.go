// Package embedded runs a NATS server with JetStream inside this process, for
// those who have none: one command, nothing to install.
//
// # Guarantees
//
//   - It listens on 127.0.0.1 unless told otherwise, or not at all.
//   - Two servers never share a store: the second one gets [ErrStore].
//   - What stands in the way is named in the error, with what to do about it.
//   - It installs no signal handler and never ends the process.
//
// # Concurrency
//
// A [Server] is safe for concurrent use.
//
// # Not here
//
// Servers for tests (internal/natstest) and the assets on a server (pkg/stream).
package embedded
