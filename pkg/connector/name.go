package connector

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var identifier = regexp.MustCompile(`^[A-Za-z_$][A-Za-z0-9_$]*$`)

// reservedNames are the words of the language and the sandbox's own globals: a
// connector of that name would hide them, or could not be written at all.
var reservedNames = strings.Fields(`
	arguments async await break case catch class codemode const continue debugger default delete do else enum
	eval export extends false finally for function if implements import in instanceof interface let new null
	package private protected public return static super switch this throw true try typeof var void while with yield

	Infinity NaN undefined globalThis global window self process require module exports input
	Object Function Boolean Symbol Number BigInt Math Date String RegExp JSON Intl Promise Proxy Reflect
	Array Map Set WeakMap WeakSet WeakRef FinalizationRegistry Iterator ArrayBuffer SharedArrayBuffer Atomics DataView
	Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array BigInt64Array BigUint64Array
	Float32Array Float64Array Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError
	DOMException isFinite isNaN parseFloat parseInt decodeURI decodeURIComponent encodeURI encodeURIComponent escape unescape
	console crypto performance setTimeout clearTimeout setInterval clearInterval setImmediate clearImmediate
	queueMicrotask structuredClone atob btoa fetch Buffer URL URLSearchParams TextEncoder TextDecoder
	AbortController AbortSignal Event EventTarget Headers Request Response Blob`)

// CheckName returns [ErrBadName], with the name and the reason, unless name can be
// the global name of a connector: an ASCII identifier of JavaScript that means
// nothing else in the sandbox. Names that start with two underscores are ours.
func CheckName(name string) error {
	switch {
	case !identifier.MatchString(name) || len(name) > 64:
		return fmt.Errorf("%w: connector name %q is invalid: it must be a JavaScript identifier of letters, digits, \"_\" and \"$\", at most 64 of them", ErrBadName, clip(name, 64))
	case slices.Contains(reservedNames, name), strings.HasPrefix(name, "__"):
		return fmt.Errorf("%w: connector name %q is reserved", ErrBadName, name)
	}
	return nil
}
