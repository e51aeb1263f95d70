package stream

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/reprise-run/reprise/pkg/journal"
)

// Stream is an open set of assets. It is safe for concurrent use and needs no
// closing; the connection belongs to the caller.
type Stream struct {
	nc  *nats.Conn
	js  jetstream.JetStream
	cfg Config // with the choices that are in force
	log *slog.Logger

	api     string // prefix of the JetStream API, with the domain
	kv      string // what precedes "$KV." when a key is published
	journal *Journal
	told    sync.Map // differences that are in the log already
	listed  sync.Map // [*newestIDs] by the subjects of their states
}

// Conn returns the connection that the Stream was opened with.
func (s *Stream) Conn() *nats.Conn { return s.nc }

// JetStream returns the client that the Stream uses.
func (s *Stream) JetStream() jetstream.JetStream { return s.js }

// Journal returns the journal store. It is the same one at each call.
func (s *Stream) Journal() *Journal { return s.journal }

// Shards returns the number of journal buckets in force.
func (s *Stream) Shards() int { return s.cfg.Shards }

// Replicas returns the number of copies in force.
func (s *Stream) Replicas() int { return s.cfg.Replicas }

// MaxValueBytes returns [Config.MaxValueBytes].
func (s *Stream) MaxValueBytes() int { return s.cfg.MaxValueBytes }

// ServerTime returns the clock of the server that leads the queue. Message times
// ([Delivery.Time], [journal.Stored.At]) are of the same kind.
func (s *Stream) ServerTime(ctx context.Context) (time.Time, error) {
	var info struct {
		Time time.Time `json:"ts"`
	}
	if err := s.call(ctx, "STREAM.INFO."+StreamName, nil, &info); err != nil {
		return time.Time{}, fmt.Errorf("read the server's clock: %w", err)
	}
	return info.Time, nil
}

// InQueue reports whether the message with this sequence is still in the queue:
// not acked by anybody. It asks the leader.
func (s *Stream) InQueue(ctx context.Context, seq uint64) (bool, error) {
	if seq == 0 {
		return false, nil
	}
	_, err := s.leaderGet(ctx, StreamName, map[string]any{"seq": seq})
	switch {
	case err == nil:
		return true, nil
	case isNotFound(err):
		return false, nil
	}
	return false, fmt.Errorf("look up message %d: %w", seq, err)
}

// Event publishes an event of an execution. Events are hints: they may be lost.
func Event(nc *nats.Conn, key journal.Key, name string, body []byte) error {
	return nc.Publish(EventSubject(key, name), body)
}

// Object fetches a value that was offloaded, by its hash. It returns
// [journal.ErrNotFound] when there is none.
func (s *Stream) Object(ctx context.Context, key journal.Key, hash string) ([]byte, error) {
	return s.journal.object(ctx, key, hash)
}
