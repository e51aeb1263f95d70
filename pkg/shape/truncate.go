package shape

import (
	"bytes"
	"encoding/json"
	"math"
)

// DefaultChars is the budget of those who name none: 6,000 tokens.
const DefaultChars = 6000 * charsPerToken

const (
	charsPerToken = 4
	leastChars    = 2 // "", [] and {}
)

// Tokens returns the number of characters that n tokens of a language model have, by
// the usual estimate of four each.
func Tokens(n int) int {
	if n > math.MaxInt/charsPerToken {
		return math.MaxInt
	}
	return n * charsPerToken
}

// Truncate returns value with at most maxChars characters, as they are counted here:
// value itself when it fits, else a copy with less in it. A budget of zero or less
// stands for [DefaultChars]; 1 is taken as 2. What is not JSON, or is nested more than
// 10,000 levels deep, is returned unchanged.
func Truncate(value json.RawMessage, maxChars int) json.RawMessage {
	if maxChars <= 0 {
		maxChars = DefaultChars
	}
	if !json.Valid(value) {
		return value
	}
	d := &document{text: value}
	root := d.scan(0)
	if root.sizeAt(0) <= maxChars {
		return value
	}
	w := writer{document: d}
	w.write(root, max(maxChars, leastChars), 0)
	var compact bytes.Buffer
	if err := json.Compact(&compact, w.out); err != nil {
		return value // cannot happen: the text is made of valid parts
	}
	return compact.Bytes()
}
