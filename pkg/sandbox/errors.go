package sandbox

import (
	"errors"
	"fmt"
)

// ErrStack is returned when a script recursed too deeply. No script catches it.
var ErrStack = errors.New("maximum call stack size exceeded")

// ErrEngineStack is the [ErrStack] of recursion in the engine's own code, which no
// limit counts: of a value that contains itself, or a source nested too deeply.
var ErrEngineStack = fmt.Errorf("%w in the engine itself", ErrStack)

// ErrPending is returned when a script has more operations outstanding at once than
// it may. No script catches it.
var ErrPending = errors.New("too many calls pending at once")

// ErrArguments is returned when the operations that a script issued together are too
// large together. Only a sandbox in a process of its own can tell.
var ErrArguments = errors.New("too many bytes of arguments at once")

// ErrMemory is returned when a script used more memory than it may. Only a sandbox
// in a process of its own can tell.
var ErrMemory = errors.New("memory limit exceeded")

// ErrCPU is returned when a script computed longer than it may. Only a sandbox in
// a process of its own can tell.
var ErrCPU = errors.New("CPU time limit exceeded")

// ErrTime is returned when a function took longer than it may.
var ErrTime = errors.New("time limit exceeded")

// ErrResult is returned when a function gives more bytes than it may.
var ErrResult = errors.New("the result is too large")

// StoppedError is a limit that ended a function, with the place that it had reached.
type StoppedError struct {
	Err  error // the limit
	Pos  Pos
	Line string // the line there, clipped
}

func (e *StoppedError) Error() string {
	return fmt.Sprintf("%v at %v%s", e.Err, e.Pos, indented(e.Line))
}

// Unwrap returns the limit.
func (e *StoppedError) Unwrap() error { return e.Err }

// IsLimit reports whether an error is that of a limit that a function can go beyond.
func IsLimit(err error) bool {
	for _, limit := range []error{ErrTime, ErrCPU, ErrMemory, ErrStack, ErrResult} {
		if errors.Is(err, limit) {
			return true
		}
	}
	return false
}

// ErrUnavailable is returned when the sandbox could not be had at all: nothing ran.
var ErrUnavailable = errors.New("the sandbox is not available")

// ErrLost is returned when something else ended the process of a script: the script may
// have had no part in it. How far it came is known to the host alone.
var ErrLost = errors.New("the process of the script was killed from outside")

// SyntaxError says where a source does not parse.
type SyntaxError struct {
	Message string
	Pos     Pos
	Line    string // the line of the author's source, clipped
}

func (e *SyntaxError) Error() string {
	if e.Pos.Line == 0 {
		return "SyntaxError: " + e.Message
	}
	return fmt.Sprintf("SyntaxError: %s at %v%s", e.Message, e.Pos, indented(e.Line))
}

// indented puts a line of source below an error; nothing when it is not known.
func indented(line string) string {
	if line == "" {
		return ""
	}
	return "\n  " + line
}

// CrashError is returned when the sandbox failed, rather than the script.
type CrashError struct{ Detail string }

func (e *CrashError) Error() string { return "the sandbox crashed: " + e.Detail }
