package natstest

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// Servers is a cluster of servers.
type Servers struct {
	tb  testing.TB
	All []*Server
}

// Cluster starts n clustered servers with JetStream and waits for their leader.
func Cluster(tb testing.TB, n int) *Servers {
	tb.Helper()
	ports := FreePorts(tb, 2*n)
	var routes []*url.URL
	for i := range n {
		routes = append(routes, &url.URL{Scheme: "nats-route", Host: fmt.Sprintf("127.0.0.1:%d", ports[n+i])})
	}
	c := &Servers{tb: tb}
	dir := tb.TempDir()
	for i := range n {
		o := options(tb, Options{StoreDir: filepath.Join(dir, fmt.Sprint(i))})
		o.ServerName, o.Port = fmt.Sprintf("n%d", i), ports[i]
		o.Cluster = server.ClusterOpts{Name: "test", Host: "127.0.0.1", Port: ports[n+i]}
		o.Routes = routes
		s := &Server{tb: tb, opts: o, name: o.ServerName}
		s.Start()
		c.All = append(c.All, s)
	}
	c.WaitReady()
	return c
}

// WaitReady waits until every running server knows the meta leader and is current.
func (c *Servers) WaitReady() {
	c.tb.Helper()
	c.elected("a meta leader and its followers", func() bool {
		leader := false
		for _, s := range c.All {
			if !s.srv.Running() {
				continue
			}
			if !s.srv.ReadyForConnections(time.Millisecond) || !s.srv.JetStreamIsCurrent() {
				return false
			}
			leader = leader || s.srv.JetStreamIsLeader() && len(s.srv.JetStreamClusterPeers()) == len(c.All)
		}
		return leader
	})
}

// elected is Eventually for an election, which a machine that stands still for seconds
// interrupts again and again.
func (c *Servers) elected(what string, ok func() bool) {
	c.tb.Helper()
	wait(c.tb, what, 5*StartWait, 5*time.Millisecond, ok)
}

// URL lists the addresses of all servers.
func (c *Servers) URL() string {
	var all []string
	for _, s := range c.All {
		all = append(all, s.URL())
	}
	return strings.Join(all, ",")
}

// Conn connects a client to the cluster.
func (c *Servers) Conn(opts ...nats.Option) *nats.Conn {
	c.tb.Helper()
	return Connect(c.tb, c.URL(), opts...)
}

// Leader returns the server that leads a stream, and waits until there is one.
func (c *Servers) Leader(stream string) *Server {
	c.tb.Helper()
	var leader *Server
	c.elected("a leader of "+stream, func() bool {
		for _, s := range c.All {
			if s.srv.Running() && s.srv.JetStreamIsStreamLeader(server.DEFAULT_GLOBAL_ACCOUNT, stream) {
				leader = s
			}
		}
		return leader != nil
	})
	return leader
}

// FreePorts returns n ports that were free a moment ago. The system gives them to nobody
// who asks for any port: other tests do that all the time, and would take them meanwhile.
func FreePorts(tb testing.TB, n int) []int {
	tb.Helper()
	const first, many = 16_000, 16_000 // below the ports that Linux gives away by itself
	var ports []int
	for tries := 0; len(ports) < n; tries++ {
		port := first + rand.IntN(many)
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			if tries == 10*many {
				tb.Fatalf("find a free port: %v", err)
			}
			continue
		}
		defer func() { _ = l.Close() }() // all at once, so that they differ
		ports = append(ports, port)
	}
	return ports
}
