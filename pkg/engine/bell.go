package engine

import "sync"

// Bell tells a running pass that a signal has come, and others whether the code waits
// for one. It is safe for concurrent use; make it with [NewBell].
type Bell struct {
	rung chan struct{} // has room for one

	mu      sync.Mutex     // guards the field below
	awaited map[string]int // waits by the name of the signal
}

// NewBell returns a bell for one pass.
func NewBell() *Bell { return &Bell{rung: make(chan struct{}, 1)} }

// Ring says that a signal of this name is in the inbox. It reports whether the code
// waits for it: for each wait once.
func (b *Bell) Ring(name string) (awaited bool) {
	b.mu.Lock()
	awaited = b.awaited[name] > 0
	if awaited {
		b.awaited[name]--
	}
	b.mu.Unlock()
	select {
	case b.rung <- struct{}{}:
	default:
	}
	return awaited
}

// expect says what the code waits for.
func (b *Bell) expect(lines map[string][]*op) {
	awaited := make(map[string]int, len(lines))
	for name, line := range lines {
		awaited[name] = len(line)
	}
	b.mu.Lock()
	b.awaited = awaited
	b.mu.Unlock()
}
