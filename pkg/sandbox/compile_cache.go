package sandbox

import (
	"container/list"
	"crypto/sha256"
	"sync"
)

// onceCache keeps what sources were compiled to, by their content, up to a number
// of bytes of source; the least recently used go first. It is safe for concurrent
// use, and compiles a source once however many ask for it at the same time.
//
// A source that does not compile is remembered too: a retried execution would
// parse it again and again.
type onceCache[T any] struct {
	limit int

	mu     sync.Mutex // guards the fields below
	misses int
	bytes  int
	recent list.List // of *compiledOnce[T], the most recent first
	byKey  map[cacheKey]*list.Element
}

// cacheKey is a source, as something with a name.
type cacheKey struct {
	name string
	hash [sha256.Size]byte
}

// compiledOnce is one source on its way, or compiled.
type compiledOnce[T any] struct {
	key  cacheKey
	cost int
	once sync.Once

	value T
	err   error
}

// entryCost is what an entry costs beside its source.
const entryCost = 1 << 10

// newOnceCache returns a cache of limit bytes; one of zero keeps nothing.
func newOnceCache[T any](limit int) *onceCache[T] {
	return &onceCache[T]{limit: limit, byKey: map[cacheKey]*list.Element{}}
}

// get returns what compile makes of the source. All calls must name the same
// function.
func (c *onceCache[T]) get(source string, compile func(string) (T, error)) (T, error) {
	return c.getAs("", source, compile)
}

// getAs does that for a source with a name: the same source with another name is
// compiled to something else.
func (c *onceCache[T]) getAs(name, source string, compile func(string) (T, error)) (T, error) {
	e := c.entry(name, source)
	e.once.Do(func() {
		e.err = &CrashError{Detail: "compile panicked"} // what later callers get if it does
		e.value, e.err = compile(source)
	})
	return e.value, e.err
}

// entry returns the entry of a source; it may be new.
func (c *onceCache[T]) entry(name, source string) *compiledOnce[T] {
	key := cacheKey{name, sha256.Sum256([]byte(source))}
	c.mu.Lock()
	defer c.mu.Unlock()
	if el := c.byKey[key]; el != nil {
		c.recent.MoveToFront(el)
		return el.Value.(*compiledOnce[T])
	}
	c.misses++
	e := &compiledOnce[T]{key: key, cost: len(source) + entryCost}
	if e.cost > c.limit {
		return e
	}
	c.byKey[key] = c.recent.PushFront(e)
	c.bytes += e.cost
	for c.bytes > c.limit {
		c.drop(c.recent.Back())
	}
	return e
}

// compiledCount is how many sources were not in the cache.
func (c *onceCache[T]) compiledCount() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.misses
}

func (c *onceCache[T]) drop(el *list.Element) {
	e := c.recent.Remove(el).(*compiledOnce[T])
	delete(c.byKey, e.key)
	c.bytes -= e.cost
}
