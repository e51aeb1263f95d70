package stream

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
)

// Config configures [Open] and [Init]. The zero value of a field means its default.
type Config struct {
	// Runtimes are the runtimes whose consumers are created when they are missing.
	// Default: none; [Stream.Queue] creates the one that it needs.
	Runtimes []string

	// AckWait is how long a delivery may stay without a sign of life before it
	// is delivered again. Only used when a consumer is created. Default 15s.
	AckWait time.Duration

	// Shards is the number of buckets that journals are spread over. Chosen once,
	// when the assets are created. Default 1, at most 64.
	Shards int

	// Replicas is the number of copies of everything: 1, 3 or 5. Chosen once,
	// when the assets are created. Default 1.
	Replicas int

	// MaxValueBytes is the largest value that may be journaled. The store does
	// not check it; [Stream.MaxValueBytes] hands it to those who do. Default 16 MiB.
	MaxValueBytes int

	// Domain is the JetStream domain. Default: that of the server.
	Domain string

	// Logger receives what an operator should know. Default: discard.
	Logger *slog.Logger
}

// MaxShards is the largest number of journal buckets.
const MaxShards = 64

const (
	defaultAckWait       = 15 * time.Second
	defaultMaxValueBytes = 16 << 20
)

func (c Config) withDefaults() Config {
	c.AckWait = cmp.Or(c.AckWait, defaultAckWait)
	c.MaxValueBytes = cmp.Or(c.MaxValueBytes, defaultMaxValueBytes)
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}

// validate leaves Shards and Replicas at 0, "not chosen", alone.
func (c Config) validate() error {
	var errs []error
	for _, r := range c.Runtimes {
		if err := execution.CheckRuntime(r); err != nil {
			errs = append(errs, err)
		}
	}
	if c.AckWait < time.Second {
		errs = append(errs, fmt.Errorf("ack wait: %v is less than 1s", c.AckWait))
	}
	if c.Shards < 0 || c.Shards > MaxShards {
		errs = append(errs, fmt.Errorf("journal shards: %d is not in 1 to %d", c.Shards, MaxShards))
	}
	if c.Replicas < 0 || c.Replicas > 5 {
		errs = append(errs, fmt.Errorf("replicas: %d is not in 1 to 5", c.Replicas))
	}
	if c.MaxValueBytes < 1 {
		errs = append(errs, fmt.Errorf("max value bytes: %d is less than 1", c.MaxValueBytes))
	}
	return errors.Join(errs...)
}
