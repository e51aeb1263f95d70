// Package sandboxtest has the suites that every [sandbox.Sandbox] must pass. What a
// script sees of the language is the same in each of them.
//
// # Language
//
// [Language] runs the language table: a feature, a snippet of JavaScript or
// TypeScript, and what it gives. The expected values are those of the standards,
// ECMAScript and WHATWG; where a row departs from them it says so. A row that must
// throw gives the name of the error.
package sandboxtest
