// Package connector is the contract between the engine and whatever a script may
// call: a connector is a name, instructions and methods. It also holds the set of
// connectors that an executor has ([Set]) and their configuration.
//
// # Guarantees
//
//   - [Set.Execute] runs no method whose arguments fail its input schema.
//   - What Execute returns, values and errors alike, has the connectors' secrets
//     replaced by "[redacted]".
//   - A panic in a connector becomes an error of that call.
//
// # Concurrency
//
// A [Connector] must be safe for concurrent use. Execute may be called again with
// the same idempotency key: after a crash the engine cannot know whether the first
// call arrived.
//
// # Not here
//
// The kinds of connectors: one folder each below this one.
package connector

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
)

// Connector is code that performs calls of one kind.
type Connector interface {
	// Describe returns what the connector offers at this moment. It does not
	// block on the network and the caller does not change the answer.
	Describe() Description

	// Execute performs one call and returns its result as plain JSON; nil means
	// "no value". A [*retry.Error] asks for a retry; an error for which
	// [IsTimeout] holds leaves the outcome open; any other is final. It returns
	// soon after ctx ends.
	Execute(ctx context.Context, call Call) (json.RawMessage, error)
}

// Reverter is a Connector that can undo calls of the methods marked Reverts.
type Reverter interface {
	// Revert undoes a call that returned result. It obeys the rules of Execute.
	Revert(ctx context.Context, call Call, result json.RawMessage) error
}

// Description is what a connector offers.
type Description struct {
	Instructions string
	Methods      []Method // in declaration order, names distinct
}

// Method describes one operation.
type Method struct {
	Name        string
	Description string
	Input       json.RawMessage // JSON Schema; nil: any object
	Output      json.RawMessage // JSON Schema; nil: unknown

	RequiresApproval bool // a person must say yes first
	Reexecute        bool // run again on every pass, the result never stored
	ReadOnly         bool // has no effect: a failure underway may be retried
	Client           bool // a client supplies the result; the method is never executed
	Reverts          bool // Revert undoes it

	OnUnknown OnUnknown
	Timeout   time.Duration // of one call; zero: the rest of the pass
}

// OnUnknown says what happens to a call whose pass died while it was in flight.
type OnUnknown string

// The choices of a method.
const (
	OnUnknownReexecute OnUnknown = "reexecute" // call again with the same idempotency key; the default
	OnUnknownFail      OnUnknown = "fail"      // the code sees an error
	OnUnknownAsk       OnUnknown = "ask"       // a person decides
)

// Call is one invocation.
type Call struct {
	Runtime        string
	ExecutionID    execution.ID
	Seq            int
	Attempt        int // the fence of the pass
	Method         string
	Args           json.RawMessage // plain JSON; nil: called without an argument
	IdempotencyKey string          // "<id>:<seq>", the same whenever the call is repeated
}

// ErrNoConnector is returned when no connector has the name.
var ErrNoConnector = errors.New("no such connector")

// ErrNoMethod is returned when a connector lacks the method. Its text, with the
// nearest name, is what the script sees.
var ErrNoMethod = errors.New("no such method")

// ErrTimeout marks a failure that left the outcome open: the request may have
// been received. It is never retried unless the policy says so.
var ErrTimeout = errors.New("timed out")

// Timeout marks err as one that leaves the outcome of the call open.
func Timeout(err error) error { return timeoutError{err} }

// IsTimeout reports whether err leaves the outcome of its call open.
func IsTimeout(err error) bool {
	return errors.Is(err, ErrTimeout) || errors.Is(err, context.DeadlineExceeded)
}

type timeoutError struct{ err error }

func (e timeoutError) Error() string        { return e.err.Error() }
func (e timeoutError) Unwrap() error        { return e.err }
func (e timeoutError) Is(target error) bool { return target == ErrTimeout }

// Error is a connector's own error with a name that the script can test.
type Error struct {
	Name    string // such as "HTTPError"; empty: "Error"
	Message string
}

func (e *Error) Error() string { return e.Message }

// Errorf returns an [*Error] of that name.
func Errorf(name, format string, args ...any) *Error {
	return &Error{Name: name, Message: fmt.Sprintf(format, args...)}
}
