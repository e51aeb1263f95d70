package cli

import (
	"errors"
	"fmt"
	"io"
)

// The exit statuses of the commands.
const (
	OK          = 0   // completed
	Failed      = 1   // any other end
	Usage       = 2   // the command line is wrong
	Paused      = 3   // waits for a person
	Unreachable = 4   // no server, or the result is unknown
	Interrupted = 130 // by a signal
)

// Error is an error for people: with the exit status, and what to do about it.
type Error struct {
	Status int
	Err    error
	Hint   string // one line, may be empty
}

func (e *Error) Error() string { return e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// Fail returns an [*Error].
func Fail(status int, hint string, err error) error {
	return &Error{Status: status, Err: err, Hint: hint}
}

// Misuse returns an [*Error] for a wrong command line.
func Misuse(format string, args ...any) error {
	return &Error{Status: Usage, Err: fmt.Errorf(format, args...)}
}

// Status returns the exit status for err: its own, or [Failed]; [OK] for nil.
func Status(err error) int {
	var known *Error
	switch {
	case err == nil:
		return OK
	case errors.As(err, &known):
		return known.Status
	}
	return Failed
}

// Report prints "program: error", and the hint if there is one. It returns the exit
// status. Nil prints nothing.
func Report(w io.Writer, program string, err error) int {
	if err == nil {
		return OK
	}
	// What cannot be written to the error stream has no other place to go.
	_, _ = fmt.Fprintf(w, "%s: %s\n", program, Shown(err.Error()))
	var known *Error
	if errors.As(err, &known) && known.Hint != "" {
		_, _ = fmt.Fprintf(w, "hint: %s\n", Clean(known.Hint))
	}
	return Status(err)
}
