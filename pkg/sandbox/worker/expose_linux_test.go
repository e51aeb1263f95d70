package worker

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/reprise-run/reprise/pkg/sandbox"
)

// said is a log that can be read while it is written.
type said struct {
	mu   sync.Mutex // guards text
	text bytes.Buffer
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *said) count(words string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Count(s.text.String(), words)
}

// fickle is a system that gives namespaces while it likes to. That the processes have
// none in truth, so that the test runs everywhere, makes no difference to the pool.
type fickle struct{ refuses atomic.Bool }

func (f *fickle) attributes(isolated bool) *syscall.SysProcAttr {
	a := attributes(false)
	if isolated && f.refuses.Load() {
		a.Cloneflags = unix.CLONE_NEWUSER | unix.CLONE_FS // no system starts that
	}
	return a
}

// When the system refuses more namespaces, passes go on behind the filter of system calls;
// the operator is told once, and again when there are some.
func TestNamespacesThatGoAway(t *testing.T) {
	t.Parallel()
	var log said
	var system fickle
	p := pool(t, Config{Size: 4, Spares: -1, MaxPasses: 1, Logger: slog.New(slog.NewTextHandler(&log, nil)), attributes: system.attributes})
	run := func() {
		t.Helper()
		if _, err := p.Run(t.Context(), script("1"), &echo{}); err != nil {
			t.Fatalf("Run = %v", err)
		}
	}
	check := func(lost bool, warned int) {
		t.Helper()
		want, not := namespaceNames, namespacesLost
		if lost {
			want, not = not, want
		}
		if got := p.Confinement(); !strings.HasPrefix(got, "confined: rlimits, seccomp, ") || !strings.Contains(got, want) || strings.Contains(got, not) {
			t.Errorf("Confinement() = %q, want %q in it", got, want)
		}
		if n := log.count("workers have no namespaces any more"); n != warned {
			t.Errorf("warned %d times, want %d", n, warned)
		}
	}
	run()
	check(false, 0)
	system.refuses.Store(true)
	run()
	run()
	check(true, 1)
	system.refuses.Store(false)
	run()
	check(false, 1)
	if n := log.count("workers have namespaces again"); n != 1 {
		t.Errorf("said %d times that there are namespaces again, want once", n)
	}
}

// A worker without namespaces is not kept when there are some again, and it is counted.
func TestExposedWorkersAreReplaced(t *testing.T) {
	t.Parallel()
	var system fickle
	p := pool(t, Config{Size: 4, Spares: 4, attributes: system.attributes})
	system.refuses.Store(true)
	w, err := p.start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p.adopt(w)
	if n := p.Stats().Exposed; n != 1 {
		t.Errorf("%d workers without namespaces, want 1", n)
	}
	system.refuses.Store(false)
	other, err := p.start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p.adopt(other)
	replaced := p.Stats().Replaced
	p.slots <- struct{}{}
	p.release(w, [32]byte{})
	if n := p.Stats().Replaced; n != replaced+1 {
		t.Errorf("%d workers replaced, want %d", n, replaced+1)
	}
	select {
	case <-w.exited:
	case <-time.After(10 * time.Second):
		t.Error("it lives on")
	}
}

// Only what the system says of namespaces makes workers do without, and only where there
// is a filter.
func TestRefusalsOfNamespaces(t *testing.T) {
	t.Parallel()
	if filtered("rlimits") || !filtered("rlimits, seccomp") {
		t.Error("filtered takes one level for the other")
	}
	for _, err := range []error{syscall.ENOSPC, syscall.EPERM, syscall.EUSERS} {
		if !refused(err) {
			t.Errorf("refused(%v) = false", err)
		}
	}
	for _, err := range []error{syscall.EAGAIN, syscall.ENOMEM, errors.New("not ready"), sandbox.ErrMemory} {
		if refused(err) {
			t.Errorf("refused(%v) = true", err)
		}
	}
}
