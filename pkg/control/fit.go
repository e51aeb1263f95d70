package control

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// An answer must fit into one message. Where leaving out some large values is enough,
// the largest go first, and {"$omitted": bytes} stands in their place. Else the calls end
// where the message is full, and nextCall says where to go on. What is left out of the
// rest, when that alone is too large, is values, console lines, the result and the code.

// fitRecord encodes r in at most limit bytes.
func fitRecord(r execution.Record, limit int) ([]byte, error) {
	calls := slices.Clone(r.Calls)
	r.Calls, r.Pending = nil, slices.Clone(r.Pending)
	f := fitting{
		head: &r, calls: calls, values: append(argsOf(r.Pending), &r.Input), last: &r.Result,
		drop: []func(){func() { r.Logs = nil }, func() { r.Code = "" }},
	}
	body, ok := f.encode(limit)
	if !ok {
		return nil, fmt.Errorf("the record of %s does not fit into a message of %d bytes", r.ExecutionID, limit)
	}
	return body, nil
}

// fitOutcome encodes o in at most limit bytes.
func fitOutcome(o execution.Outcome, limit int) ([]byte, error) {
	calls := slices.Clone(o.Calls)
	o.Pending = slices.Clone(o.Pending)
	head := struct {
		*execution.Outcome
		Calls any `json:"calls,omitempty"` // takes the field's place
	}{Outcome: &o}
	f := fitting{
		head: &head, calls: calls, listed: true, values: argsOf(o.Pending), last: &o.Result, drop: []func(){func() { o.Logs = nil }},
	}
	body, ok := f.encode(limit)
	if !ok {
		return nil, fmt.Errorf("the outcome of %s does not fit into a message of %d bytes", o.ExecutionID, limit)
	}
	return body, nil
}

func argsOf(waiting []execution.PendingCall) []*json.RawMessage {
	var all []*json.RawMessage
	for i := range waiting {
		all = append(all, &waiting[i].Args)
	}
	return all
}

// fitting is an answer that is made to fit.
type fitting struct {
	head   any // the answer without its calls, a pointer
	calls  []execution.Entry
	listed bool // the calls are a list even where there are none

	values []*json.RawMessage // of the head, that may be left out
	last   *json.RawMessage   // the same, after some others
	drop   []func()           // what else of the head is left out, one after another
}

// encode returns the answer in at most limit bytes; false: it cannot be.
func (f *fitting) encode(limit int) ([]byte, bool) {
	head, err := encoded(f.head)
	if err != nil {
		return nil, false
	}
	if body, n := f.join(head, limit); n == len(f.calls) {
		return body, true
	}
	if f.leaveOut(f.size(head) - limit) {
		if head, err = encoded(f.head); err != nil {
			return nil, false
		}
		body, _ := f.join(head, limit)
		return body, body != nil
	}
	if head, err = f.shrunk(limit - callsRoom); err != nil {
		return nil, false
	}
	body, n := f.join(head, limit)
	if n == 0 && len(f.calls) > 0 {
		// Not even one of them, as it is: whoever asks for the rest must get on.
		one := fitting{calls: f.calls[:1]}
		if one.leaveOut(one.size(head) - limit) {
			body, _ = f.join(head, limit)
		}
	}
	return body, body != nil
}

// callsRoom is what join may add to a head without any calls.
const callsRoom = len(`,"calls":[],"nextCall":`) + 20

// join adds as many calls to the head as fit, and where that is not all of them, the seq
// of the next one. It returns how many; with a head that is too large alone, none, and no text.
func (f *fitting) join(head []byte, limit int) ([]byte, int) {
	if len(f.calls) == 0 && !f.listed {
		if len(head) > limit {
			return nil, -1
		}
		return head, 0
	}
	if len(head)+callsRoom > limit {
		return nil, -1
	}
	limit -= len(`],"nextCall":}`) + 20
	out := make([]byte, 0, min(limit, len(head)+256*len(f.calls))+callsRoom)
	out = append(append(out, head[:len(head)-1]...), `,"calls":[`...)
	for i := range f.calls {
		before := len(out)
		if out = appendCall(out, i, &f.calls[i]); len(out) > limit {
			out = append(append(out[:before], `],"nextCall":`...), strconv.Itoa(f.calls[i].Seq)...)
			return append(out, '}'), i
		}
	}
	return append(out, `]}`...), len(f.calls)
}

// appendCall appends the i-th call of a list.
func appendCall(out []byte, i int, e *execution.Entry) []byte {
	if i > 0 {
		out = append(out, ',')
	}
	return append(journal.AppendEntry(append(out, '{'), e), '}')
}

// size returns how long the whole would be with so long a head.
func (f *fitting) size(head []byte) int {
	n := len(head) + callsRoom
	var out []byte
	for i := range f.calls {
		out = appendCall(out[:0], i, &f.calls[i])
		n += len(out)
	}
	return n
}

// largeValue is what a value must have for it to be left out in place of calls.
const largeValue = 1 << 10

// leaveOut takes out large values, the largest first, until so many bytes are saved. It
// takes out none, and returns false, where they have not so many.
func (f *fitting) leaveOut(over int) bool {
	var large []*json.RawMessage
	has := 0
	add := func(v *json.RawMessage) {
		if len(*v) >= largeValue {
			large, has = append(large, v), has+len(*v)-len(omitted(*v))
		}
	}
	for i := range f.calls {
		add(&f.calls[i].Args)
		add(&f.calls[i].Result)
		add(&f.calls[i].ApprovedArgs)
	}
	for _, v := range f.values {
		add(v)
	}
	if has < over {
		return false
	}
	slices.SortStableFunc(large, func(a, b *json.RawMessage) int { return len(*b) - len(*a) })
	for _, v := range large {
		if over <= 0 {
			break
		}
		marker := omitted(*v)
		over -= len(*v) - len(marker)
		*v = marker
	}
	return true
}

// omitted stands in the place of a value.
func omitted(v json.RawMessage) json.RawMessage { return fmt.Appendf(nil, `{"$omitted":%d}`, len(v)) }

// shrunk encodes the head in at most limit bytes.
func (f *fitting) shrunk(limit int) ([]byte, error) {
	body, ok := shrink(f.head, f.values, limit)
	for i := 0; !ok && i < len(f.drop); i++ {
		f.drop[i]()
		body, ok = shrink(f.head, []*json.RawMessage{f.last}, limit)
	}
	if !ok {
		return nil, fmt.Errorf("more than %d bytes", limit)
	}
	return body, nil
}

// shrink leaves out values of whole, the largest first, until it fits.
func shrink(whole any, values []*json.RawMessage, limit int) (body []byte, ok bool) {
	slices.SortStableFunc(values, func(a, b *json.RawMessage) int { return len(*b) - len(*a) })
	for {
		body, err := encoded(whole)
		if err != nil {
			return nil, false
		}
		over := len(body) - limit
		if over <= 0 {
			return body, true
		}
		for over > 0 && len(values) > 0 {
			marker := omitted(*values[0])
			if len(*values[0]) <= len(marker) {
				return nil, false // only small ones are left
			}
			over -= len(*values[0]) - len(marker)
			*values[0], values = marker, values[1:]
		}
		if over > 0 {
			return nil, false
		}
	}
}
