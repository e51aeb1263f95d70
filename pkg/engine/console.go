package engine

import "fmt"

// console keeps the lines of one pass within a bound: when they grow beyond it,
// older lines are dropped by halves and a note says how many.
type console struct {
	limit   int
	lines   []string
	bytes   int
	dropped int
}

func (c *console) print(line string) {
	if c.limit > 0 && len(line) > c.limit {
		line = clip([]byte(line), c.limit)
	}
	c.lines = append(c.lines, line)
	c.bytes += len(line) + 1
	for c.limit > 0 && c.bytes > c.limit && len(c.lines) > 1 {
		half := (len(c.lines) + 1) / 2
		for _, old := range c.lines[:half] {
			c.bytes -= len(old) + 1
		}
		c.dropped += half
		c.lines = append([]string(nil), c.lines[half:]...)
	}
}

// output returns the lines, with the note first where some were dropped.
func (c *console) output() []string {
	if c.dropped == 0 {
		return c.lines
	}
	return append([]string{fmt.Sprintf("[%d earlier lines of output dropped]", c.dropped)}, c.lines...)
}
