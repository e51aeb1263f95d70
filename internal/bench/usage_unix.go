//go:build unix

package bench

import (
	"runtime"
	"syscall"
	"time"
)

// usage measures what this process uses.
type usage struct{ start time.Duration }

func newUsage() *usage { return &usage{start: cpuTime()} }

// read returns the CPU time since the start and the largest resident size ever.
func (u *usage) read() (cpu time.Duration, memory int64) {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
		return 0, 0
	}
	unit := int64(1024)
	if runtime.GOOS == "darwin" {
		unit = 1
	}
	return cpuTime() - u.start, int64(r.Maxrss) * unit
}

func cpuTime() time.Duration {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
