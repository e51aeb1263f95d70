// Package retry decides whether a failed pass is tried again, and after how long.
//
// # Guarantees
//
//   - A connector asks for a retry with an [*Error]; it survives wrapping.
//   - A [Policy] never asks for more tries than MaxAttempts.
//   - A delay that a connector named wins over the policy's own; the policy's
//     own doubles from InitialDelay with each try and stops at MaxDelay.
//
// The defaults are those of the reference runtime: three tries in all, for
// retryable failures alone, 500 ms · 2^(try−1) up to 10 s.
//
// # Not here
//
// The waiting itself (pkg/runner) and policies written in JavaScript (pkg/engine).
package retry

import (
	"errors"
	"slices"
	"time"
)

// The default policy.
const (
	DefaultMaxAttempts  = 3
	DefaultInitialDelay = 500 * time.Millisecond
	DefaultMaxDelay     = 10 * time.Second
)

// Error asks for another try of the execution. Find it with [As].
type Error struct {
	// After is how long to wait before the next try. Zero means the policy's
	// own delay; negative means at once.
	After time.Duration

	// Err is the cause. It is what the user reads when the tries run out.
	Err error
}

// After returns an [*Error] that asks for a retry after d; zero and less mean at once.
func After(d time.Duration, err error) *Error {
	if d <= 0 {
		d = -1
	}
	return &Error{After: d, Err: err}
}

func (e *Error) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// As reports whether err, or anything that it wraps, asks for another try.
func As(err error) (*Error, bool) {
	var e *Error
	ok := errors.As(err, &e)
	return e, ok
}

// Policy says what is retried, how often and after which delay.
type Policy struct {
	// MaxAttempts is the number of tries in total; one or less means no retry.
	MaxAttempts int

	// On lists the failure kinds that are retried.
	On []string

	// InitialDelay and MaxDelay bound the delays that the policy itself chooses.
	InitialDelay, MaxDelay time.Duration
}

// Default returns the policy of those who configure none.
func Default() Policy {
	return Policy{
		MaxAttempts:  DefaultMaxAttempts,
		On:           []string{"retryable"},
		InitialDelay: DefaultInitialDelay,
		MaxDelay:     DefaultMaxDelay,
	}
}

// Left reports whether there may be a try after the given one, counted from 1.
func (p Policy) Left(try int) bool { return try < p.MaxAttempts }

// Retries reports whether a failure of this kind in this try is retried.
func (p Policy) Retries(kind string, try int) bool {
	return p.Left(try) && slices.Contains(p.On, kind)
}

// Delay returns how long to wait after the given failed try, counted from 1.
// asked is what the connector named; nil means that it named nothing.
func (p Policy) Delay(try int, asked *time.Duration) time.Duration {
	if asked != nil {
		return max(*asked, 0)
	}
	delay := p.InitialDelay
	for range try - 1 {
		if delay >= p.MaxDelay {
			break
		}
		delay *= 2
	}
	return min(delay, p.MaxDelay)
}
