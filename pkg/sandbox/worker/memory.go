package worker

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
)

// bigPass is how much memory a pass may leave behind before the worker cleans up.
const bigPass = 16 << 20

// memory is what a worker knows of its own. The bounds are the parent's to watch, and
// the system's: see watch.go and confine.
type memory struct {
	most    int64 // what any pass may use
	base    int64 // what an idle worker uses
	limit   int64 // in force
	samples []metrics.Sample

	keep atomic.Int64 // what the running pass may keep; 0: none runs
	live []metrics.Sample
}

// A pass may keep three quarters of its memory: the rest is for garbage that nobody has
// collected yet. One that keeps more is ended at once. With the little room that it has
// left it would have the collector run nearly all of the time, long before its end.
func keepOf(limit int64) int64 { return limit / 4 * 3 }

func newMemory(most int64) *memory {
	m := &memory{most: most, samples: []metrics.Sample{
		{Name: "/memory/classes/total:bytes"},
		{Name: "/memory/classes/heap/released:bytes"},
	}, live: []metrics.Sample{{Name: "/gc/heap/live:bytes"}}}
	m.base = m.used()
	m.afterGC()
	return m
}

// used is the memory that the process has from the system.
func (m *memory) used() int64 {
	metrics.Read(m.samples)
	return int64(m.samples[0].Value.Uint64() - m.samples[1].Value.Uint64())
}

// begin makes the collector work harder before a pass reaches its limit.
func (m *memory) begin(limit int64) {
	if limit <= 0 || limit > m.most {
		limit = m.most
	}
	if limit != m.limit { // it stops the world
		m.limit = limit
		debug.SetMemoryLimit(m.base + limit/16*15)
	}
	m.keep.Store(m.base + keepOf(limit))
}

// cycle becomes garbage with every run of the collector.
type cycle struct{ _ *cycle }

// afterGC looks at what is left after every run of the collector.
func (m *memory) afterGC() {
	runtime.SetFinalizer(&cycle{}, func(*cycle) {
		metrics.Read(m.live)
		if keep := m.keep.Load(); keep > 0 && int64(m.live[0].Value.Uint64()) > keep {
			os.Exit(exitMemory)
		}
		m.afterGC()
	})
}

// end cleans up after a pass that used much, and returns what the worker uses beside
// what an idle one needs.
func (m *memory) end() int64 {
	m.keep.Store(0)
	n := m.used()
	if n > m.base+bigPass {
		debug.FreeOSMemory()
		n = m.used()
	}
	return n - m.base
}
