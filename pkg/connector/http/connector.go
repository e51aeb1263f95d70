package httpconn

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/reprise-run/reprise/pkg/connector"
)

const (
	defaultMaxResponseBytes = 16 << 20
	maxRedirects            = 10
)

// Config configures a [Connector]. The zero value of a field means its default.
type Config struct {
	// BaseURL is what every path is below: http or https, with a host. Required.
	BaseURL string

	// Headers are sent with every request and win over those of the call.
	Headers map[string]string

	// Timeout bounds one call. Default: the rest of the pass.
	Timeout time.Duration

	// MaxResponseBytes is the largest body that is read, after decompression.
	// Default 16 MiB.
	MaxResponseBytes int64

	// Transport carries the requests. Default: one of the connector's own, with
	// the proxy of the environment.
	Transport http.RoundTripper
}

func (c Config) withDefaults() Config {
	c.MaxResponseBytes = cmp.Or(c.MaxResponseBytes, defaultMaxResponseBytes)
	if c.Transport == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.MaxIdleConnsPerHost = 32
		c.Transport = t
	}
	return c
}

func (c Config) validate() error {
	var errs []error
	base, err := url.Parse(c.BaseURL)
	switch {
	case err != nil:
		// The parser's error repeats the text, which may hold a secret.
		errs = append(errs, errors.New("baseURL: is not a URL"))
	case base.Scheme != "http" && base.Scheme != "https" || base.Host == "":
		errs = append(errs, errors.New("baseURL: must start with http:// or https:// and a host"))
	case base.Fragment != "":
		errs = append(errs, errors.New("baseURL: must not have a fragment"))
	}
	if c.Timeout < 0 {
		errs = append(errs, fmt.Errorf("timeoutMs: %v is negative", c.Timeout))
	}
	if c.MaxResponseBytes < 0 {
		errs = append(errs, fmt.Errorf("maxResponseBytes: %d is negative", c.MaxResponseBytes))
	}
	return errors.Join(errs...)
}

// Connector performs HTTP requests. Make one with [New].
type Connector struct {
	cfg     Config
	base    *url.URL
	client  *http.Client
	methods []connector.Method
}

// New returns a connector. It reports all that is wrong with cfg at once.
func New(cfg Config) (*Connector, error) {
	cfg = cfg.withDefaults()
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	base, err := url.Parse(cfg.BaseURL)
	if err != nil {
		return nil, errors.New("baseURL: is not a URL")
	}
	c := &Connector{cfg: cfg, base: base, methods: methods(cfg.Timeout)}
	c.client = &http.Client{Transport: cfg.Transport, CheckRedirect: c.checkRedirect}
	return c, nil
}

// Describe returns the methods, always the same.
func (c *Connector) Describe() connector.Description {
	return connector.Description{
		Instructions: "HTTP requests below one base URL. Statuses from 400 on reject with an HTTPError.",
		Methods:      c.methods,
	}
}

// checkRedirect follows redirects only where the configured headers may go.
func (c *Connector) checkRedirect(next *http.Request, via []*http.Request) error {
	switch {
	case next.URL.Scheme != c.base.Scheme || !strings.EqualFold(next.URL.Host, c.base.Host):
		return http.ErrUseLastResponse
	case len(via) >= maxRedirects:
		return fmt.Errorf("more than %d redirects", maxRedirects)
	}
	return nil
}

// Execute performs one request.
func (c *Connector) Execute(ctx context.Context, call connector.Call) (json.RawMessage, error) {
	args, err := parseArgs(call)
	if err != nil {
		return nil, err
	}
	req, err := c.newRequest(ctx, args, call)
	if err != nil {
		return nil, err
	}
	return c.exchange(req, args.name())
}
