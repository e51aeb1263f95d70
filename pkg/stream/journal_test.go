package stream

import (
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/journal/journaltest"
)

// open opens a stream with assets of its own.
func open(tb testing.TB, nc *nats.Conn, cfg Config) *Stream {
	tb.Helper()
	s, err := Open(tb.Context(), nc, cfg)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// one opens a stream on a fresh server.
func one(tb testing.TB) (*natstest.Server, *Stream) {
	tb.Helper()
	srv := natstest.Run(tb)
	return srv, open(tb, srv.Conn(), Config{})
}

func TestJournalOnOneServer(t *testing.T) {
	t.Parallel()
	// The smallest max_payload that servers have by default: records split early.
	srv := natstest.RunWith(t, natstest.Options{MaxPayload: 1 << 20})
	s := open(t, srv.Conn(), Config{})
	journaltest.Run(t, func(*testing.T) journal.Store { return s.Journal() })
}

func TestJournalOnFourShards(t *testing.T) {
	t.Parallel()
	srv := natstest.Run(t)
	s := open(t, srv.Conn(), Config{Shards: 4})
	journaltest.Run(t, func(*testing.T) journal.Store { return s.Journal() })
}

func TestJournalOnACluster(t *testing.T) {
	t.Parallel()
	c := natstest.Cluster(t, 3)
	s := open(t, c.Conn(), Config{Replicas: 3})
	journaltest.RunReplicated(t, func(*testing.T) journal.Store { return s.Journal() })
}
