package natstest

import (
	"context"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// StartWait is how long a server, a leader or a connection may take. It is far more than
// any of them needs: a busy machine may stand still for many seconds, and a wait that
// only bounds a hang costs nothing when all is well.
const StartWait = time.Minute

// Options change what [RunWith] starts. The zero value of a field means its default.
type Options struct {
	// MaxPayload is the largest message in bytes. Default 8 MB.
	MaxPayload int

	// Users and Accounts, when given, replace the open access.
	Users    []*server.User
	Accounts []*server.Account

	// Domain is the JetStream domain. Default none.
	Domain string

	// StoreDir is the store. Default: a temporary directory.
	StoreDir string
}

// Server is one server of a test.
type Server struct {
	tb   testing.TB
	opts server.Options
	srv  *server.Server
	name string
}

// Run starts a server with JetStream that ends with the test.
func Run(tb testing.TB) *Server {
	tb.Helper()
	return RunWith(tb, Options{})
}

// RunWith starts a server with options.
func RunWith(tb testing.TB, o Options) *Server {
	tb.Helper()
	s := &Server{tb: tb, opts: options(tb, o)}
	s.opts.Port = server.RANDOM_PORT
	s.Start()
	s.opts.Port = s.srv.Addr().(*net.TCPAddr).Port
	return s
}

func options(tb testing.TB, o Options) server.Options {
	tb.Helper()
	if o.StoreDir == "" {
		o.StoreDir = tb.TempDir()
	}
	if o.MaxPayload == 0 {
		o.MaxPayload = 8 << 20
	}
	return server.Options{
		Host: "127.0.0.1", JetStream: true, StoreDir: o.StoreDir, MaxPayload: int32(o.MaxPayload),
		JetStreamDomain: o.Domain, Users: o.Users, Accounts: o.Accounts,
		NoLog: true, NoSigs: true,
	}
}

// Start starts the server again on its port and store. It runs already after [Run].
func (s *Server) Start() {
	s.tb.Helper()
	opts := s.opts
	srv, err := server.NewServer(&opts)
	if err != nil {
		s.tb.Fatalf("make server: %v", err)
	}
	srv.Start()
	if s.srv == nil {
		s.tb.Cleanup(func() { s.Stop() }) // once, so that clients made later end earlier
	}
	s.srv = srv
	if opts.Cluster.Name == "" && !srv.ReadyForConnections(StartWait) {
		s.tb.Fatalf("server on port %d is not ready after %v", opts.Port, StartWait)
	}
}

// Stop shuts the server down and waits for that. Its store stays.
func (s *Server) Stop() {
	s.srv.Shutdown()
	s.srv.WaitForShutdown()
}

// Restart stops the server and starts it again.
func (s *Server) Restart() {
	s.tb.Helper()
	s.Stop()
	s.Start()
}

// URL is the address for clients.
func (s *Server) URL() string { return fmt.Sprintf("nats://%s:%d", s.opts.Host, s.opts.Port) }

// Addr is the host and port for clients.
func (s *Server) Addr() string { return fmt.Sprintf("%s:%d", s.opts.Host, s.opts.Port) }

// Raw returns the running server itself.
func (s *Server) Raw() *server.Server { return s.srv }

// Conn connects a client that reconnects for ever and ends with the test.
func (s *Server) Conn(opts ...nats.Option) *nats.Conn {
	s.tb.Helper()
	return Connect(s.tb, s.URL(), opts...)
}

// JetStream connects a client and returns its JetStream.
func (s *Server) JetStream(opts ...nats.Option) jetstream.JetStream {
	s.tb.Helper()
	return JetStream(s.tb, s.Conn(opts...))
}

// Connect connects to url; the connection reconnects for ever and ends with the test.
func Connect(tb testing.TB, url string, opts ...nats.Option) *nats.Conn {
	tb.Helper()
	all := append([]nats.Option{
		nats.MaxReconnects(-1), nats.ReconnectWait(20 * time.Millisecond), nats.ReconnectJitter(0, 0), nats.Timeout(StartWait),
		nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}),
	}, opts...)
	nc, err := nats.Connect(url, all...)
	if err != nil {
		tb.Fatalf("connect to %s: %v", url, err)
	}
	tb.Cleanup(nc.Close)
	return nc
}

// JetStream returns the JetStream of a connection.
func JetStream(tb testing.TB, nc *nats.Conn) jetstream.JetStream {
	tb.Helper()
	js, err := jetstream.New(nc, jetstream.WithDefaultTimeout(StartWait))
	if err != nil {
		tb.Fatalf("jetstream: %v", err)
	}
	return js
}

// Eventually waits until ok returns true, and fails the test after [StartWait].
// It is for what no event announces.
func Eventually(tb testing.TB, what string, ok func() bool) {
	tb.Helper()
	wait(tb, what, StartWait, 5*time.Millisecond, ok)
}

// InTheEnd is Eventually for much work: it waits ten times as long, and looks seldom.
func InTheEnd(tb testing.TB, what string, ok func() bool) {
	tb.Helper()
	wait(tb, what, 10*StartWait, 200*time.Millisecond, ok)
}

func wait(tb testing.TB, what string, limit, every time.Duration, ok func() bool) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	tick := time.NewTicker(every)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			tb.Fatalf("waited %v in vain for %s", limit, what)
		}
	}
}
