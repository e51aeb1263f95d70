//go:build !linux

package worker

import (
	"os"
	"syscall"
	"time"
)

func self() (string, error) { return os.Executable() }

const (
	namespaceNames = ""
	canIsolate     = false
	canBound       = false
)

func attributes(bool) *syscall.SysProcAttr { return nil }

// memoryOf cannot be read here: nothing bounds the memory of a script.
func memoryOf(int) (int64, bool) { return 0, false }

// cpuTime cannot be read here: the wall clock is the only bound.
func cpuTime(int) (time.Duration, bool) { return 0, false }
