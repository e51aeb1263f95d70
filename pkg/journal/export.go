package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/reprise-run/reprise/pkg/execution"
)

// ExportVersion is the version of the form of an [Export].
const ExportVersion = 1

// Export is the whole of an execution in one JSON document: what was submitted, and what
// is journaled, with every value in its place. It is what a replay needs.
type Export struct {
	Version     int               `json:"reprise"` // [ExportVersion]
	Runtime     string            `json:"runtime"`
	ExecutionID execution.ID      `json:"executionId"`
	Request     execution.Request `json:"request"`
	State       State             `json:"state"`
	Records     []Record          `json:"records"`
}

// ErrVersion is returned for an export of another version than [ExportVersion].
var ErrVersion = errors.New("not an export of version 1")

// ParseExport reads an export. It returns [ErrVersion] for what is none, and
// [ErrCorrupt] for one that says nothing sensible.
func ParseExport(text []byte) (Export, error) {
	var version struct {
		Reprise int `json:"reprise"`
	}
	if err := json.Unmarshal(text, &version); err != nil {
		return Export{}, fmt.Errorf("%w: %w", ErrVersion, err)
	}
	if version.Reprise != ExportVersion {
		return Export{}, ErrVersion
	}
	var e Export
	if err := json.Unmarshal(text, &e); err != nil {
		return Export{}, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	_, err := Fold(e.State, e.Records)
	return e, err
}

// Key returns the key of the exported execution.
func (e Export) Key() Key { return Key{Runtime: e.Runtime, ID: e.ExecutionID} }

// Inline puts every value that was moved out into its place. fetch returns the text of one.
func (e Export) Inline(ctx context.Context, fetch func(ctx context.Context, hash string) (json.RawMessage, error)) (Export, error) {
	inline := func(v *Value) (*Value, error) {
		if !v.Offloaded() {
			return v, nil
		}
		text, err := fetch(ctx, v.Object)
		return NewValue(text), err
	}
	var err error
	if e.State, err = e.State.MapValues(inline); err != nil {
		return e, err
	}
	for i, r := range e.Records {
		if e.Records[i], err = r.MapValues(inline); err != nil {
			return e, err
		}
	}
	return e, nil
}
