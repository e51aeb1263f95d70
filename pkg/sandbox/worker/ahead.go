package worker

import (
	"fmt"

	"github.com/reprise-run/reprise/pkg/sandbox"
)

// A replay knows its events beforehand. The parent sends some of them along with the
// one that is due, and the worker takes them without asking: it goes on writing its
// turns, and the parent checks, turn by turn, that the host's answer is the event that
// the worker took. Nothing leaves the parent before that.

// aheadMost is how many events travel together, and aheadBytes how large they may be
// beside the one that is due.
const (
	aheadMost  = 256
	aheadBytes = 1 << 20
)

func (e *encoder) foreseen(list []sandbox.Foreseen) {
	e.int(int64(len(list)))
	for _, f := range list {
		e.bool(f.Timer)
		e.text(string(f.Of))
		e.int(int64(f.N))
		e.event(f.Event)
	}
}

func (d *decoder) foreseen() []sandbox.Foreseen {
	var list []sandbox.Foreseen
	for range d.count() {
		list = append(list, sandbox.Foreseen{Timer: d.bool(), Of: sandbox.OpKind(d.text()), N: int(d.int()), Event: d.event()})
	}
	return list
}

// numbering finds operations by what they are the Nth of.
type numbering map[sandbox.OpKind][]int // IDs, in the order of issue; steps are among the calls

func (n numbering) add(op sandbox.Op) {
	kind := op.Kind
	switch kind {
	case sandbox.OpStep:
		kind = sandbox.OpCall
	case sandbox.OpCall, sandbox.OpTimer, sandbox.OpSleep, sandbox.OpSignal, sandbox.OpSnippet:
	default:
		return
	}
	n[kind] = append(n[kind], op.ID)
}

// find returns the operation that an event was foreseen for.
func (n numbering) find(f sandbox.Foreseen) (id int, ok bool) {
	kind := sandbox.OpCall
	switch {
	case f.Timer:
		kind = sandbox.OpTimer
	case f.Of != "":
		kind = f.Of
	}
	list := n[kind]
	if f.N < 0 || f.N >= len(list) {
		return 0, false
	}
	return list[f.N], true
}

// takeAhead returns the next event that the worker knows already. It is not there when
// there is none, or when the script has not issued what it answers: then the parent
// finds out why.
func (h *childHost) takeAhead(issued []sandbox.Op) (sandbox.Event, bool) {
	for _, op := range issued {
		h.numbers.add(op)
		if op.Kind == sandbox.OpStep {
			h.ahead = nil // its closure may have to run first
		}
	}
	if len(h.ahead) == 0 {
		return sandbox.Event{}, false
	}
	f := h.ahead[0]
	id, ok := h.numbers.find(f)
	if !ok {
		h.ahead = nil
		return sandbox.Event{}, false
	}
	h.ahead = h.ahead[1:]
	f.Event.Op = id
	return f.Event, true
}

// foresee asks the host for events beyond the one that is due.
func (p *pass) foresee() []sandbox.Foreseen {
	host, ok := p.host.(sandbox.Foreseeing)
	if !ok {
		return nil
	}
	p.ahead = within(host.Ahead(aheadMost))
	return p.ahead
}

// within cuts a list to what travels in one frame: values and sources can be large.
func within(list []sandbox.Foreseen) []sandbox.Foreseen {
	bytes := 0
	for i, f := range list {
		if bytes += len(f.Value) + len(f.Text); bytes > aheadBytes {
			return list[:i]
		}
	}
	return list
}

// taken checks the host's answer against the event that the worker took without asking.
func (p *pass) taken(ev sandbox.Event) error {
	f := p.ahead[0]
	p.ahead = p.ahead[1:]
	if id, ok := p.ledger.numbers.find(f); ok && id == ev.Op && f.Kind == ev.Kind && (ev.Kind != sandbox.EventRunSource || f.Text == ev.Text) {
		return nil
	}
	return fmt.Errorf("the replay went another way than its journal: %s of operation %d", ev.Kind, ev.Op)
}
