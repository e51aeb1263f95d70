// Package value is the durable form of JavaScript values: JSON text in which the
// values that JSON lacks are envelopes.
package value

import "encoding/json"

// Plain returns the form that everybody outside the sandbox sees.
func Plain(durable json.RawMessage) json.RawMessage { return durable }

// FromPlain returns the durable form of plain JSON.
func FromPlain(plain json.RawMessage) (json.RawMessage, error) { return plain, nil }

// Equal reports whether two argument values are the same for a replay.
func Equal(a, b json.RawMessage) bool { return string(a) == string(b) }
