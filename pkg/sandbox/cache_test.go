package sandbox

import (
	"errors"
	"strings"
	"testing"
)

func TestCacheKeepsWhatWasUsedLast(t *testing.T) {
	t.Parallel()
	c := newCache[int](10)
	compiles := 0
	compile := func(source string) (int, error) { compiles++; return len(source), nil }
	for _, source := range []string{"aaaa", "bbb", "aaaa", "cccc", "aaaa"} {
		if got, err := c.get(source, compile); got != len(source) || err != nil {
			t.Errorf("get(%s) = %d, %v", source, got, err)
		}
	}
	if compiles != 3 {
		t.Errorf("compiled %d times, want 3: aaaa was in use", compiles)
	}
	_, _ = c.get("bbb", compile)
	if compiles != 4 {
		t.Errorf("compiled %d times, want 4: bbb had to go", compiles)
	}
	if c.bytes > 10 || len(c.entries) != c.recent.Len() {
		t.Errorf("%d bytes in %d and %d entries", c.bytes, len(c.entries), c.recent.Len())
	}
	_, _ = c.get(strings.Repeat("x", 50), compile)
	if len(c.entries) != 1 {
		t.Errorf("%d entries, want only the latest, however large", len(c.entries))
	}
}

func TestCacheForgetsErrors(t *testing.T) {
	t.Parallel()
	c := newCache[int](10)
	if _, err := c.get("a", func(string) (int, error) { return 0, errors.New("no") }); err == nil {
		t.Error("get = nil, want the error")
	}
	if got, err := c.get("a", func(string) (int, error) { return 1, nil }); got != 1 || err != nil {
		t.Errorf("get = %d, %v, want 1", got, err)
	}
}
