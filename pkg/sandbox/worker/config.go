package worker

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"syscall"
	"time"
)

// Config configures a [Pool]. The zero value of a field means its default.
type Config struct {
	// Path is the program that is started as a worker; it must call [Main] first.
	// Default: this program.
	Path string

	// Size is how many passes run at once, each in a worker. More wait. Default 16.
	Size int

	// Spares is how many idle workers are kept ready. Default 1; negative: none.
	Spares int

	// IdleAfter is how long a worker beyond the spares may be idle. Default 1m.
	IdleAfter time.Duration

	// MaxPasses is after how many passes a worker is replaced. Default 1000.
	MaxPasses int

	// MaxMemory is how many bytes a pass may use, beside what an idle worker needs.
	// A worker that keeps more than a quarter of it after a pass is replaced.
	// Default 256 MiB; at least 16 MiB.
	MaxMemory int64

	// MaxCPU is how long a pass may compute. Default 30s. Linux only.
	MaxCPU time.Duration

	// Logger receives operational events. Default: discard.
	Logger *slog.Logger

	attributes func(isolated bool) *syscall.SysProcAttr // of workers; tests have others
}

// The default bounds of a pool and its passes.
const (
	DefaultSize      = 16
	DefaultSpares    = 1
	DefaultIdleAfter = time.Minute
	DefaultMaxPasses = 1000
	DefaultMaxMemory = 256 << 20
	DefaultMaxCPU    = 30 * time.Second

	minMemory = 16 << 20
)

func (c Config) withDefaults() (Config, error) {
	if c.Path == "" {
		path, err := self()
		if err != nil {
			return c, fmt.Errorf("find this program: %w", err)
		}
		c.Path = path
	}
	c.Size = cmp.Or(c.Size, DefaultSize)
	c.Spares = max(cmp.Or(c.Spares, DefaultSpares), 0)
	c.IdleAfter = cmp.Or(c.IdleAfter, DefaultIdleAfter)
	c.MaxPasses = cmp.Or(c.MaxPasses, DefaultMaxPasses)
	c.MaxMemory = cmp.Or(c.MaxMemory, DefaultMaxMemory)
	c.MaxCPU = cmp.Or(c.MaxCPU, DefaultMaxCPU)
	if c.attributes == nil {
		c.attributes = attributes
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c, nil
}

func (c Config) validate() error {
	var errs []error
	if c.Size < 1 {
		errs = append(errs, fmt.Errorf("size: %d is less than 1", c.Size))
	}
	if c.MaxPasses < 1 {
		errs = append(errs, fmt.Errorf("max passes: %d is less than 1", c.MaxPasses))
	}
	if c.MaxMemory < minMemory {
		errs = append(errs, fmt.Errorf("max memory: %d is less than %d bytes", c.MaxMemory, minMemory))
	}
	if c.MaxCPU < 0 || c.IdleAfter < 0 {
		errs = append(errs, errors.New("max CPU and idle after: must not be negative"))
	}
	return errors.Join(errs...)
}
