// Package replay runs exported executions again, offline: without a server, without
// connectors, without calling anything. It shows what the code did, and whether it, or
// other code, still does the same.
//
//	submit export ID > order.json
//
//	func TestOrder(t *testing.T) {
//		e, err := replay.Open("order.json")
//		…
//		if err := replay.Check(t.Context(), replay.Config{Export: e}); err != nil {
//			t.Error(err)
//		}
//	}
//
// # Guarantees
//
//  1. Nothing is called and nothing is written.
//  2. The code runs as in a pass of an executor: same engine, same sandbox, same order of
//     completions, same clock and chance.
//
// # Concurrency
//
// All functions are safe for concurrent use, as far as the sandbox is.
//
// # Not here
//
// How code follows a journal (pkg/engine); what an export holds (pkg/journal).
package replay
