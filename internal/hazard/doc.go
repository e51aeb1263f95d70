// Package hazard has the hostile scripts that no executor may be harmed by, and what
// a run of them by the sandbox alone needs.
//
// A case is a file testdata/<group>/<name>.js. Its first lines are comments:
//
//	// what: what the script does, in one line
//	// want: error memory | error stack
//	// text: a part of the error's message
//	// timeoutMs: 3000
//	// limits: {"cpuMs": 500}
//	// bare
//	// raw
//	// engine
//
// What and want are required. The label that a case must get is a status and the reason
// of its failure, or for "completed" the result as JSON; several are separated by " | "
// where it is really the machine that decides. Bare leaves the comments out of the source
// that runs. Raw submits the source as the body of the message, not inside of JSON.
// Engine marks what only the engine can label: see [Case.Engine].
//
// In the source, /*repeat 3 "text"*/ stands for text three times; the text is a Go
// string literal.
//
// # Not here
//
// Frames that a worker forges: see pkg/sandbox/worker.
package hazard
