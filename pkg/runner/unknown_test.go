package runner

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
)

// abandoned submits code, and makes it an execution whose executor died after it wrote
// the records.
func (x *rig) abandoned(id execution.ID, code string, records ...journal.Record) *stream.Delivery {
	x.t.Helper()
	request := execution.Request{ID: id, Code: code}
	d := x.request(id, request)
	rev := x.put(id, 0, journal.State{
		Status: execution.Running, Attempt: 1, Try: 1, Carrier: journal.Carrier{Seq: d.Seq},
		Seed: string(id), Digest: request.Digest(), StartedAt: time.Now(),
	})
	for n, r := range records {
		if _, err := x.s.Journal().Append(x.t.Context(), x.key(id), rev, n, r); err != nil {
			x.t.Fatal(err)
		}
	}
	x.age(id)
	return d
}

// R3: a call that was in flight when its executor died is decided by its method; one
// that asked for a retry runs again whatever the method says.
func TestUnknownCallIsDecidedByItsMethod(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		method string
		mark   journal.Mark // of the completion that was heard; none: in flight
		status execution.Status
		result string
		runs   int
	}{
		"executed again":      {"echo", "", execution.Completed, `7`, 1},
		"reported":            {"fail_unknown", "", execution.Completed, `"UnknownOutcomeError"`, 0},
		"asked about":         {"ask_unknown", "", execution.Paused, ``, 0},
		"retry, not reported": {"fail_unknown", journal.MarkRetry, execution.Completed, `7`, 1},
		"retry, not asked":    {"ask_unknown", journal.MarkRetry, execution.Completed, `7`, 1},
		"applied":             {"echo", journal.MarkApplied, execution.Completed, `7`, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x, id, seven := newRig(t, nil), newID(), journal.NewValue(json.RawMessage(`7`))
			records := []journal.Record{{Attempt: 1, At: 1, Issued: []journal.Intent{{Seq: 0, Connector: "items", Method: tt.method, Args: seven}}}}
			if tt.mark != "" {
				c := journal.Completion{Mark: tt.mark, At: 2, Attempt: 1}
				if tt.mark == journal.MarkApplied {
					c.Result = seven
				}
				records = append(records, journal.Record{Attempt: 1, At: 2, Done: []journal.Completion{c}})
			}
			d := x.abandoned(id, `async () => { try { return await items.`+tt.method+`(7) } catch (e) { return e.name } }`, records...)
			x.handle(d)
			x.gone(d)
			got := x.state(id).State
			if got.Status != tt.status || tt.result != "" && string(got.Result.JSON) != tt.result {
				t.Errorf("status %s, result %+v; want %s, %s", got.Status, got.Result, tt.status, tt.result)
			}
			if n := x.items.Runs(tt.method); n != tt.runs {
				t.Errorf("the call ran %d times, want %d", n, tt.runs)
			}
			if tt.status == execution.Paused && (len(got.Pending) != 1 || x.entries(id)[0].State != execution.Unknown) {
				t.Errorf("pending %v, entries %+v; want the call, as unknown", got.Pending, x.entries(id))
			}
		})
	}
}
