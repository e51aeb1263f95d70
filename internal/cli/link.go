package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/synadia-io/orbit.go/natscontext"
)

// ErrDenied is the cause when the server's permissions refuse something.
var ErrDenied = errors.New("the server does not allow it")

// ErrInbox is an [ErrDenied] for the inbox of the connection: no answer arrives.
var ErrInbox = fmt.Errorf("%w: the inbox is not this user's, set --inbox-prefix", ErrDenied)

// Link is a connection that remembers what the server refused.
type Link struct {
	*nats.Conn

	// Domain is the JetStream domain: of the flag, else of the context.
	Domain string

	inbox string // the prefix of its inboxes: of the flag, else of the context

	mu     sync.Mutex // guards the fields below
	denied []string
	heard  chan struct{} // closed and replaced at each refusal
}

// Connect connects. It gives up after wait, or when ctx ends; once connected it
// reconnects for ever. extra are further options of the caller.
func (s *Server) Connect(ctx context.Context, name string, wait time.Duration, extra ...nats.Option) (*Link, error) {
	l := &Link{Domain: s.Domain, heard: make(chan struct{})}
	options, err := s.options(name, wait, l)
	if err != nil {
		return nil, Fail(Usage, "", err)
	}
	type result struct {
		nc     *nats.Conn
		domain string
		err    error
	}
	results := make(chan result, 1)
	go func() {
		nc, domain, err := s.dial(append(options, extra...))
		results <- result{nc, domain, err}
	}()
	ctx, cancel := context.WithTimeoutCause(ctx, wait, fmt.Errorf("no connection after %v", wait))
	defer cancel()
	select {
	case r := <-results:
		if r.err != nil {
			return nil, Fail(connectStatus(r.err), s.hint(r.err), fmt.Errorf("connect to %s: %w", s.where(), r.err))
		}
		l.Conn, l.Domain = r.nc, cmp.Or(s.Domain, r.domain)
		l.inbox = strings.TrimSuffix(cmp.Or(r.nc.Opts.InboxPrefix, nats.InboxPrefix), ".")
		return l, nil
	case <-ctx.Done():
		go func() { // whatever comes too late is not wanted any more
			if r := <-results; r.nc != nil {
				r.nc.Close()
			}
		}()
		return nil, Fail(Unreachable, s.hint(nil), fmt.Errorf("connect to %s: %w", s.where(), context.Cause(ctx)))
	}
}

// connectStatus tells a command line that cannot work from a server that is away.
func connectStatus(err error) int {
	var address *url.Error
	if errors.As(err, &address) && address.Op == "parse" || errors.Is(err, fs.ErrNotExist) {
		return Usage
	}
	return Unreachable
}

// dial connects by the context if there is one. Flags win over what it says.
func (s *Server) dial(options []nats.Option) (*nats.Conn, string, error) {
	if s.Context == "" {
		nc, err := nats.Connect(cmp.Or(s.URLs, nats.DefaultURL), options...)
		return nc, "", err
	}
	if s.URLs != "" {
		options = append(options, func(o *nats.Options) error {
			o.Url, o.Servers = s.URLs, strings.Split(s.URLs, ",")
			return nil
		})
	}
	nc, settings, err := natscontext.Connect(s.Context, options...)
	return nc, settings.JSDomain, err
}

func (s *Server) options(name string, wait time.Duration, l *Link) ([]nats.Option, error) {
	options := []nats.Option{
		nats.Name(name), nats.Timeout(wait), nats.MaxReconnects(-1), nats.ReconnectWait(500 * time.Millisecond),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { l.note(err) }),
	}
	if s.Creds != "" {
		options = append(options, nats.UserCredentials(s.Creds))
	}
	if s.NKey != "" {
		key, err := nats.NkeyOptionFromSeed(s.NKey)
		if err != nil {
			return nil, fmt.Errorf("--nkey: %w", err)
		}
		options = append(options, key)
	}
	switch {
	case s.User != "" && s.Password == "" && s.Token == "":
		options = append(options, nats.Token(s.User))
	case s.User != "":
		options = append(options, nats.UserInfo(s.User, s.Password))
	}
	if s.Token != "" {
		options = append(options, nats.Token(s.Token))
	}
	if s.TLSCert != "" {
		options = append(options, nats.ClientCert(s.TLSCert, s.TLSKey))
	}
	if s.TLSCA != "" {
		options = append(options, nats.RootCAs(s.TLSCA))
	}
	if s.InboxPrefix != "" {
		options = append(options, nats.CustomInboxPrefix(s.InboxPrefix))
	}
	return options, nil
}

// where names the server for people.
func (s *Server) where() string {
	switch {
	case s.URLs != "":
		return maskURLs(s.URLs)
	case s.Context != "":
		return "NATS context " + s.Context
	}
	return nats.DefaultURL
}

func (s *Server) hint(err error) string {
	switch {
	case errors.Is(err, nats.ErrAuthorization), errors.Is(err, nats.ErrAuthExpired):
		return "the server wants other credentials: --creds, --nkey, --user and --password, or --token"
	case !s.Given():
		return "name a server with --server, $NATS_URL or --context; \"executor\" starts one on this machine"
	}
	return ""
}

// note remembers a refusal. NATS reports one only here, and the request that was
// refused just stays without an answer.
func (l *Link) note(err error) {
	if !errors.Is(err, nats.ErrPermissionViolation) {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.denied) < 100 {
		l.denied = append(l.denied, err.Error())
	}
	close(l.heard)
	l.heard = make(chan struct{})
}

// Denied returns an error that wraps [ErrDenied] if the server refused this
// connection something at the subject, or its inbox, without which nothing is answered
// (then it wraps [ErrInbox] too); nil otherwise.
func (l *Link) Denied(subject string) error {
	_, err := l.deniedNow(subject)
	return err
}

// deniedNow also returns what tells of the next refusal.
func (l *Link) deniedNow(subject string) (<-chan struct{}, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, d := range l.denied {
		if strings.Contains(d, `Subscription to "`+l.inbox+`.`) {
			return l.heard, fmt.Errorf("%w: %s", ErrInbox, strings.TrimPrefix(d, "nats: "))
		}
		// The subject is nowhere but in the text, in quotes.
		if strings.Contains(d, strconv.Quote(subject)) {
			return l.heard, fmt.Errorf("%w: %s", ErrDenied, strings.TrimPrefix(d, "nats: "))
		}
	}
	return l.heard, nil
}

// UntilDenied returns a context that ends, with [ErrDenied] as its cause, when the
// server refuses something at the subject, or the inbox. Call stop.
func (l *Link) UntilDenied(ctx context.Context, subject string) (_ context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	go func() {
		for {
			heard, err := l.deniedNow(subject)
			if err != nil {
				cancel(err)
				return
			}
			select {
			case <-heard:
			case <-ctx.Done():
				return
			}
		}
	}()
	return ctx, func() { cancel(nil) }
}

// maskURLs hides the passwords and tokens in server addresses.
func maskURLs(urls string) string {
	all := strings.Split(urls, ",")
	for i, one := range all {
		u, err := url.Parse(strings.TrimSpace(one))
		if err != nil {
			all[i] = "(an address that cannot be read)"
			continue
		}
		if u.User != nil {
			u.User = url.User("********")
			one = u.String()
		}
		all[i] = strings.TrimSpace(one)
	}
	return strings.Join(all, ",")
}
