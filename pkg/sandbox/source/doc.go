// Package source knows the forms in which code is submitted, as text: the fence
// around it, its import and export declarations, the lines that it has, the source
// map at its end. The sandbox uses it to run code, internal/bundle to make one
// source of many, so that code means the same bundled as it does by itself.
//
// # Guarantees
//
//  1. Nothing here parses a language: where a declaration begins is told by a
//     parser, and this package reads it to its end.
//  2. What is taken away is replaced by white space: all that stays keeps its line
//     and its column.
//  3. No text, however strange, panics or takes more than linear time and memory.
//
// # Concurrency
//
// Everything may be called from any goroutine; values belong to one at a time.
//
// # Not here
//
// How code is lowered and run: pkg/sandbox. How imports are found and bundled:
// internal/bundle.
package source
