//go:build unix

package embedded

import (
	"os"
	"syscall"
)

// lockFile takes the lock until the file is closed, or the process dies.
func lockFile(f *os.File) error {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}
