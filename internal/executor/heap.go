package executor

import (
	"math"
	"runtime"
	"runtime/debug"
)

// headroomBytes is how much of the heap is room. More of it saves little more.
const headroomBytes = 32 << 20

// headroom lets the heap grow by twice headroomBytes before it is collected, until
// the function that it returns is called. An executor's heap is small and what it
// makes is short-lived, so that the collector, which goes by the size of the heap,
// would take a quarter of all its work. The room is address space: nobody touches it,
// so it is never resident. Who has set a memory limit gets none: it would count.
func headroom() (release func()) {
	if debug.SetMemoryLimit(-1) != math.MaxInt64 {
		return func() {}
	}
	room := make([]byte, headroomBytes)
	return func() { runtime.KeepAlive(room) }
}
