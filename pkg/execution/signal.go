package execution

import (
	"errors"
	"fmt"
	"unicode/utf8"
)

// ErrBadSignal is returned when a text cannot name a signal.
var ErrBadSignal = errors.New("the name of a signal has 1 to 200 bytes of text")

// maxSignalName bounds the name of a signal: an execution that waits keeps it in its state.
// No script can wait for a longer one.
const maxSignalName = 200

// CheckSignal returns [ErrBadSignal] if s cannot name a signal.
func CheckSignal(s string) error {
	if s == "" || len(s) > maxSignalName || !utf8.ValidString(s) {
		return fmt.Errorf("signal %q: %w", clip(s, 64), ErrBadSignal)
	}
	return nil
}
