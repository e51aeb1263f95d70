package engine

import (
	"errors"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/sandbox"
)

// ErrDrain is the cause with which the caller of [Engine.Run] ends a pass that
// should be taken over by another executor at once.
var ErrDrain = errors.New("the executor drains")

// ErrStorage is returned when the journal could not be read or written before the
// pass timed out. The execution is as it was: leave it to the next delivery.
var ErrStorage = errors.New("journal unavailable")

// errTimeout is the cause with which the wall clock ends a pass.
var errTimeout = errors.New("execution timed out")

// timedOut is what users read of it.
const timedOut = "Execution timed out"

// errRetry stops the sandbox after a connector asked for a retry.
var errRetry = errors.New("a connector asked for a retry")

// errQuiet stops the sandbox when the code waits and nothing is outstanding.
var errQuiet = errors.New("nothing is outstanding")

// refusal ends a pass by a decision of ours, whatever the code would catch.
type refusal struct {
	reason  execution.Reason
	message string
	pos     sandbox.Pos // of the operation; zero: not known
}

func (r *refusal) Error() string { return r.message }
