package natstest

import (
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Writer fills streams: it publishes without waiting for each acknowledgement, and
// never far ahead of the server, which a busy machine may make slow. Not for
// concurrent use.
type Writer struct {
	tb    testing.TB
	js    jetstream.JetStream
	ahead int // publications that nobody has waited for
}

// NewWriter returns a writer. Flush it.
func NewWriter(tb testing.TB, nc *nats.Conn) *Writer {
	tb.Helper()
	return &Writer{tb: tb, js: JetStream(tb, nc)}
}

// window is how many publications may be under way. It is far below what the library
// lets pass before it gives up.
const window = 1000

// Put publishes.
func (w *Writer) Put(subject string, data []byte) {
	w.tb.Helper()
	if _, err := w.js.PublishAsync(subject, data); err != nil {
		w.tb.Fatalf("publish to %s: %v", subject, err)
	}
	if w.ahead++; w.ahead == window {
		w.Flush()
	}
}

// Flush waits until the server has all that was put.
func (w *Writer) Flush() {
	w.tb.Helper()
	w.ahead = 0
	select {
	case <-w.js.PublishAsyncComplete():
	case <-time.After(2 * time.Minute):
		w.tb.Fatal("the server does not acknowledge what was published")
	}
}
