package engine

import (
	"container/heap"
	"time"
)

// clocks are the timers that run. Each tells its end from a goroutine of its own, and
// after a machine stood still those come in any order: the code sees its timers fire in
// the order of their time all the same.
type clocks struct {
	running dueHeap
	passed  time.Time // the latest time of a timer that has told its end
}

// start lets a timer run for wait, and tells its end as an arrival.
func (c *clocks) start(o *op, now time.Time, wait time.Duration, f *flight) {
	o.due = now.Add(max(wait, 0))
	heap.Push(&c.running, o)
	o.timer = time.AfterFunc(max(wait, 0), func() { f.add(arrival{op: o}) })
}

// ended returns the timer whose turn it is to fire when o has told its end: o, or one
// whose time came before and that is not heard of yet. It is nil when that one, or o,
// has fired or was cleared meanwhile.
func (c *clocks) ended(o *op) *op {
	if o.due.After(c.passed) {
		c.passed = o.due
	}
	for len(c.running) > 0 {
		first := c.running[0]
		switch {
		case first.cleared:
			heap.Pop(&c.running)
		case first.due.After(c.passed):
			return nil
		default:
			heap.Pop(&c.running)
			return first
		}
	}
	return nil
}
