package natsconn

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"

	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/retry"
)

// Conn is a connection to a NATS server, under a name that lets others pass one
// through without the client library.
type Conn = nats.Conn

// Config configures a [Connector]. The zero value of a field means its default.
type Config struct {
	// Conn carries the requests. Required; the caller closes it.
	Conn *Conn

	// Service is the name of the micro service. Required.
	Service string

	// MaxAge is how old a description may get before it is asked for again, in
	// the background. A method that becomes gated is called without a gate for
	// at most this long. Default 10s.
	MaxAge time.Duration

	// MinAge is how young a description must be not to be asked for again when a
	// method is unknown. Default 500ms.
	MinAge time.Duration

	// Logger receives operational events. Default: discard.
	Logger *slog.Logger
}

func (c Config) withDefaults() Config {
	c.MaxAge = cmp.Or(c.MaxAge, 10*time.Second)
	c.MinAge = cmp.Or(c.MinAge, 500*time.Millisecond)
	c.Logger = cmp.Or(c.Logger, slog.New(slog.DiscardHandler))
	return c
}

var serviceName = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

func (c Config) validate() error {
	var errs []error
	if c.Conn == nil {
		errs = append(errs, errors.New("conn: there is no connection to a NATS server"))
	}
	if !serviceName.MatchString(c.Service) {
		errs = append(errs, fmt.Errorf("service: %q is not the name of a micro service: only letters, digits, \"_\" and \"-\"", c.Service))
	}
	return errors.Join(errs...)
}

// Connector is a micro service. Make one with [New].
type Connector struct {
	cfg  Config
	turn chan struct{} // held by the one that asks the service

	mu         sync.Mutex // guards the fields below
	known      catalogue
	asked      time.Time // when the last question was answered, or not
	askedErr   error
	background bool            // a refresh in the background is under way
	warned     map[string]bool // endpoints whose metadata was warned about
}

// New returns a connector that knows no method yet; see [Connector.Refresh].
func New(cfg Config) (*Connector, error) {
	cfg = cfg.withDefaults()
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	return &Connector{cfg: cfg, turn: make(chan struct{}, 1), warned: map[string]bool{}}, nil
}

// Describe returns what the service said last; nothing before it was first heard.
// When that is old it asks again in the background.
func (c *Connector) Describe() connector.Description {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.asked.IsZero() && time.Since(c.asked) > c.cfg.MaxAge && !c.background {
		c.background = true
		go c.refreshInBackground()
	}
	return c.known.description
}

func (c *Connector) refreshInBackground() {
	ctx, cancel := context.WithTimeout(context.Background(), gatherTimeout)
	defer cancel()
	err := c.Refresh(ctx)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.background = false
	if err != nil {
		c.cfg.Logger.Debug("service not refreshed", "service", c.cfg.Service, "error", err.Error())
	}
}

// Refresh asks the instances of the service what they offer, unless one did within
// MinAge: then it returns what that one returned. It returns a [*retry.Error] when
// no instance answers, and keeps what is known.
func (c *Connector) Refresh(ctx context.Context) error {
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return &retry.Error{Err: fmt.Errorf("describe service %s: %w", c.cfg.Service, ctx.Err())}
	}
	c.mu.Lock()
	asked, err := c.asked, c.askedErr
	c.mu.Unlock()
	if !asked.IsZero() && time.Since(asked) < c.cfg.MinAge {
		return err
	}
	infos, err := gather(ctx, c.cfg.Conn, infoSubject(c.cfg.Service))
	if err != nil {
		err = &retry.Error{Err: fmt.Errorf("describe service %s: %w", c.cfg.Service, err)}
	}
	c.learn(infos, err)
	return err
}

// learn takes what the instances said; err says that there was nothing to hear.
func (c *Connector) learn(infos []micro.Info, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked, c.askedErr = time.Now(), err
	if err != nil {
		return
	}
	known, problems := merge(infos)
	c.known = known
	for _, p := range problems {
		if !c.warned[p.endpoint] {
			c.warned[p.endpoint] = true
			c.cfg.Logger.Warn("endpoint left out", "service", c.cfg.Service, "method", p.endpoint, "error", p.err.Error())
		}
	}
}

// endpoint returns where a method is.
func (c *Connector) endpoint(method string) (endpoint, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.known.endpoints[method]
	return e, ok
}
