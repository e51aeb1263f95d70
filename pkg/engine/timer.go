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

// start lets a timer run for wait, and tells its end as an arrival. The wait is below
// zero where its time is over before it starts: the code's clock is behind that of the
// world, by whatever an earlier pass has waited.
func (c *clocks) start(o *op, now time.Time, wait time.Duration, f *flight) {
	o.due = now.Add(wait)
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
	first := c.first()
	if first == nil || first.due.After(c.passed) {
		return nil
	}
	heap.Pop(&c.running)
	return first
}

// first returns the running timer whose time comes first; nil: none runs.
func (c *clocks) first() *op {
	for len(c.running) > 0 && c.running[0].cleared {
		heap.Pop(&c.running)
	}
	if len(c.running) == 0 {
		return nil
	}
	return c.running[0]
}
