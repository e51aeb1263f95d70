package value

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"
)

// The reserved keys. [ValueKey] names one of the kinds below.
const (
	Prefix    = "__codemode_"
	ValueKey  = Prefix + "value_v1__"
	BigIntKey = Prefix + "bigint_v1__"
	BinaryKey = Prefix + "binary_v1__"

	// DataKey is the second key of an envelope.
	DataKey = "data"
)

// The kinds of value that [ValueKey] names.
const (
	Undefined        = "undefined"
	NaN              = "NaN"
	Infinity         = "Infinity"
	NegativeInfinity = "-Infinity"
	NegativeZero     = "-0"
	Date             = "Date"
	Map              = "Map"
	Set              = "Set"
	Error            = "Error"
	Object           = "Object" // an object that has a reserved key
)

// The kinds of bytes that [BinaryKey] names.
const (
	Uint8Array      = "Uint8Array"
	ArrayBuffer     = "ArrayBuffer"
	ArrayBufferView = "ArrayBufferView"
)

// MaxDepth is how deeply arrays and objects may be nested in a value.
const MaxDepth = 1000

// textDepth is how deeply the text of such a value may be nested: a map inside of
// a map takes three levels.
const textDepth = 4 * MaxDepth

// suspicious reports whether a text may have a reserved key, were it spelled with
// escapes.
func suspicious(text []byte) bool {
	return bytes.Contains(text, []byte(Prefix)) || bytes.Contains(text, []byte(`\u00`))
}

// keyOf returns the key that a quoted text stands for, if it is reserved.
func keyOf(quoted []byte) (string, bool) {
	if bytes.IndexByte(quoted, '\\') < 0 {
		if len(quoted) < 2 || !bytes.HasPrefix(quoted[1:], []byte(Prefix)) {
			return "", false
		}
		return string(quoted[1 : len(quoted)-1]), true
	}
	var key string
	err := json.Unmarshal(quoted, &key)
	return key, err == nil && strings.HasPrefix(key, Prefix)
}

// isBytes reports whether two quoted texts are the kind and the data of bytes.
func isBytes(kind, data []byte) bool {
	if len(kind) < 2 || len(data) < 2 || data[0] != '"' {
		return false
	}
	switch string(kind[1 : len(kind)-1]) {
	case Uint8Array, ArrayBuffer, ArrayBufferView:
		_, err := base64.StdEncoding.AppendDecode(nil, data[1:len(data)-1])
		return err == nil && bytes.IndexByte(data, '\\') < 0
	}
	return false
}
