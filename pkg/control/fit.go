package control

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/reprise-run/reprise/pkg/execution"
)

// An answer must fit into one message. A record with many large values may not:
// then the largest values are left out, arguments and results of calls before the
// result of the execution, and {"$omitted": bytes} stands in their place.

// fitRecord encodes r in at most limit bytes.
func fitRecord(r execution.Record, limit int) ([]byte, error) {
	r.Calls = slices.Clone(r.Calls)
	r.Pending = slices.Clone(r.Pending)
	values := append(callValues(r.Calls, r.Pending), &r.Input)
	if body, ok := shrink(&r, values, limit); ok {
		return body, nil
	}
	r.Logs = nil
	if body, ok := shrink(&r, []*json.RawMessage{&r.Result}, limit); ok {
		return body, nil
	}
	r.Code = ""
	body, ok := shrink(&r, nil, limit)
	if !ok {
		r.Calls = nil
		body, ok = shrink(&r, nil, limit)
	}
	if !ok {
		return nil, fmt.Errorf("the record of %s does not fit into a message of %d bytes", r.ExecutionID, limit)
	}
	return body, nil
}

// fitOutcome encodes o in at most limit bytes.
func fitOutcome(o execution.Outcome, limit int) ([]byte, error) {
	o.Calls = slices.Clone(o.Calls)
	o.Pending = slices.Clone(o.Pending)
	if body, ok := shrink(&o, callValues(o.Calls, o.Pending), limit); ok {
		return body, nil
	}
	o.Logs = nil
	if body, ok := shrink(&o, []*json.RawMessage{&o.Result}, limit); ok {
		return body, nil
	}
	o.Calls = []execution.Entry{}
	body, ok := shrink(&o, nil, limit)
	if !ok {
		return nil, fmt.Errorf("the outcome of %s does not fit into a message of %d bytes", o.ExecutionID, limit)
	}
	return body, nil
}

func callValues(calls []execution.Entry, waiting []execution.PendingCall) []*json.RawMessage {
	var all []*json.RawMessage
	for i := range calls {
		all = append(all, &calls[i].Args, &calls[i].Result)
	}
	for i := range waiting {
		all = append(all, &waiting[i].Args)
	}
	return all
}

// shrink leaves out values of whole, the largest first, until it fits.
func shrink(whole any, values []*json.RawMessage, limit int) (body []byte, ok bool) {
	slices.SortStableFunc(values, func(a, b *json.RawMessage) int { return len(*b) - len(*a) })
	for {
		body, err := json.Marshal(whole)
		if err != nil {
			return nil, false
		}
		over := len(body) - limit
		if over <= 0 {
			return body, true
		}
		for over > 0 && len(values) > 0 {
			marker := fmt.Appendf(nil, `{"$omitted":%d}`, len(*values[0]))
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
