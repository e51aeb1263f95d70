package worker

import (
	"context"
	"time"
)

// The lines that a pass may print as fast as it can, and how long every further one
// takes. Each becomes an event for whoever listens: a script that prints without end
// must not take the executor's time.
const (
	freeLines = 10_000
	slowLine  = time.Millisecond
	lineBytes = 1 << 10 // a longer one counts as several
)

// flood slows a pass down that prints too much. The worker waits in its pipe meanwhile.
type flood struct{ lines int }

func (f *flood) slow(ctx context.Context, bytes int) {
	lines := 1 + bytes/lineBytes
	if f.lines += lines; f.lines <= freeLines {
		return
	}
	t := time.NewTimer(time.Duration(lines) * slowLine)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
