package main

import (
	"strconv"
	"time"

	"github.com/spf13/pflag"

	"github.com/reprise-run/reprise/internal/cli"
	"github.com/reprise-run/reprise/pkg/retention"
	"github.com/reprise-run/reprise/pkg/runner"
)

// keepSettings say what is kept, and for how long. Zero is no bound.
type keepSettings struct {
	expireAfter, retainFor time.Duration
	retain                 int
	rememberDeleted        time.Duration
	interval               time.Duration
}

func (k *keepSettings) addFlags(f *pflag.FlagSet) {
	f.DurationVar(&k.expireAfter, "expire-after", runner.DefaultExpireAfter, "how long an execution may wait for a person, or be left running, without a change (0: for ever)")
	f.DurationVar(&k.retainFor, "retain-for", runner.DefaultRetainFor, "how long an execution that has ended is kept (0: for ever)")
	f.IntVar(&k.retain, "retain", runner.DefaultRetain, "`NUMBER` of ended executions of a runtime that are kept (0: all)")
	f.DurationVar(&k.rememberDeleted, "remember-deleted", retention.DefaultTombstone, "how long a deleted id can not be used again")
	f.DurationVar(&k.interval, "keep-interval", runner.DefaultKeepInterval, "time between two looks for what has expired or is kept no longer")
}

func (k *keepSettings) check() error {
	switch {
	case k.expireAfter < 0 || k.retainFor < 0 || k.retain < 0:
		return cli.Misuse("--expire-after, --retain-for and --retain: must not be negative")
	case k.rememberDeleted < retention.DefaultTombstone:
		return cli.Misuse("--remember-deleted %v: must be at least %v: a late delivery would run the execution again", k.rememberDeleted, retention.DefaultTombstone)
	case k.interval < time.Second:
		return cli.Misuse("--keep-interval %v: must be at least 1s", k.interval)
	}
	return nil
}

// rows returns the settings by their flags, for --print-config.
func (k *keepSettings) rows() [][2]string {
	return [][2]string{
		{"expire-after", k.expireAfter.String()}, {"retain-for", k.retainFor.String()}, {"retain", strconv.Itoa(k.retain)},
		{"remember-deleted", k.rememberDeleted.String()}, {"keep-interval", k.interval.String()},
	}
}
