package natstest

import (
	"bytes"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Proxy stands between clients and a server and loses what a test wants lost.
// A zero-configured one only forwards.
type Proxy struct {
	l      net.Listener
	target string

	mu     sync.Mutex // guards the fields below
	conns  map[net.Conn]bool
	silent bool
	refuse bool
	cut    func(sent []byte)
	after  int // how many bytes before a piece may belong to what is looked for
}

// NewProxy starts a proxy before the server at url; it ends with the test.
func NewProxy(tb testing.TB, url string) *Proxy {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatalf("proxy: %v", err)
	}
	p := &Proxy{l: l, target: strings.TrimPrefix(url, "nats://"), conns: map[net.Conn]bool{}}
	tb.Cleanup(func() { _ = l.Close(); p.Cut() })
	go p.accept()
	return p
}

// URL is the address for clients.
func (p *Proxy) URL() string { return "nats://" + p.l.Addr().String() }

// DropAnswers loses everything from the server from now on, on connections that
// exist and on new ones, until [Proxy.Resume]. What clients send arrives.
func (p *Proxy) DropAnswers() { p.set(func() { p.silent = true }) }

// Resume forwards again, and lets clients in again. Connections that lost bytes
// are cut: their clients come back.
func (p *Proxy) Resume() {
	p.set(func() { p.silent, p.refuse, p.cut = false, false, nil })
	p.Cut()
}

// Cut closes all connections. Clients may come back at once.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		_ = c.Close()
	}
}

// Refuse cuts all connections and lets nobody in until [Proxy.Resume].
func (p *Proxy) Refuse() {
	p.set(func() { p.refuse = true })
	p.Cut()
}

// CutAfter arms the proxy: as soon as a client sends bytes that contain the text,
// they are forwarded, and all later answers on that connection are lost until
// [Proxy.Resume]. The channel is closed when it has happened.
func (p *Proxy) CutAfter(text string) <-chan struct{} {
	done := make(chan struct{})
	p.set(func() {
		p.after = len(text) - 1
		p.cut = func(sent []byte) {
			if bytes.Contains(sent, []byte(text)) {
				p.cut, p.silent = nil, true
				close(done)
			}
		}
	})
	return done
}

func (p *Proxy) set(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f()
}

func (p *Proxy) accept() {
	for {
		client, err := p.l.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", p.target)
		if err != nil || !p.admit(client, server) {
			_ = client.Close()
			if server != nil {
				_ = server.Close()
			}
			continue
		}
		go p.copy(server, client, p.sent())
		go p.copy(client, server, p.answered)
	}
}

func (p *Proxy) admit(conns ...net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.refuse {
		return false
	}
	for _, c := range conns {
		p.conns[c] = true
	}
	return true
}

// sent returns what sees the bytes of a client before they are forwarded. They come in
// pieces that may end anywhere.
func (p *Proxy) sent() func(b []byte) bool {
	var tail []byte // of the pieces before
	return func(b []byte) bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.cut == nil {
			tail = nil
			return true
		}
		tail = append(tail, b...)
		p.cut(tail)
		tail = slices.Clone(tail[max(0, len(tail)-p.after):])
		return true
	}
}

// answered says whether an answer is forwarded.
func (p *Proxy) answered([]byte) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.silent
}

func (p *Proxy) copy(to, from net.Conn, pass func([]byte) bool) {
	defer func() {
		_, _ = to.Close(), from.Close()
		p.set(func() { delete(p.conns, to); delete(p.conns, from) })
	}()
	buf := make([]byte, 64<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 && pass(buf[:n]) {
			if _, err := to.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
