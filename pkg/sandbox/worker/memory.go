package worker

import (
	"runtime/debug"
	"runtime/metrics"
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
}

func newMemory(most int64) *memory {
	m := &memory{most: most, samples: []metrics.Sample{
		{Name: "/memory/classes/total:bytes"},
		{Name: "/memory/classes/heap/released:bytes"},
	}}
	m.base = m.used()
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
		debug.SetMemoryLimit(m.base + limit/4*3)
	}
}

// end cleans up after a pass that used much, and returns what the worker uses beside
// what an idle one needs.
func (m *memory) end() int64 {
	n := m.used()
	if n > m.base+bigPass {
		debug.FreeOSMemory()
		n = m.used()
	}
	return n - m.base
}
