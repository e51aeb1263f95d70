package stream

import (
	"context"
	"encoding/json"

	"github.com/reprise-run/reprise/pkg/journal"
)

const (
	// mostInline is the largest value that stays in a record, whatever the server takes.
	mostInline = 256 << 10

	// headerRoom is left for the fence's headers and the client's own. A
	// message that just fits without them would be refused with them.
	headerRoom = 4 << 10
)

// sizesFor returns what the server's max_payload allows.
func sizesFor(maxPayload int64) journal.Sizes {
	return journal.Sizes{Value: min(mostInline, int(maxPayload)/4), Record: int(maxPayload) - headerRoom}
}

// offload moves values of an execution to the object store.
func (j *Journal) offload(ctx context.Context, key journal.Key) journal.Mover {
	return func(v *journal.Value) (*journal.Value, error) { return j.putObject(ctx, key, v.JSON) }
}

// offloadText moves a whole text out and returns the pointer's JSON.
func (j *Journal) offloadText(ctx context.Context, key journal.Key, text []byte) ([]byte, error) {
	v, err := j.putObject(ctx, key, text)
	if err != nil {
		return nil, err
	}
	return json.Marshal(v)
}
