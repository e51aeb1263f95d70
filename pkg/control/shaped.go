package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"

	"github.com/reprise-run/reprise/pkg/execution"
)

// Whole returns the value behind {"$object": hash, "bytes": n}, which stands in
// answers for a large value of an execution, and every other value as it is. Somebody's
// own value that looks like that is such a one: the execution has no object of that hash.
func (c *Client) Whole(ctx context.Context, id execution.ID, raw json.RawMessage) (json.RawMessage, error) {
	var pointer map[string]json.RawMessage
	if !bytes.HasPrefix(raw, []byte(`{"$object":`)) || json.Unmarshal(raw, &pointer) != nil || len(pointer) != 2 || pointer["bytes"] == nil {
		return raw, nil //nolint:nilerr // not a pointer
	}
	var hash string
	if err := json.Unmarshal(pointer["$object"], &hash); err != nil {
		return raw, nil //nolint:nilerr // the same
	}
	body, err := c.Object(ctx, id, hash)
	if errors.Is(err, ErrNotFound) {
		return raw, nil
	}
	return body, err
}

// shaped applies the transform of the configuration to an outcome.
func (c *Client) shaped(ctx context.Context, o execution.Outcome) execution.Outcome {
	if c.transform == nil || o.Status != execution.Completed || o.ResultOmitted {
		return o
	}
	whole, err := c.Whole(ctx, o.ExecutionID, o.Result)
	if err != nil {
		return o
	}
	if result, ok := c.apply(whole); ok {
		o.Result = result
	}
	return o
}

// apply calls the transform. ok is false when it is to be ignored.
func (c *Client) apply(whole json.RawMessage) (result json.RawMessage, ok bool) {
	defer func() {
		if recover() != nil {
			result, ok = nil, false
		}
	}()
	// A copy: what it does to its argument is no part of the outcome.
	result, err := c.transform(bytes.Clone(whole))
	return result, err == nil && json.Valid(result)
}
