package crashtest

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// where says at which side of an operation the link acts.
type where string

const (
	before where = "before" // the operation never leaves
	after  where = "after"  // it arrives; its answer does not come back
)

// link is a proxy between one executor and its server that counts the durable
// operations of the executor, and acts at one of them.
type link struct {
	l      net.Listener
	target string
	at     int
	side   where
	stop   func()        // if set, called at the operation in place of going dead
	acted  chan struct{} // closed when the link has acted

	mu     sync.Mutex // guards the fields below
	conns  []net.Conn
	ops    []string // the durable operations so far
	dead   bool     // nothing passes in either direction
	killed bool     // nobody is let in
	awaits string   // where the last operation's answer goes
	tail   []byte   // end of what the dead link got from the server
}

// newLink starts a link to the server at addr that acts at operation number at; 0
// is never.
func newLink(tb testing.TB, addr string, at int, side where, stop func()) *link {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatalf("link: %v", err)
	}
	k := &link{l: l, target: addr, at: at, side: side, stop: stop, acted: make(chan struct{})}
	tb.Cleanup(k.kill)
	go k.accept()
	return k
}

func (k *link) url() string { return "nats://" + k.l.Addr().String() }

// kill closes the link for good.
func (k *link) kill() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.killed, k.dead = true, true
	_ = k.l.Close()
	for _, c := range k.conns {
		_ = c.Close()
	}
}

// heal lets everything through again. The old connections, in which bytes are
// missing, are closed: the client comes back.
func (k *link) heal() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.dead, k.at = false, 0
	for _, c := range k.conns {
		_ = c.Close()
	}
	k.conns = nil
}

// operations returns what the executor did so far.
func (k *link) operations() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return append([]string{}, k.ops...)
}

func (k *link) accept() {
	for {
		client, err := k.l.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", k.target)
		if err != nil {
			_ = client.Close()
			continue
		}
		k.mu.Lock()
		if k.killed {
			_, _ = client.Close(), server.Close()
		}
		k.conns = append(k.conns, client, server)
		k.mu.Unlock()
		go k.up(client, server)
		go k.down(server, client)
	}
}

// up forwards what the client says, one protocol line or message at a time.
func (k *link) up(client, server net.Conn) {
	defer func() { _, _ = client.Close(), server.Close() }()
	in := bufio.NewReaderSize(client, 64<<10)
	for {
		f, err := readFrame(in)
		if err != nil {
			return
		}
		pass, signal := k.decide(f)
		if pass {
			if _, err := server.Write(f.raw); err != nil {
				return
			}
		}
		if signal {
			close(k.acted)
		}
	}
}

// decide counts a frame. It returns whether it passes, and whether the link has
// acted with it.
func (k *link) decide(f frame) (pass, signal bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.dead || !f.durable() {
		return !k.dead, false
	}
	k.ops = append(k.ops, f.name())
	if len(k.ops) != k.at {
		return true, false
	}
	switch {
	case k.stop != nil:
		k.stop()
		return true, true
	case k.side == before:
		k.dead = true
		return false, true
	}
	// The answer proves that the operation has been carried out.
	k.dead, k.awaits = true, f.reply
	return true, f.reply == ""
}

// down forwards what the server says.
func (k *link) down(server, client net.Conn) {
	defer func() { _, _ = client.Close(), server.Close() }()
	buf := make([]byte, 64<<10)
	for {
		n, err := server.Read(buf)
		if n > 0 && k.alive(buf[:n]) {
			if _, err := client.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// alive reports whether the client gets these bytes. A dead link looks for the
// answer to the last operation in them.
func (k *link) alive(b []byte) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.dead {
		return true
	}
	if k.awaits != "" {
		k.tail = append(k.tail, b...)
		if bytes.Contains(k.tail, []byte(k.awaits)) {
			k.awaits = ""
			close(k.acted)
		}
		k.tail = k.tail[max(0, len(k.tail)-256):]
	}
	return false
}

// frame is one protocol line of a client, with its payload.
type frame struct {
	raw     []byte
	subject string // of a published message
	reply   string
	body    []byte // headers and payload
}

func readFrame(in *bufio.Reader) (frame, error) {
	line, err := in.ReadBytes('\n')
	if err != nil {
		return frame{}, err
	}
	f := frame{raw: line}
	fields := strings.Fields(string(line))
	if len(fields) < 3 || fields[0] != "PUB" && fields[0] != "HPUB" {
		return f, nil
	}
	sizes := map[string]int{"PUB": 1, "HPUB": 2}[fields[0]]
	size, err := strconv.Atoi(fields[len(fields)-1])
	if err != nil {
		return frame{}, fmt.Errorf("size in %q: %w", line, err)
	}
	f.subject = fields[1]
	if len(fields) == 3+sizes {
		f.reply = fields[2]
	}
	payload := make([]byte, size+2)
	if _, err := io.ReadFull(in, payload); err != nil {
		return frame{}, err
	}
	f.body = payload[:size]
	f.raw = append(f.raw, payload...)
	return f, nil
}

// durable reports whether the frame changes what the next owner sees. A sign of
// life does not.
func (f frame) durable() bool {
	if strings.HasPrefix(f.subject, "$JS.ACK.") {
		return !bytes.Equal(f.body, []byte("+WPI"))
	}
	for _, prefix := range []string{"$KV.executions.", "$O.executions.", "executions.wake.", "executions.schedule."} {
		if strings.HasPrefix(f.subject, prefix) {
			return true
		}
	}
	return false
}

// name is what an operation is called in a test's output.
func (f frame) name() string {
	parts := strings.Split(f.subject, ".")
	switch {
	case parts[0] == "$JS":
		return strings.Fields(string(f.body))[0]
	case parts[0] == "$KV":
		return strings.Join(parts[4:], ".")
	case parts[0] == "$O":
		return "object." + parts[2]
	}
	return parts[1]
}
