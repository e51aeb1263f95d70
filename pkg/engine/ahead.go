package engine

import (
	"time"

	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/sandbox"
)

var _ sandbox.Foreseeing = (*host)(nil)

// aheadBytes bounds the values that are handed out ahead of their turns.
const aheadBytes = 256 << 10

// Ahead implements [sandbox.Foreseeing]: what the replay delivers next, up to the first
// completion that needs more than the journal's own words, or after which the code
// may do something that it never did.
func (h *host) Ahead(n int) []sandbox.Foreseen {
	var list []sandbox.Foreseen
	clock, bytes := h.clock, 0
	for _, c := range h.replay {
		if len(list) == n || bytes > aheadBytes || !h.predictable(c) {
			break
		}
		clock = max(clock, c.At)
		f := sandbox.Foreseen{Timer: c.Kind == journal.OpTimer, N: c.N}
		f.Now = time.UnixMilli(clock)
		switch {
		case f.Timer:
			f.Kind = sandbox.EventFire
		case c.Mark != journal.MarkApplied:
			f.Kind, f.Name, f.Text = sandbox.EventReject, c.Error.Name, c.Error.Message
		default:
			f.Kind = sandbox.EventResolve
			if c.Result != nil {
				f.Value = c.Result.JSON
			}
		}
		bytes += len(f.Value) + len(f.Text)
		list = append(list, f)
	}
	return list
}

// predictable reports whether the turn that a recorded completion answers is answered
// with this completion and nothing else. It is not where no pass gave it to the code:
// what the code does next is new, and may begin with the closure of a step. Nor while
// the closure of a recorded step has to run, or an ephemeral call, which runs again.
func (h *host) predictable(c journal.Completion) bool {
	if c.Unseen || h.openStep {
		return false
	}
	return c.Kind == journal.OpTimer || !h.log.Entries[c.N].Ephemeral && !c.Result.Offloaded()
}
