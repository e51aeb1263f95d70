// Package workertest gives tests a worker binary built without cgo and without the
// race detector, whatever the tests themselves are built with.
package workertest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// Builder builds the binary once, when it is first asked for. A test package that
// needs it has one in its TestMain and removes it afterwards.
type Builder struct {
	once sync.Once
	dir  string
	err  error
}

// Path returns the path of the worker binary. It fails the test when that cannot be
// built.
func (b *Builder) Path(tb testing.TB) string {
	tb.Helper()
	b.once.Do(func() { b.dir, b.err = build() })
	if b.err != nil {
		tb.Fatal(b.err)
	}
	return filepath.Join(b.dir, "worker")
}

// Remove removes what was built.
func (b *Builder) Remove() {
	if b.dir != "" {
		_ = os.RemoveAll(b.dir)
	}
}

func build() (dir string, err error) {
	dir, err = os.MkdirTemp("", "reprise-worker-")
	if err != nil {
		return "", err
	}
	cmd := exec.Command("go", "build", "-o", filepath.Join(dir, "worker"), "github.com/reprise-run/reprise/internal/workertest/worker")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		_ = os.RemoveAll(dir)
		return "", fmt.Errorf("build worker: %w\n%s", err, out)
	}
	return dir, os.Chmod(dir, 0o755)
}
