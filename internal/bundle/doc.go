// Package bundle makes one source of a script and of what it imports: other files,
// JSON, npm packages. It runs where the script is submitted, so that one text
// travels, and an executor neither reads files nor knows packages.
//
// # Guarantees
//
//  1. A script that imports nothing travels exactly as it is written.
//  2. A script means the same bundled as by itself: its last expression is the
//     result, an arrow function or a default export is called with the input,
//     await and return stand where they like.
//  3. What is an import is decided by esbuild, which parses all of the script.
//  4. What cannot be there when the script runs (Node.js built-ins, URLs, names
//     that are computed) is refused here, with the place of the import.
//  5. Errors at run time lead to the file, line and column that the author wrote: the
//     bundle ends with a source map. Nothing in it is an absolute path.
//  6. The bundle fits the limit of a submission, or the error names what is large.
//
// # Concurrency
//
// [Make] may be called from any goroutine.
//
// # Not here
//
// How code in a bundle is run: pkg/sandbox. The forms of code: pkg/sandbox/source.
package bundle
