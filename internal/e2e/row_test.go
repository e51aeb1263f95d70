package e2e

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
)

// How long a test waits for what must come, for one answer, and an executor for what an
// answer needs. They only bound a hang: a cluster on a busy machine may be without a
// leader for longer than people would wait.
const (
	patience    = 3 * natstest.StartWait
	requestTime = natstest.StartWait
	answerTime  = natstest.StartWait / 2
)

// row is one program and how it must end. Its name begins with the number of the
// behaviour. Rows share an executor, so they do not depend on what it has done.
type row struct {
	name   string
	code   string
	input  string
	retry  string   // the policy, in JSON
	result string   // it completes with this
	fails  []string // else it ends `error` with a text that has these
	logs   []string
	calls  string // as [states] writes them
	check  func(t *testing.T, r *rig, o execution.Outcome)
}

// rows runs them all on one executor.
func rows(t *testing.T, r *rig, all []row) {
	t.Helper()
	for _, tt := range all {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := r.in(t)
			q := execution.Request{Code: tt.code}
			if tt.input != "" {
				q.Input = json.RawMessage(tt.input)
			}
			if tt.retry != "" {
				q.Retry = policy(t, tt.retry)
			}
			o := r.request(q)
			if tt.fails == nil {
				r.completed(o, tt.result)
			} else {
				r.failed(o, tt.fails...)
			}
			if !slices.Equal(o.Logs, tt.logs) {
				t.Errorf("logs %q, want %q", o.Logs, tt.logs)
			}
			if got := states(o.Calls); got != tt.calls {
				t.Errorf("calls %q, want %q", got, tt.calls)
			}
			if tt.check != nil {
				tt.check(t, r, o)
			}
		})
	}
}

// policy reads a retry policy as a submission has it.
func policy(t *testing.T, text string) *execution.Retry {
	t.Helper()
	p := new(execution.Retry)
	if err := json.Unmarshal([]byte(text), p); err != nil {
		t.Fatalf("policy %s: %v", text, err)
	}
	return p
}

// in returns the rig for a subtest.
func (r *rig) in(t *testing.T) *rig {
	c := *r
	c.t = t
	return &c
}

// failed checks that the execution ended `error` with a text that has all parts.
func (r *rig) failed(o execution.Outcome, parts ...string) {
	r.t.Helper()
	r.status(o, execution.Error)
	for _, p := range parts {
		if !strings.Contains(o.Error, p) {
			r.t.Errorf("error %q, want it to contain %q", o.Error, p)
		}
	}
}

// raw asks for an operation and returns the answer as it is, or the refusal.
func (r *rig) raw(operation, in string) (map[string]json.RawMessage, error) {
	r.t.Helper()
	var out map[string]json.RawMessage
	return out, r.client.Call(r.t.Context(), operation, json.RawMessage(in), &out)
}

// pending lists what waits for a person, as "seq connector.method" of each.
func (r *rig) pending(id execution.ID) []execution.PendingCall {
	r.t.Helper()
	p, err := r.client.Pending(r.t.Context(), control.PendingQuery{ID: id})
	if err != nil {
		r.t.Fatalf("pending: %v", err)
	}
	return p.Pending
}

// reject rejects one call, or all with a negative seq.
func (r *rig) reject(id execution.ID, seq int) bool {
	r.t.Helper()
	which := &seq
	if seq < 0 {
		which = nil
	}
	ok, err := r.client.Reject(r.t.Context(), id, which, "", "")
	if err != nil {
		r.t.Fatalf("reject: %v", err)
	}
	return ok
}

// entries checks the entries, as [states] writes them.
func (r *rig) entries(got []execution.Entry, want string) {
	r.t.Helper()
	if s := states(got); s != want {
		r.t.Errorf("calls %q, want %q", s, want)
	}
}

// runs checks how often methods of the connector `items` ran.
func (r *rig) runs(want map[string]int) {
	r.t.Helper()
	for m, n := range want {
		if got := r.items.Runs(m); got != n {
			r.t.Errorf("%s ran %d times, want %d", m, got, n)
		}
	}
}
