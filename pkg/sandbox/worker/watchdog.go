package worker

import (
	"os"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
	"time"
)

// watchEvery is how often the memory of a running script is looked at.
const watchEvery = 5 * time.Millisecond

// bigPass is how much memory a pass may leave behind before the worker cleans up.
const bigPass = 16 << 20

// watchdog ends the worker when its script uses more memory than it may, or when its
// parent is gone. It looks only while a script runs.
type watchdog struct {
	most  int64 // what any pass may use
	base  int64 // what an idle worker uses
	limit atomic.Int64

	running atomic.Bool
	idle    atomic.Int32 // ticks without a running script
	asleep  atomic.Bool
	tick    *time.Timer
	samples []metrics.Sample // of the tick
	own     []metrics.Sample // of the script's goroutine
}

func newWatchdog(most int64) *watchdog {
	w := &watchdog{most: most, samples: memorySamples(), own: memorySamples()}
	w.base = used(w.own)
	w.asleep.Store(true)
	w.tick = time.AfterFunc(time.Hour, w.look)
	w.tick.Stop()
	return w
}

func memorySamples() []metrics.Sample {
	return []metrics.Sample{
		{Name: "/memory/classes/total:bytes"},
		{Name: "/memory/classes/heap/released:bytes"},
	}
}

// used is the memory that the process has from the system.
func used(s []metrics.Sample) int64 {
	metrics.Read(s)
	return int64(s[0].Value.Uint64() - s[1].Value.Uint64())
}

// begin starts to watch a pass that may use limit bytes, or what any pass may.
func (w *watchdog) begin(limit int64) {
	if limit <= 0 || limit > w.most {
		limit = w.most
	}
	w.limit.Store(w.base + limit)
	// Collect harder before the limit is reached.
	debug.SetMemoryLimit(w.base + limit/4*3)
	w.resume()
}

// resume goes on watching: the script runs.
func (w *watchdog) resume() {
	w.running.Store(true)
	if w.asleep.CompareAndSwap(true, false) {
		w.idle.Store(0)
		w.tick.Reset(watchEvery)
	}
}

// pause stops watching: the script waits.
func (w *watchdog) pause() { w.running.Store(false) }

// end cleans up after a pass that used much, and returns what the worker uses now.
func (w *watchdog) end() int64 {
	n := used(w.own)
	if n > w.base+bigPass {
		debug.FreeOSMemory()
		n = used(w.own)
	}
	return n - w.base
}

// look is one tick.
func (w *watchdog) look() {
	if !w.running.Load() {
		if w.idle.Add(1) > 2 {
			w.asleep.Store(true)
			// The script may have gone on just now, and found the watchdog awake.
			if !w.running.Load() || !w.asleep.CompareAndSwap(true, false) {
				return
			}
		}
		w.tick.Reset(watchEvery)
		return
	}
	w.idle.Store(0)
	if used(w.samples) > w.limit.Load() {
		os.Exit(exitMemory)
	}
	if orphaned() {
		os.Exit(exitOK)
	}
	w.tick.Reset(watchEvery)
}
