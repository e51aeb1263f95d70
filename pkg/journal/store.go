package journal

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
)

// ErrFenced is returned when another claim has superseded the writer's. Nothing
// was written.
var ErrFenced = errors.New("superseded by a newer claim")

// ErrNotFound is returned when there is no such state, request or value.
var ErrNotFound = errors.New("not found")

// ErrCorrupt is returned when stored data cannot be what this package wrote.
var ErrCorrupt = errors.New("corrupt journal")

// Key names the journal of one execution.
type Key struct {
	Runtime string
	ID      execution.ID
}

func (k Key) String() string { return k.Runtime + "." + string(k.ID) }

// Revision is the position of a state write. It grows with every write.
type Revision uint64

// Stored is a state as it was read.
type Stored struct {
	State    State
	Revision Revision
	At       time.Time // the store's own clock at the write
}

// Store keeps journals. A method that the storage refuses for the moment (no
// quorum, full, unreachable) repeats until ctx ends and then returns an error that
// wraps the cause of ctx; such an error says nothing about whether the write landed.
type Store interface {
	// State reads the newest state, never a stale replica's. It returns [ErrNotFound].
	State(ctx context.Context, key Key) (Stored, error)

	// PutState writes the state if the last write of it is at revision last; 0
	// stands for no state. It returns the new revision, or [ErrFenced]. The writer
	// sets Nonce and a Write number that it never used before with that nonce: by
	// them a write whose answer was lost is recognised as landed.
	PutState(ctx context.Context, key Key, s State, last Revision) (Revision, error)

	// Request reads the request. It returns [ErrNotFound].
	Request(ctx context.Context, key Key) (execution.Request, error)

	// PutRequest writes the request under the claim, or returns [ErrFenced].
	PutRequest(ctx context.Context, key Key, claim Revision, r execution.Request) error

	// Append writes r as record n under the claim, or returns [ErrFenced]. On
	// JetStream claim 0 stands for no state at all. Too
	// large a record is split: completions first, intents after. It returns the
	// number of the next record.
	Append(ctx context.Context, key Key, claim Revision, n int, r Record) (next int, err error)

	// Load reads all records, and proves that it read past the claim: none that was
	// written under an earlier one is missing. It returns [ErrFenced] when it sees
	// that the state has moved on. A replica that lags may hide that for a while,
	// and the newest records of the claim itself with it. That is no harm: a pass
	// loads before it writes, and what a superseded one writes next is refused.
	Load(ctx context.Context, key Key, claim Revision) ([]Record, error)

	// PutSignal keeps s in the inbox, whatever the state is. A signal of the same ID that
	// is there already is this one: writing it again changes nothing.
	PutSignal(ctx context.Context, key Key, s Signal) error

	// Inbox reads the signals behind a position, never a stale replica's view, in the
	// order in which they were stored: of two signals the second of which was sent
	// when PutSignal had returned for the first, the first comes first.
	Inbox(ctx context.Context, key Key, behind Revision) ([]Signal, error)

	// Resolve returns v's JSON, fetching it where it was offloaded. A value that
	// is journaled but cannot be found is repeated until ctx ends.
	Resolve(ctx context.Context, key Key, v Value) (json.RawMessage, error)
}
