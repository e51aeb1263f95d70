// Package cli is what both commands share: how a server is named, how an error is
// shown to people, and what the exit status says.
//
// # Guarantees
//
//   - Connection flags, and the variables that stand for them, are spelled as those
//     of the nats command.
//   - Secrets do not appear in [Server.Masked].
//   - What is printed about an error holds no control characters, whoever wrote it.
//   - A refusal by the server's permissions, which NATS reports only on the side, is
//     remembered and can be asked for: [Link.Denied].
//
// # Not here
//
// The commands themselves (cmd/executor, cmd/submit).
package cli
