package embedded

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// Server is a running server. Stop it.
type Server struct {
	srv    *server.Server
	lock   *os.File
	listen bool
	once   sync.Once
}

// Start starts a server and waits until it takes requests. It returns [ErrAddress],
// [ErrStore] or [ErrStart].
func Start(c Config) (*Server, error) {
	c = c.withDefaults()
	if err := c.validate(); err != nil {
		return nil, fmt.Errorf("configure the embedded server: %w", err)
	}
	if err := c.checkAddress(); err != nil {
		return nil, err
	}
	lock, err := openStore(c.StoreDir)
	if err != nil {
		return nil, err
	}
	srv, err := c.run()
	if err != nil {
		_ = lock.Close()
		return nil, err
	}
	return &Server{srv: srv, lock: lock, listen: c.Listen}, nil
}

// checkAddress finds out early, and for a better message, what the server would
// meet when it listens.
func (c Config) checkAddress() error {
	if !c.Listen || c.Port == -1 {
		return nil
	}
	l, err := net.Listen("tcp", c.address())
	if err != nil {
		return fmt.Errorf("%w on %s: %w (stop what runs there, choose another port with --listen, or use that server with --server nats://%s)",
			ErrAddress, c.address(), err, c.address())
	}
	return l.Close()
}

// openStore creates the directory, proves that it can be written, and locks it:
// the server itself does not, and two on one store destroy it.
func openStore(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("%w %s: %w (choose another one with --store-dir)", ErrStore, dir, err)
	}
	f, err := os.OpenFile(filepath.Join(dir, "server.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("%w %s: %w (make it writable, or choose another one with --store-dir)", ErrStore, dir, err)
	}
	if err := lockFile(f); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("%w %s: another process uses it: %w (stop that process, connect to its server with --server, or choose another one with --store-dir)",
			ErrStore, dir, err)
	}
	return f, nil
}

func (c Config) run() (*server.Server, error) {
	log := newLog(c.Logger)
	srv, err := server.NewServer(&server.Options{
		ServerName: "embedded", Host: c.Host, Port: c.Port, DontListen: !c.Listen,
		JetStream: true, StoreDir: c.StoreDir, SyncAlways: c.SyncAlways,
		MaxPayload: int32(c.MaxPayload), MaxPending: 64 << 20,
		NoSigs: true, NoSystemAccount: false,
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrStart, err)
	}
	srv.SetLoggerV2(log, false, false, false)
	srv.Start()
	for end := time.Now().Add(c.ReadyWait); !srv.ReadyForConnections(100*time.Millisecond) && !log.gaveUp() && time.Now().Before(end); {
	}
	if log.gaveUp() || !srv.ReadyForConnections(time.Second) || !srv.JetStreamEnabled() {
		srv.Shutdown()
		srv.WaitForShutdown()
		return nil, fmt.Errorf("%w on %s with store %s: %s", ErrStart, c.address(), c.StoreDir, log.reason())
	}
	return srv, nil
}

// ClientURL returns the address for clients; empty when the server does not listen.
func (s *Server) ClientURL() string {
	if !s.listen {
		return ""
	}
	return s.srv.ClientURL()
}

// InProcess returns the connect option that reaches the server without a socket.
func (s *Server) InProcess() nats.Option { return nats.InProcessServer(s.srv) }

// Stop shuts the server down: it flushes its stores and closes all connections.
// It blocks until that is done. A second call does nothing.
func (s *Server) Stop() {
	s.once.Do(func() {
		s.srv.Shutdown()
		s.srv.WaitForShutdown()
		_ = s.lock.Close() // the lock goes with it
	})
}
