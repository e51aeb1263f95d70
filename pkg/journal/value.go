package journal

import "encoding/json"

// Value is a JSON text in a record or state: inline, or a pointer to where a
// store offloaded it. The text has the durable form of pkg/value. A nil *Value
// stands for no value at all.
type Value struct {
	JSON   json.RawMessage `json:"v,omitempty"`
	Object string          `json:"$object,omitempty"` // SHA-256 of the text, in hex
	Bytes  int             `json:"bytes,omitempty"`   // of the text, when offloaded
}

// NewValue returns an inline value, or nil for no value.
func NewValue(text json.RawMessage) *Value {
	if text == nil {
		return nil
	}
	return &Value{JSON: text}
}

// Offloaded reports whether v is a pointer.
func (v *Value) Offloaded() bool { return v != nil && v.Object != "" }

// Size returns the length of the text in bytes.
func (v *Value) Size() int {
	switch {
	case v == nil:
		return 0
	case v.Offloaded():
		return v.Bytes
	}
	return len(v.JSON)
}
