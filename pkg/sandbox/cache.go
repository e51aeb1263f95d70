package sandbox

import (
	"container/list"
	"sync"
)

// cache keeps what was compiled most recently, by source. It is safe for
// concurrent use; what is in it must be too.
type cache[T any] struct {
	limit int // of the bytes of all sources

	mu sync.Mutex
	// guards the fields below
	bytes   int
	entries map[string]*list.Element
	recent  list.List // of *cached[T], the latest first
}

type cached[T any] struct {
	source string
	value  T
}

func newCache[T any](limit int) *cache[T] {
	return &cache[T]{limit: limit, entries: make(map[string]*list.Element)}
}

// get returns what source compiles to. Errors are not kept. Two callers may
// compile the same source at the same time.
func (c *cache[T]) get(source string, compile func(string) (T, error)) (T, error) {
	if value, ok := c.find(source); ok {
		return value, nil
	}
	value, err := compile(source)
	if err == nil {
		c.add(source, value)
	}
	return value, err
}

func (c *cache[T]) find(source string) (value T, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	el, ok := c.entries[source]
	if !ok {
		return value, false
	}
	c.recent.MoveToFront(el)
	return el.Value.(*cached[T]).value, true
}

func (c *cache[T]) add(source string, value T) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.entries[source]; ok {
		return
	}
	c.entries[source] = c.recent.PushFront(&cached[T]{source: source, value: value})
	c.bytes += len(source)
	for c.bytes > c.limit && c.recent.Len() > 1 {
		last := c.recent.Remove(c.recent.Back()).(*cached[T])
		delete(c.entries, last.source)
		c.bytes -= len(last.source)
	}
}
