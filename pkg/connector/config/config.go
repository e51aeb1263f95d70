package config

import (
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/connector/demo"
	natsconn "github.com/reprise-run/reprise/pkg/connector/nats"
)

// ErrInvalid is returned when the configuration has a problem.
var ErrInvalid = errors.New("invalid connectors")

// Deps are what the connectors are made of, besides the file.
type Deps struct {
	// Conn carries the calls of `nats` connectors; the caller closes it. Nil:
	// these are refused.
	Conn *natsconn.Conn

	// Logger receives operational events. Default: discard.
	Logger *slog.Logger
}

// Load reads the file at path and returns its connectors; without a path, the demo
// connector alone, under the name "demo". getenv looks up environment variables,
// as [os.Getenv] does. It returns [ErrInvalid] with all problems, or the error of
// reading the file. A file without connectors is fine, and said in the log. `nats` connectors are asked for their methods: for each service
// that does not answer it may block for two seconds.
func Load(path string, getenv func(string) string, deps Deps) (*connector.Set, error) {
	if path == "" {
		return connector.NewSet(connector.SetConfig{
			Connectors: []connector.Named{{Name: "demo", Connector: demo.New()}}, Logger: deps.Logger,
		})
	}
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read connectors: %w", err)
	}
	return Parse(path, src, getenv, deps)
}

// Parse is [Load] for a text that is at hand; file is its name in errors.
func Parse(file string, src []byte, getenv func(string) string, deps Deps) (*connector.Set, error) {
	r := &reader{file: file, getenv: getenv, deps: deps}
	named := r.document(src)
	if err := errors.Join(r.problems...); err != nil {
		return nil, fmt.Errorf("%w:\n%w", ErrInvalid, err)
	}
	if len(named) == 0 && deps.Logger != nil {
		deps.Logger.Warn("the file configures no connectors", "file", file)
	}
	set, err := connector.NewSet(connector.SetConfig{Connectors: named, Secrets: r.secrets, Logger: deps.Logger})
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrInvalid, file, err)
	}
	return set, nil
}
