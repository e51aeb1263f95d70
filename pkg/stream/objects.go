package stream

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/reprise-run/reprise/pkg/journal"
)

// objectTimeout bounds one try to move a value: it may be many messages.
const objectTimeout = 30 * time.Second

// objectName belongs to one execution: writers of one shared name keep each
// other's garbage alive.
func objectName(key journal.Key, hash string) string { return key.String() + "." + hash }

// putObject stores a value and returns the pointer to it, once it is durable.
func (j *Journal) putObject(ctx context.Context, key journal.Key, text []byte) (*journal.Value, error) {
	sum := sha256.Sum256(text)
	v := &journal.Value{Object: hex.EncodeToString(sum[:]), Bytes: len(text)}
	name := objectName(key, v.Object)
	err := j.repeat(ctx, func(try context.Context) error {
		info, err := j.objects.GetInfo(try, name)
		if err == nil && info.Size == uint64(len(text)) {
			return nil // same name, same bytes
		}
		_, err = j.objects.PutBytes(try, name, text)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("store a value of %d bytes: %w", len(text), err)
	}
	return v, nil
}

// Resolve implements [journal.Store].
func (j *Journal) Resolve(ctx context.Context, key journal.Key, v journal.Value) (json.RawMessage, error) {
	if !v.Offloaded() {
		return v.JSON, nil
	}
	var text []byte
	err := j.repeat(ctx, func(try context.Context) error {
		var err error
		text, err = j.objects.GetBytes(try, objectName(key, v.Object))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("fetch value %s of %s: %w", v.Object, key, err)
	}
	return text, nil
}

// object fetches a value once; a missing one is an answer.
func (j *Journal) object(ctx context.Context, key journal.Key, hash string) ([]byte, error) {
	text, err := j.objects.GetBytes(ctx, objectName(key, hash))
	switch {
	case errors.Is(err, jetstream.ErrObjectNotFound):
		return nil, fmt.Errorf("value %s of %s: %w", hash, key, journal.ErrNotFound)
	case err != nil:
		return nil, fmt.Errorf("fetch value %s of %s: %w", hash, key, err)
	}
	return text, nil
}

// repeat tries until f succeeds or ctx ends. A value that is journaled exists: not
// finding it is as transient as any other trouble.
func (j *Journal) repeat(ctx context.Context, f func(context.Context) error) error {
	for w := newBackoff(); ; {
		try, cancel := context.WithTimeout(ctx, objectTimeout)
		err := f(try)
		cancel()
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err := w.wait(ctx, err); err != nil {
			return err
		}
	}
}
