package connector

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"
)

// refreshTimeout bounds how long a lookup waits for a connector to describe itself.
const refreshTimeout = 2 * time.Second

// Refresher is a Connector whose methods are not known once and for all.
type Refresher interface {
	// Refresh asks again what the connector offers. It limits its own rate and is
	// safe for concurrent use. A [*retry.Error] says that the connector cannot be
	// described for the moment.
	Refresh(ctx context.Context) error
}

// Named is a connector under the name that scripts use, as configured.
type Named struct {
	Name      string
	Connector Connector

	// Instructions follow the connector's own.
	Instructions string

	// Overrides change methods, by name.
	Overrides map[string]Override
}

// SetConfig configures a [Set]. The zero value of a field means its default.
type SetConfig struct {
	// Connectors are the configured ones, in any order. Default: none.
	Connectors []Named

	// Secrets are replaced by "[redacted]" in whatever leaves the set. Those
	// shorter than 4 bytes are not used: they would blot out ordinary text.
	Secrets []string

	// Logger receives operational events. Default: discard.
	Logger *slog.Logger
}

func (c SetConfig) withDefaults() SetConfig {
	c.Logger = cmp.Or(c.Logger, slog.New(slog.DiscardHandler))
	return c
}

func (c SetConfig) validate() error {
	var errs []error
	seen := map[string]bool{}
	for _, n := range c.Connectors {
		switch {
		case seen[n.Name]:
			errs = append(errs, fmt.Errorf("%w %q", ErrDuplicateName, n.Name))
		case n.Connector == nil:
			errs = append(errs, fmt.Errorf("connector %q: there is none behind the name", n.Name))
		default:
			errs = append(errs, CheckName(n.Name))
		}
		seen[n.Name] = true
	}
	return errors.Join(errs...)
}

// Set is the connectors that an executor has. It is safe for concurrent use and
// immutable except for the discovered connectors.
type Set struct {
	logger     *slog.Logger
	redactor   *redactor
	configured map[string]*bound

	mu         sync.RWMutex // guards the fields below
	discovered map[string]*bound
	shadowed   map[string]bool // discovered names that a configured one hides
}

// NewSet returns the set. It reports all problems at once: duplicate, reserved
// and invalid names ([ErrDuplicateName], [ErrBadName]), overrides of methods that
// do not exist ([ErrNoMethod]), schemas that do not compile ([ErrBadSchema]) and
// methods that are both gated and re-executed. A [Refresher] is asked for its
// methods first, for at most two seconds; one that cannot be reached is accepted.
func NewSet(cfg SetConfig) (*Set, error) {
	cfg = cfg.withDefaults()
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	s := &Set{
		logger:     cfg.Logger,
		redactor:   newRedactor(cfg.Secrets),
		configured: map[string]*bound{},
		discovered: map[string]*bound{},
		shadowed:   map[string]bool{},
	}
	for _, n := range cfg.Connectors {
		s.configured[n.Name] = newBound(n)
	}
	if err := s.checkMethods(); err != nil {
		return nil, err
	}
	return s, nil
}

// checkMethods describes every connector once, all at the same time.
func (s *Set) checkMethods() error {
	names := s.Names()
	errs := make([]error, len(names))
	var wg sync.WaitGroup
	for i, name := range names {
		wg.Go(func() {
			b := s.configured[name]
			if err := b.refresh(); err != nil {
				s.logger.Warn("connector cannot be described yet", "connector", name, "error", string(s.Redact([]byte(err.Error()))))
			}
			errs[i] = b.check()
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// Names returns the names of all connectors, sorted.
func (s *Set) Names() []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	all := maps.Clone(s.discovered)
	maps.Copy(all, s.configured)
	return slices.Sorted(maps.Keys(all))
}

// Describe returns what the connector offers, overrides applied. It returns
// [ErrNoConnector]. The caller does not change the answer.
func (s *Set) Describe(name string) (Description, error) {
	b, err := s.find(name)
	if err != nil {
		return Description{}, err
	}
	return b.describe(), nil
}

// Add makes a discovered connector available, in place of an earlier one of that
// name. A configured connector wins over it: that is logged once. It returns
// [ErrBadName].
func (s *Set) Add(name string, c Connector) error {
	if err := CheckName(name); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.configured[name] != nil {
		if !s.shadowed[name] {
			s.logger.Info("configured connector wins over the discovered one", "connector", name)
		}
		s.shadowed[name] = true
		return nil
	}
	s.discovered[name] = newBound(Named{Name: name, Connector: c})
	return nil
}

// Remove takes a discovered connector away. Calls under way go on.
func (s *Set) Remove(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.discovered, name)
	delete(s.shadowed, name)
}

// Redact returns text with every secret replaced by "[redacted]", also where it is
// escaped for JSON or for a URL. Valid JSON stays valid. Without a secret in it,
// text itself is returned; otherwise a copy.
func (s *Set) Redact(text []byte) []byte { return s.redactor.redact(text) }

// find returns the connector of that name, or [ErrNoConnector].
func (s *Set) find(name string) (*bound, error) {
	if b := s.configured[name]; b != nil {
		return b, nil
	}
	s.mu.RLock()
	b := s.discovered[name]
	s.mu.RUnlock()
	if b == nil {
		return nil, noConnector(name, s.Names())
	}
	return b, nil
}
