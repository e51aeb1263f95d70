package control

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/nats-io/nats.go"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// ErrBadRequest is returned when a request is malformed. The text names the field.
var ErrBadRequest = errors.New("bad request")

// ErrNotFound is returned when no executor has claimed an execution of that id, or when
// there is no snippet of that name.
var ErrNotFound = errors.New("no such execution")

// ErrConflict is returned when the id belongs to an execution with another body, or
// when the status of the execution forbids the operation.
var ErrConflict = errors.New("conflict")

// ErrGone is returned when the execution was deleted. Its id cannot be used again.
var ErrGone = errors.New("deleted")

// ErrNoExecutor is returned when no executor answers for the runtime. What was
// submitted waits until one does.
var ErrNoExecutor = errors.New("no executor answers")

// ErrUnavailable is returned when an executor, or the server, gave no answer in
// time. What was asked for may have been done.
var ErrUnavailable = errors.New("no answer in time")

// ErrTooLarge is returned when a request is larger than a message of this server.
var ErrTooLarge = errors.New("too large for a message of this server")

// Error is the refusal of an operation, as it travels. [errors.Is] finds the
// sentinel of its code.
type Error struct {
	Code    int
	Message string
}

func (e *Error) Error() string { return e.Message }

// Is reports whether target is the sentinel of the code.
func (e *Error) Is(target error) bool {
	switch e.Code {
	case http.StatusBadRequest:
		return target == ErrBadRequest
	case http.StatusNotFound:
		return target == ErrNotFound
	case http.StatusConflict:
		return target == ErrConflict
	case http.StatusGone:
		return target == ErrGone
	case http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return target == ErrUnavailable
	}
	return false
}

// refuse returns an [*Error] for a caller.
func refuse(code int, format string, args ...any) error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// refusal turns any error of an operation into the one that travels.
func refusal(err error) *Error {
	var known *Error
	var request *execution.RequestError
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &request):
		return &Error{http.StatusBadRequest, request.Error()}
	case errors.Is(err, journal.ErrNotFound):
		return &Error{http.StatusNotFound, err.Error()}
	case errors.Is(err, errStopping):
		return &Error{http.StatusServiceUnavailable, errStopping.Error()}
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, nats.ErrTimeout):
		return &Error{http.StatusGatewayTimeout, "the storage did not answer in time: " + err.Error()}
	}
	return &Error{http.StatusInternalServerError, err.Error()}
}

// errStopping is the cause of requests that end with the service.
var errStopping = errors.New("this executor is shutting down; ask again")
