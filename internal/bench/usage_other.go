//go:build !unix

package bench

import "time"

// usage measures nothing here.
type usage struct{}

func newUsage() *usage { return &usage{} }

func (u *usage) read() (cpu time.Duration, memory int64) { return 0, 0 }
