// Package draw shows an execution to a person as it happens: a line for each call,
// where it stands, and what it waits for.
//
// Rules of everything that is drawn: one line is one thing; finished lines never
// change; what still moves is at the bottom. Text that somebody else wrote (names,
// arguments, errors, console lines) is cleaned of control characters and clipped to
// the width. Without a terminal there is no escape sequence and no moving part.
//
// # Concurrency
//
// A [Printer] is for one goroutine. A terminal one redraws by itself in between.
package draw
