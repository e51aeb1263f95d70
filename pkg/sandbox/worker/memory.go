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
	base    int64 // what a new worker uses
	kept    int64 // what it used after the last pass
	samples []metrics.Sample

	bound atomic.Int64 // of the running pass; 0: none runs
	live  []metrics.Sample
	pace  int // how much garbage the collector lets come together, in % of what is kept
}

// A pass may keep three quarters of its memory, or it is ended. The rest is for garbage
// that nobody has collected yet: the more a pass keeps, the less of that there may be. A
// fixed bound (debug.SetMemoryLimit) would have the collector of a pass that keeps too
// much run all of the time, and the pass hardly get to its end.
const (
	mostKept = 75 // % of the bound

	easyPace = 100 // up to 45 % of the bound
	slowPace = 50  // up to 60 %
	lastPace = 25
)

func paceOf(kept, bound int64) int {
	switch share := kept * 100 / bound; {
	case share < 45:
		return easyPace
	case share < 60:
		return slowPace
	}
	return lastPace
}

func newMemory(most int64) *memory {
	m := &memory{most: most, samples: []metrics.Sample{
		{Name: "/memory/classes/total:bytes"},
		{Name: "/memory/classes/heap/released:bytes"},
	}, live: []metrics.Sample{{Name: "/gc/heap/live:bytes"}}, pace: easyPace}
	m.base = m.used()
	m.kept = m.base
	m.afterGC()
	return m
}

// used is the memory that the process has from the system.
func (m *memory) used() int64 {
	metrics.Read(m.samples)
	return int64(m.samples[0].Value.Uint64() - m.samples[1].Value.Uint64())
}

// begin holds a pass to its limit.
func (m *memory) begin(limit int64) {
	if limit <= 0 || limit > m.most {
		limit = m.most
	}
	m.bound.Store(m.kept + limit)
}

// cycle becomes garbage with every run of the collector.
type cycle struct{ _ *cycle }

// afterGC looks at what is left after every run of the collector.
func (m *memory) afterGC() {
	runtime.SetFinalizer(&cycle{}, func(*cycle) {
		if bound := m.bound.Load(); bound > 0 {
			m.collected(bound)
		}
		m.afterGC()
	})
}

// collected ends a pass that keeps too much, and sets the pace for the others.
func (m *memory) collected(bound int64) {
	metrics.Read(m.live)
	kept := int64(m.live[0].Value.Uint64())
	if kept*100/bound > mostKept {
		os.Exit(exitMemory)
	}
	if pace := paceOf(kept, bound); pace != m.pace {
		m.pace = pace
		debug.SetGCPercent(pace)
	}
}

// end cleans up after a pass that used much, and returns what the worker uses beside
// what an idle one needs.
func (m *memory) end() int64 {
	m.bound.Store(0)
	n := m.used()
	if n > m.base+bigPass {
		debug.FreeOSMemory()
		n = m.used()
	}
	m.kept = max(n, m.base)
	return n - m.base
}
