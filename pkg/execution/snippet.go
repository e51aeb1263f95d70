package execution

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"time"
)

// ErrBadSnippetName is returned when a text cannot name a snippet. A dot, for one,
// would split the key that it is stored under.
var ErrBadSnippetName = errors.New("a snippet name has only letters, digits, \"_\" and \"-\", at most 100 of them, and does not begin with \"-\"")

// Snippet is the source of an execution, kept under a name for others to run. Saving
// it again makes a new version; the one with the highest number is the snippet.
type Snippet struct {
	Name        string `json:"name"`
	Version     int    `json:"version"` // 1, 2 …
	Description string `json:"description"`

	// Code is the source exactly as it was submitted. It is left out of listings, and
	// where it does not fit: then Object and Bytes say where it is.
	Code   string `json:"code,omitempty"`
	Object string `json:"$object,omitempty"` // SHA-256 of the code, in hex
	Bytes  int    `json:"bytes,omitempty"`   // of the code

	InputSchema json.RawMessage `json:"inputSchema,omitempty"` // JSON Schema of the input
	Connectors  []string        `json:"connectors"`            // that the execution was started with
	SavedAt     time.Time       `json:"savedAt"`
}

// CheckSnippetName returns [ErrBadSnippetName], with the name, if s cannot name a snippet.
func CheckSnippetName(s string) error {
	if !snippetName.MatchString(s) {
		return fmt.Errorf("name %q: %w", clip(s, 100), ErrBadSnippetName)
	}
	return nil
}

var snippetName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_-]{0,99}$`)
