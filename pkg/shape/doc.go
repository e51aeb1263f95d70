// Package shape cuts a JSON value down to a size that its reader can take, such as
// what fits into the context of a language model, without losing its shape.
//
//	["a long text… [1200 characters left out]", "… [57 items left out]"]
//	{"id": 7, "…": "[3 keys left out: rows, columns, notes]"}
//
// # Guarantees
//
//  1. What fits is returned as it is, the same bytes.
//  2. What does not is valid JSON, and fits. An object stays an object, an array an
//     array and a string a string; what was left out is counted, and keys are named.
//  3. No character is split, neither in UTF-8 nor in an escape.
//  4. The same value and budget give the same text. It never panics, and takes time
//     in proportion to the length of the value.
//
// Sizes are counted in characters of the JSON indented by two spaces, which is how it
// is shown. A character of UTF-8 counts as one, an escape as many as it is written with.
//
// # Concurrency
//
// All functions are pure.
//
// # Not here
//
// Limits of what may be recorded at all (pkg/engine).
package shape
