package natsconn_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/connector"
	natsconn "github.com/reprise-run/reprise/pkg/connector/nats"
)

// service runs a micro service until the test ends.
func service(t *testing.T, nc *nats.Conn, cfg micro.Config) micro.Service {
	t.Helper()
	if cfg.Version == "" {
		cfg.Version = "1.0.0"
	}
	s, err := micro.AddService(nc, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Stop() })
	return s
}

func endpoint(t *testing.T, s micro.Service, name string, metadata map[string]string, h micro.HandlerFunc) {
	t.Helper()
	if h == nil {
		h = func(r micro.Request) { _ = r.Respond(r.Data()) }
	}
	subject := micro.WithEndpointSubject(s.Info().Name + "." + name)
	if err := s.AddEndpoint(name, h, micro.WithEndpointMetadata(metadata), subject); err != nil {
		t.Fatal(err)
	}
}

// newSet returns a set with the service "items" as connector "items".
func newSet(t *testing.T, nc *nats.Conn, logger *slog.Logger) *connector.Set {
	t.Helper()
	c, err := natsconn.New(natsconn.Config{Conn: nc, Service: "items", MinAge: time.Millisecond, Logger: logger})
	if err != nil {
		t.Fatal(err)
	}
	s, err := connector.NewSet(connector.SetConfig{Connectors: []connector.Named{{Name: "items", Connector: c}}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func call(method, args string) connector.Call {
	c := connector.Call{Runtime: "default", ExecutionID: "01JX", Seq: 3, Attempt: 2, Method: method, IdempotencyKey: "01JX:3"}
	if args != "" {
		c.Args = json.RawMessage(args)
	}
	return c
}

// next returns the next message, or ends the test when none comes.
func next(t *testing.T, messages <-chan *nats.Msg) *nats.Msg {
	t.Helper()
	select {
	case msg := <-messages:
		return msg
	case <-time.After(natstest.StartWait):
		t.Fatal("no message came")
		return nil
	}
}

// journal is a log that can be read while it is written.
type journal struct {
	mu  sync.Mutex // guards the fields below
	buf bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.buf.Write(p)
}

// count returns how many lines hold all the words.
func (j *journal) count(words ...string) int {
	j.mu.Lock()
	defer j.mu.Unlock()
	n := 0
	for line := range strings.SplitSeq(j.buf.String(), "\n") {
		all := line != ""
		for _, w := range words {
			all = all && strings.Contains(line, w)
		}
		if all {
			n++
		}
	}
	return n
}
