package runner

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/engine"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/stream"
)

// Config configures a [Runner]. The zero value of a field means its default.
type Config struct {
	Stream *stream.Stream // required
	Engine *engine.Engine // required

	// Name is this executor's in states, events and logs. Required.
	Name string

	// Runtimes are those whose executions are taken. Default: "default".
	Runtimes []string

	// Connectors returns the names of the connectors configured at this moment.
	// Required.
	Connectors func() []string

	// Lifecycle is told of the end of passes and executions, after the write that says
	// so. A [*connector.Set] tells all its connectors. Default: nobody is told.
	Lifecycle connector.Lifecycle

	// Version is recorded in the state of every execution that starts here.
	Version string

	// Concurrency is the number of passes at once. At least one for each
	// runtime. Default 16.
	Concurrency int

	// DrainTimeout is how long running passes may go on once Run's context has
	// ended, before they are handed over. Default 10s; negative means not at all.
	DrainTimeout time.Duration

	// MaxLostPasses is the number of passes in a row that may die without a new
	// completion before the execution ends `error`. Default 5.
	MaxLostPasses int

	// SweepInterval is the time between two looks for executions that lost their
	// message. One executor of all does it at a time. Default 60s.
	SweepInterval time.Duration

	// Overdue is the age from which an execution counts as lost. Default 30s.
	Overdue time.Duration

	// ExpireAfter is how long an execution may wait for a person, or be left
	// running, without a change before it ends. Default 24h; negative: for ever.
	ExpireAfter time.Duration

	// RetainFor is how long an execution that has ended is kept, and Retain how many
	// of a runtime are, the newest: it is removed when either says so. Defaults 168h
	// and 10000; negative: no bound.
	RetainFor time.Duration
	Retain    int

	// Tombstone is how long the id of a removed execution is remembered. Default
	// [retention.DefaultTombstone].
	Tombstone time.Duration

	// KeepInterval is the time between two looks for what has expired or is kept no
	// longer. One executor of all does it at a time. Default 10m.
	KeepInterval time.Duration

	// Logger receives operational events. Default: discard.
	Logger *slog.Logger
}

// Defaults of [Config].
const (
	DefaultConcurrency   = 16
	DefaultDrainTimeout  = 10 * time.Second
	DefaultMaxLostPasses = 5
	DefaultSweepInterval = time.Minute
	DefaultOverdue       = 30 * time.Second
	DefaultExpireAfter   = 24 * time.Hour
	DefaultRetainFor     = 7 * 24 * time.Hour
	DefaultRetain        = 10_000
	DefaultKeepInterval  = 10 * time.Minute
)

// longWait is the delay from which an execution waits on a schedule of the server
// instead of holding its message.
const longWait = time.Minute

// connectorWait is how long an execution waits for an executor that has its
// connectors before a person is asked; connectorRetry is the time between two looks.
const (
	connectorWait  = 10 * time.Minute
	connectorRetry = 5 * time.Second
)

func (c Config) withDefaults() Config {
	if len(c.Runtimes) == 0 {
		c.Runtimes = []string{execution.DefaultRuntime}
	}
	c.Concurrency = cmp.Or(c.Concurrency, DefaultConcurrency)
	c.DrainTimeout = cmp.Or(c.DrainTimeout, DefaultDrainTimeout)
	c.MaxLostPasses = cmp.Or(c.MaxLostPasses, DefaultMaxLostPasses)
	c.SweepInterval = cmp.Or(c.SweepInterval, DefaultSweepInterval)
	c.Overdue = cmp.Or(c.Overdue, DefaultOverdue)
	c.ExpireAfter = cmp.Or(c.ExpireAfter, DefaultExpireAfter)
	c.RetainFor = cmp.Or(c.RetainFor, DefaultRetainFor)
	c.Retain = cmp.Or(c.Retain, DefaultRetain)
	c.KeepInterval = cmp.Or(c.KeepInterval, DefaultKeepInterval)
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}

func (c Config) validate() error {
	var errs []error
	if c.Stream == nil {
		errs = append(errs, errors.New("stream: is required"))
	}
	if c.Engine == nil {
		errs = append(errs, errors.New("engine: is required"))
	}
	if c.Name == "" {
		errs = append(errs, errors.New("name: is required"))
	}
	if c.Connectors == nil {
		errs = append(errs, errors.New("connectors: is required"))
	}
	for _, r := range c.Runtimes {
		if err := execution.CheckRuntime(r); err != nil {
			errs = append(errs, err)
		}
	}
	if c.Concurrency < len(c.Runtimes) {
		errs = append(errs, fmt.Errorf("concurrency: %d is less than the number of runtimes, %d", c.Concurrency, len(c.Runtimes)))
	}
	if c.MaxLostPasses < 1 {
		errs = append(errs, fmt.Errorf("max lost passes: %d is less than 1", c.MaxLostPasses))
	}
	if c.KeepInterval < 0 || c.Tombstone < 0 {
		errs = append(errs, errors.New("keep interval and tombstone: must be positive"))
	}
	return errors.Join(errs...)
}
