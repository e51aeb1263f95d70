package crashtest

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// tap overhears every journal write and the server's answer to it, also those
// answers that the writer never got. So it knows the history that the buckets,
// which keep only the last of everything, do not.
type tap struct {
	mu      sync.Mutex // guards the fields below
	writes  map[string]write
	answers map[string]uint64
}

// write is one journal write.
type write struct {
	key   string // <runtime>.<id>
	name  string // "state", "request", "log.000000" …
	seq   uint64 // of the accepted write
	body  []byte
	state journal.State // of a state
}

// newTap starts a tap. It must not listen where pulls are answered: it would be
// taken for the interest of an executor that is gone, and messages would be
// delivered to nobody.
func newTap(tb testing.TB, nc *nats.Conn) *tap {
	tb.Helper()
	t := &tap{writes: map[string]write{}, answers: map[string]uint64{}}
	for subject, handler := range map[string]nats.MsgHandler{"$KV.executions.>": t.wrote, "_INBOX.*.*": t.answered} {
		sub, err := nc.Subscribe(subject, handler)
		if err != nil {
			tb.Fatalf("tap: %v", err)
		}
		if err := sub.SetPendingLimits(-1, -1); err != nil {
			tb.Fatalf("tap: %v", err)
		}
	}
	if err := nc.Flush(); err != nil {
		tb.Fatalf("tap: %v", err)
	}
	return t
}

func (t *tap) wrote(m *nats.Msg) {
	w, _, ok := parseWrite(m.Subject, m.Data)
	if !ok || m.Reply == "" {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.writes[m.Reply] = w
}

// parseWrite reads a write from its message, and says whose it is.
func parseWrite(subject string, body []byte) (write, journal.Key, bool) {
	parts := strings.SplitN(subject, ".", 5)
	if len(parts) < 5 {
		return write{}, journal.Key{}, false
	}
	key := journal.Key{Runtime: parts[2], ID: execution.ID(parts[3])}
	w := write{key: key.String(), name: parts[4], body: body}
	return w, key, w.name != "state" || json.Unmarshal(body, &w.state) == nil
}

func (t *tap) answered(m *nats.Msg) {
	var ack struct {
		Stream string `json:"stream"`
		Seq    uint64 `json:"seq"`
	}
	if json.Unmarshal(m.Data, &ack) != nil || ack.Seq == 0 || ack.Stream != "KV_executions" {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.answers[m.Subject] = ack.Seq
}

// history returns the accepted writes of one execution, in the order of the store.
func (t *tap) history(key journal.Key) []write {
	t.mu.Lock()
	defer t.mu.Unlock()
	var all []write
	for reply, w := range t.writes {
		if seq := t.answers[reply]; seq != 0 && w.key == key.String() {
			w.seq = seq
			all = append(all, w)
		}
	}
	slices.SortFunc(all, func(a, b write) int { return int(a.seq) - int(b.seq) })
	return all
}

// fenced verifies a history: attempts strictly increase from 1, records are
// those of the newest claim and are not changed, and nothing follows the end.
func fenced(tb testing.TB, key journal.Key, history []write) {
	tb.Helper()
	attempt, ended := 0, execution.Status("")
	records := map[string]string{}
	for _, w := range history {
		if ended != "" && w.name != "request" {
			tb.Errorf("%s: %s was written at %d after the terminal state %s", key, w.name, w.seq, ended)
		}
		switch {
		case w.name == "state":
			s := w.state
			if s.Status == execution.Running && s.Attempt <= attempt {
				tb.Errorf("%s: the claim at %d has attempt %d, after attempt %d", key, w.seq, s.Attempt, attempt)
			}
			if s.Status != execution.Running && s.Attempt != attempt {
				tb.Errorf("%s: status %s at %d with attempt %d under the claim of %d", key, s.Status, w.seq, s.Attempt, attempt)
			}
			attempt = s.Attempt
			if s.Status.Terminal() {
				ended = s.Status
			}
		case strings.HasPrefix(w.name, "log."):
			var r journal.Record
			if err := json.Unmarshal(w.body, &r); err != nil || r.Attempt != attempt {
				tb.Errorf("%s: %s at %d is of attempt %d under the claim of %d (%v)", key, w.name, w.seq, r.Attempt, attempt, err)
			}
			if was, ok := records[w.name]; ok && was != string(w.body) {
				tb.Errorf("%s: %s was changed at %d", key, w.name, w.seq)
			}
			records[w.name] = string(w.body)
		}
	}
	if ended == "" {
		tb.Errorf("%s: no terminal state in %d writes", key, len(history))
	}
}

// invocations returns how often a record names the invocation of each call. It
// fails the test when one is named again that is applied (R3).
func invocations(tb testing.TB, key journal.Key, history []write) map[int]int {
	tb.Helper()
	named, applied, seen := map[int]int{}, map[int]bool{}, map[string]bool{}
	for _, w := range history {
		if w.name != "state" && seen[w.name] {
			continue // a write whose answer was lost is repeated
		}
		seen[w.name] = true
		var r journal.Record
		switch {
		case w.state.Carry != nil:
			r.Done = w.state.Carry.Done
		case !strings.HasPrefix(w.name, "log."):
			continue
		case json.Unmarshal(w.body, &r) != nil:
			tb.Errorf("%s: %s at %d cannot be read", key, w.name, w.seq)
		}
		for _, in := range r.Issued {
			named[in.Seq]++
		}
		for _, seq := range r.Started {
			if named[seq]++; applied[seq] {
				tb.Errorf("%s: call %d is applied and named again at %d", key, seq, w.seq)
			}
		}
		for _, c := range r.Done {
			applied[c.N] = applied[c.N] || c.Kind == journal.OpEntry && c.Mark == journal.MarkApplied
		}
	}
	return named
}
