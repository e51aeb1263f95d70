package executor

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
)

// heapGoal is the size of the heap at which it is collected next.
func heapGoal() uint64 {
	runtime.GC()
	goal := []metrics.Sample{{Name: "/gc/heap/goal:bytes"}}
	metrics.Read(goal)
	return goal[0].Value.Uint64()
}

// Not parallel: it looks at the heap of the whole process, and sets its limit.
func TestHeadroom(t *testing.T) {
	before := heapGoal()
	release := headroom()
	if grown := heapGoal() - before; int64(grown) < headroomBytes {
		t.Errorf("the heap may grow by %d bytes more, want %d at least", int64(grown), headroomBytes)
	}
	release()
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(1 << 30))
	before = heapGoal()
	release = headroom()
	if grown := heapGoal() - before; int64(grown) >= headroomBytes {
		t.Errorf("the heap may grow by %d bytes more in spite of a memory limit", int64(grown))
	}
	release()
}
