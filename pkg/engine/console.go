package engine

import "fmt"

// console keeps the lines of one pass within a bound: when they grow beyond it,
// older lines are dropped by halves and a note says how many.
type console struct {
	limit   int
	raise   string // how to raise it
	lines   []string
	bytes   int
	dropped int
}

func (c *console) print(line string) {
	if c.limit > 0 && len(line) > c.limit {
		line = fmt.Sprintf("%s [line of %d bytes cut at the limit of %d]", clip([]byte(line), c.limit), len(line), c.limit)
	}
	c.lines = append(c.lines, line)
	c.bytes += len(line) + 1
	for c.limit > 0 && c.bytes > c.limit && len(c.lines) > 1 {
		half := (len(c.lines) + 1) / 2
		if half == len(c.lines) {
			half-- // the last line always stays
		}
		for _, old := range c.lines[:half] {
			c.bytes -= len(old) + 1
		}
		c.dropped += half
		c.lines = append([]string(nil), c.lines[half:]...)
	}
}

// ofFailure returns the lines of a pass that failed: an empty list, not none, says
// that it ran and printed nothing.
func (c *console) ofFailure() []string {
	if lines := c.output(); lines != nil {
		return lines
	}
	return []string{}
}

// output returns the lines, with the note first where some were dropped.
func (c *console) output() []string {
	if c.dropped == 0 {
		return c.lines
	}
	note := fmt.Sprintf("[%d earlier lines of output dropped: the limit is %d bytes; %s]", c.dropped, c.limit, c.raise)
	return append([]string{note}, c.lines...)
}
