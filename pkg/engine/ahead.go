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
		f := sandbox.Foreseen{Timer: c.Kind == journal.OpTimer, Of: ofKind(c.Kind), N: c.N}
		switch {
		case f.Timer:
			f.Kind = sandbox.EventFire
		case c.Kind == journal.OpSnippet:
			event, err := h.snippetEvent(c, new(op))
			if err != nil {
				return list // the turn will say so
			}
			f.Event = event
		case c.Mark != journal.MarkApplied:
			f.Kind, f.Name, f.Text = sandbox.EventReject, c.Error.Name, c.Error.Message
		default:
			f.Kind = sandbox.EventResolve
			if c.Result != nil {
				f.Value = c.Result.JSON
			}
		}
		f.Now = time.UnixMilli(clock)
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
	ephemeral := c.Kind == journal.OpEntry && h.log.Entries[c.N].Ephemeral
	return !ephemeral && !c.Result.Offloaded()
}

// ofKind is the kind of the operations that such completions answer; empty for timers
// and entries.
func ofKind(kind string) sandbox.OpKind {
	switch kind {
	case journal.OpSleep:
		return sandbox.OpSleep
	case journal.OpSignal:
		return sandbox.OpSignal
	case journal.OpSnippet:
		return sandbox.OpSnippet
	}
	return ""
}
