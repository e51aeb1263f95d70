package embedded

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"time"
)

// Config configures [Start]. The zero value of a field means its default.
type Config struct {
	// Host is the address to listen on. Anything but a loopback address lets
	// others in: there is no password. Default 127.0.0.1.
	Host string

	// Port to listen on. -1 picks a free one. Default 4222.
	Port int

	// Listen makes the server reachable from outside the process. Without it only
	// [Server.InProcess] reaches it.
	Listen bool

	// StoreDir is where JetStream keeps everything. It is created when missing.
	// Required.
	StoreDir string

	// MaxPayload is the largest message in bytes, at most 64 MB. Default 8 MB.
	MaxPayload int

	// SyncAlways writes every message through to the disk before it is
	// acknowledged. Default: the server's own interval of two minutes.
	SyncAlways bool

	// ReadyWait is how long the server may take to come up; a large store takes
	// some seconds. Default 30s.
	ReadyWait time.Duration

	// Logger receives the server's warnings and errors, and with its debug
	// level on the notices. Default: discard.
	Logger *slog.Logger
}

const (
	defaultPort       = 4222
	defaultMaxPayload = 8 << 20
	maxPayload        = 64 << 20
)

func (c Config) withDefaults() Config {
	c.Host = cmp.Or(c.Host, "127.0.0.1")
	c.Port = cmp.Or(c.Port, defaultPort)
	c.MaxPayload = cmp.Or(c.MaxPayload, defaultMaxPayload)
	c.ReadyWait = cmp.Or(c.ReadyWait, 30*time.Second)
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}

func (c Config) validate() error {
	var errs []error
	if c.StoreDir == "" {
		errs = append(errs, errors.New("store dir: missing"))
	}
	if c.Port < -1 || c.Port > 65535 {
		errs = append(errs, fmt.Errorf("port: %d is not in 1 to 65535", c.Port))
	}
	if c.MaxPayload < 1<<16 || c.MaxPayload > maxPayload {
		errs = append(errs, fmt.Errorf("max payload: %d is not in %d to %d", c.MaxPayload, 1<<16, maxPayload))
	}
	return errors.Join(errs...)
}

func (c Config) address() string { return net.JoinHostPort(c.Host, strconv.Itoa(c.Port)) }
