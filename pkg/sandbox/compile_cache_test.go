package sandbox

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
)

// TestCacheCompilesOnce: however many ask for a source at the same time, all get
// the same program.
func TestCacheCompilesOnce(t *testing.T) {
	t.Parallel()
	c := newOnceCache[*compiled](1 << 20)
	got := make([]*compiled, 16)
	var wg sync.WaitGroup
	for i := range got {
		wg.Go(func() { got[i], _ = c.get("const x: number = 1\nx", compile) })
	}
	wg.Wait()
	for i, s := range got {
		if s == nil || s != got[0] {
			t.Errorf("caller %d got %p, want %p", i, s, got[0])
		}
	}
}

func TestCacheIsBounded(t *testing.T) {
	t.Parallel()
	c := newOnceCache[*compiled](5 * (entryCost + 10))
	first, _ := c.get("100000 + 0", compile)
	for i := range 20 {
		if _, err := c.get(fmt.Sprintf("100000 + %d", i%10), compile); err != nil {
			t.Fatalf("compile: %v", err)
		}
		if again, _ := c.get("100000 + 0", compile); again != first {
			t.Fatalf("the script in use was dropped after %d others", i)
		}
		if c.bytes > c.limit || len(c.byKey) != c.recent.Len() || c.recent.Len() > 5 {
			t.Fatalf("cache holds %d bytes in %d entries, want at most %d", c.bytes, c.recent.Len(), c.limit)
		}
	}
	if _, err := c.get("1"+strings.Repeat(" ", 1<<20), compile); err != nil || c.recent.Len() != 5 {
		t.Errorf("a source larger than the cache: %v, %d entries left, want nil, 5", err, c.recent.Len())
	}
}

func TestCacheRemembersErrors(t *testing.T) {
	t.Parallel()
	c := newOnceCache[*compiled](1 << 20)
	_, first := c.get("const = 1", compile)
	_, second := c.get("const = 1", compile)
	if first == nil || first != second {
		t.Errorf("errors %v and %v, want the same one twice", first, second)
	}
}

func TestCacheOfNothingCompiles(t *testing.T) {
	t.Parallel()
	c := newOnceCache[*compiled](0)
	if s, err := c.get("1", compile); s == nil || err != nil {
		t.Errorf("get = %v, %v, want a script", s, err)
	}
}

// TestCacheSurvivesPanics: a compiler that panics leaves no empty value behind.
func TestCacheSurvivesPanics(t *testing.T) {
	t.Parallel()
	c := newOnceCache[*compiled](1 << 20)
	get := func() (s *compiled, err error) {
		defer func() { _ = recover() }()
		return c.get("1", func(string) (*compiled, error) { panic("broken") })
	}
	_, _ = get()
	var crash *CrashError
	if _, err := get(); !errors.As(err, &crash) {
		t.Errorf("get after a panic = %v, want a CrashError", err)
	}
}
