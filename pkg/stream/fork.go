package stream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// CreateRequest writes the request of an execution that does not exist yet. It returns
// [journal.ErrFenced] when there is a request under that key, so that of several who use
// the key one alone goes on; also, if rarely, when its own write was lost track of.
func (j *Journal) CreateRequest(ctx context.Context, key journal.Key, r execution.Request) error {
	data, err := json.Marshal(r)
	if err == nil && len(data) > j.sizes.Value {
		data, err = j.offloadText(ctx, key, data)
	}
	if err != nil {
		return fmt.Errorf("write request of %s: %w", key, err)
	}
	m := &nats.Msg{Subject: j.s.kv + kvSubject(j.bucket(key), RequestKey(key)), Data: data, Header: expect(0, "")}
	for w := newBackoff(); ; {
		_, err := publish(ctx, j.s.nc, m, w)
		switch {
		case err == nil:
			return nil
		case hasCode(err, codeWrongLast):
			return fmt.Errorf("write request of %s: %w", key, journal.ErrFenced)
		case errors.Is(err, ErrTooLarge):
			return fmt.Errorf("write request of %s: %w", key, err)
		}
		if err := w.wait(ctx, err); err != nil {
			return fmt.Errorf("write request of %s: %w", key, err)
		}
	}
}

// CopyValue copies a value that was moved out, so that it belongs to another execution
// too. A value that was not is nowhere else than where it is.
func (j *Journal) CopyValue(ctx context.Context, from, to journal.Key, v journal.Value) error {
	if !v.Offloaded() {
		return nil
	}
	text, err := j.Resolve(ctx, from, v)
	if err == nil {
		_, err = j.putObject(ctx, to, text)
	}
	if err != nil {
		return fmt.Errorf("copy a value of %s: %w", from, err)
	}
	return nil
}
