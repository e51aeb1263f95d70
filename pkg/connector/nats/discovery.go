package natsconn

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"

	"github.com/reprise-run/reprise/pkg/connector"
)

// connectorKey is the service metadata that names the connector.
const connectorKey = "connector"

// DiscoveryConfig configures a [Discovery]. The zero value of a field means its default.
type DiscoveryConfig struct {
	// Conn asks for services and carries the calls. Required; the caller closes it.
	Conn *Conn

	// Set gets the connectors that are found. Required.
	Set *connector.Set

	// Interval is the time between two scans. Default 10s.
	Interval time.Duration

	// Forget is how long a service may be silent before its connector is taken
	// away; until then calls to it ask for a retry. Default 10m.
	Forget time.Duration

	// Logger receives operational events. Default: discard.
	Logger *slog.Logger
}

func (c DiscoveryConfig) withDefaults() DiscoveryConfig {
	c.Interval = cmp.Or(c.Interval, 10*time.Second)
	c.Forget = cmp.Or(c.Forget, 10*time.Minute)
	c.Logger = cmp.Or(c.Logger, slog.New(slog.DiscardHandler))
	return c
}

func (c DiscoveryConfig) validate() error {
	var errs []error
	if c.Conn == nil {
		errs = append(errs, errors.New("conn: there is no connection to a NATS server"))
	}
	if c.Set == nil {
		errs = append(errs, errors.New("set: there is none to add connectors to"))
	}
	if c.Interval < 0 || c.Forget < 0 {
		errs = append(errs, errors.New("interval, forget: must not be negative"))
	}
	return errors.Join(errs...)
}

// Discovery finds services that say that they are connectors. It belongs to one goroutine.
type Discovery struct {
	cfg    DiscoveryConfig
	found  map[string]*finding // by the connector's name
	warned map[string]bool
}

// finding is a service that was found under a connector's name.
type finding struct {
	service string
	conn    *Connector
	seen    time.Time
}

// NewDiscovery returns a discovery that has found nothing yet.
func NewDiscovery(cfg DiscoveryConfig) (*Discovery, error) {
	cfg = cfg.withDefaults()
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	return &Discovery{cfg: cfg, found: map[string]*finding{}, warned: map[string]bool{}}, nil
}

// Run scans at once and then every interval, until ctx ends. It returns nil.
func (d *Discovery) Run(ctx context.Context) error {
	tick := time.NewTicker(d.cfg.Interval)
	defer tick.Stop()
	for {
		if err := d.Scan(ctx); err != nil && ctx.Err() == nil {
			d.cfg.Logger.Warn("services not found", "error", err.Error())
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Scan asks all services once and changes the set by what they say.
func (d *Discovery) Scan(ctx context.Context) error {
	infos, err := gather(ctx, d.cfg.Conn, infoSubject(""))
	if err != nil && !errors.Is(err, nats.ErrNoResponders) {
		return fmt.Errorf("discover services: %w", err)
	}
	services := map[string][]micro.Info{} // instances by name
	for _, info := range infos {
		if info.Metadata[connectorKey] != "" {
			services[info.Name] = append(services[info.Name], info)
		}
	}
	for _, service := range slices.Sorted(maps.Keys(services)) {
		if err := d.take(service, services[service]); err != nil {
			d.warnOnce(service, err)
		}
	}
	d.forget()
	return nil
}

// take adds the connector of a service, or renews what is known of it.
func (d *Discovery) take(service string, infos []micro.Info) error {
	newestFirst(infos)
	name := infos[0].Metadata[connectorKey]
	f := d.found[name]
	if f != nil && f.service != service {
		return fmt.Errorf("connector %q is service %s already", name, f.service)
	}
	if f == nil {
		c, err := New(Config{Conn: d.cfg.Conn, Service: service, Logger: d.cfg.Logger})
		if err != nil {
			return err
		}
		f = &finding{service: service, conn: c}
		f.conn.learn(infos, nil)
		if err := d.cfg.Set.Add(name, c); err != nil {
			return err
		}
		d.found[name] = f
		d.cfg.Logger.Info("connector discovered", "connector", name, "service", service)
	}
	f.seen = time.Now()
	f.conn.learn(infos, nil)
	return nil
}

func (d *Discovery) warnOnce(service string, err error) {
	if !d.warned[service] {
		d.warned[service] = true
		d.cfg.Logger.Warn("service is no connector", "service", service, "error", err.Error())
	}
}

// forget takes away what was silent for long.
func (d *Discovery) forget() {
	for name, f := range d.found {
		if time.Since(f.seen) > d.cfg.Forget {
			d.cfg.Set.Remove(name)
			delete(d.found, name)
			d.cfg.Logger.Info("connector gone", "connector", name, "service", f.service)
		}
	}
}
