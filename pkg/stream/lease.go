package stream

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// Lease asks to be the only one who does something for a while. It returns true
// for one caller within ttl, which is rounded up to the second; nobody gives a
// lease back. A lease is a courtesy that saves work, never a fence.
func (s *Stream) Lease(ctx context.Context, name, holder string, ttl time.Duration) (bool, error) {
	kv, err := s.js.KeyValue(ctx, IndexBucket)
	if err != nil {
		return false, fmt.Errorf("open bucket %s: %w", IndexBucket, err)
	}
	ttl = (ttl + time.Second - 1).Truncate(time.Second)
	_, err = kv.Create(ctx, name, []byte(holder), jetstream.KeyTTL(ttl))
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, jetstream.ErrKeyExists):
		return false, nil
	}
	return false, fmt.Errorf("lease %s: %w", name, err)
}
