// Package natsconn makes a NATS micro service a connector: one endpoint is one
// method, named as the endpoint. The service may be written in any language; it is
// found by its name, or by metadata `connector: <name>` ([Discovery]).
//
// Endpoint metadata: description, input_schema and output_schema (JSON Schema),
// requires_approval and read_only (true, false), replay (reexecute), on_unknown
// (reexecute, fail, ask), resolution (client), revert (the endpoint that undoes
// it), timeout_ms. The service's description and its metadata `instructions` are
// the instructions.
//
// # Guarantees
//
//   - An endpoint whose metadata cannot be understood is left out, with one
//     warning: a misspelt gate never becomes an open door.
//   - Instances that differ, as during an upgrade, are one connector: the newest
//     version describes a method, and it is gated if any instance says so.
//   - A service that goes away keeps its methods; calls then ask for a retry.
//   - A call whose context ends before the answer is announced by one message on
//     the subject that its Execution-Cancel header names.
//
// # Concurrency
//
// A [Connector] is safe for concurrent use. [Discovery.Run] blocks; run it once.
package natsconn
