// Package value is the durable form of JavaScript values: JSON text in which the
// values that JSON lacks are envelopes. An envelope is an object whose first key
// is reserved, and at most one more key, "data":
//
//	undefined           {"__codemode_value_v1__":"undefined"}
//	NaN, ±Infinity, -0  {"__codemode_value_v1__":"NaN"}, "Infinity", "-Infinity", "-0"
//	a date              {"__codemode_value_v1__":"Date","data":"2026-01-31T08:00:00.000Z"}, or null: invalid
//	a map               {"__codemode_value_v1__":"Map","data":[[key,value], …]}
//	a set               {"__codemode_value_v1__":"Set","data":[member, …]}
//	an error            {"__codemode_value_v1__":"Error","data":{"name":…,"message":…,"cause":…}}
//	a big integer       {"__codemode_bigint_v1__":"123"}
//	bytes               {"__codemode_binary_v1__":"Uint8Array","data":"AQID"}, "ArrayBuffer", "ArrayBufferView"
//	an object that has a reserved key
//	                    {"__codemode_value_v1__":"Object","data":{…}}
//
// A key is reserved when it begins with [Prefix]. The object directly inside of an
// "Object" envelope is never an envelope itself; what is inside of that may be.
//
// Outside of the sandbox values are plain: ordinary JSON, in which only bytes are
// envelopes. [Plain] and [FromPlain] lead from one form to the other, [Equal]
// compares arguments.
//
// # Guarantees
//
//  1. Any plain JSON survives FromPlain and Plain as the same JSON, key order
//     included, whatever its keys are.
//  2. Plain of what the sandbox wrote has no envelope but bytes.
//  3. No text, however deep or broken, exhausts the stack.
//
// # Concurrency
//
// All functions may be called from anywhere. They never change a text that they
// were given, and may return it.
//
// # Not here
//
// The sandbox turns JavaScript values into durable text and back by itself
// (pkg/sandbox imports no package of ours). How large a value may be is the
// business of the callers.
package value
