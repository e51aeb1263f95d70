package stream

import (
	"errors"

	"github.com/reprise-run/reprise/pkg/journal"
)

// ErrClosed is returned by [Queue.Next] once [Queue.Close] was called.
var ErrClosed = errors.New("the queue is closed")

// ErrDenied is returned when the server's permissions refuse an operation.
var ErrDenied = errors.New("permission denied by the server")

// ErrChoices is returned by [Init] when it is asked to change the number of
// shards or replicas of assets that exist, and by [Open] when they name none.
var ErrChoices = errors.New("the choices of these assets are fixed")

// ErrAssets is returned when an existing stream, bucket or consumer cannot serve.
var ErrAssets = errors.New("the assets on the server do not fit")

// ErrTooLarge is [journal.ErrTooLarge]: one call, completion or state does not fit into
// a message even with all its values moved out. Repeating does not help.
var ErrTooLarge = journal.ErrTooLarge

// ErrRefused is returned when the server refuses a message for good.
var ErrRefused = errors.New("refused by the server")
