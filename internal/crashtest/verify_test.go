package crashtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// callKey is the idempotency key of a call.
func callKey(key journal.Key, seq int) string { return fmt.Sprintf("%s:%d", key.ID, seq) }

// verify checks everything that must hold at the end of a run. known are the
// calls that were journaled as applied at the cut, with how often they had run;
// cuts is how often the execution lost its executor. Of rivals, each may have taken the
// execution over from the other: then a call ran no more often than records name it.
func (l *life) verify(s scenario, want string, known map[string]int, cuts int) {
	l.t.Helper()
	if got := l.outcome(s); want != "" && got != want {
		l.t.Errorf("outcome\n%s\nwant that of an uncut run\n%s", got, want)
	}
	l.verifyHistory(s)
	l.verifyRuns(known, cuts)
	if l.queued() != 0 {
		l.t.Errorf("%d messages are left in the queue", l.queued())
	}
	if l.scheduled() {
		l.t.Error("a schedule is left")
	}
}

// verifyRuns counts executions of calls.
func (l *life) verifyRuns(known map[string]int, cuts int) {
	l.t.Helper()
	ran := l.items.ByKey()
	var named map[int]int
	if l.rivals {
		named = invocations(l.t, l.key, l.tap.history(l.key))
	}
	for key, n := range known {
		if ran[key] != n {
			l.t.Errorf("call %s was journaled as applied after %d runs, and ran %d times in the end", key, n, ran[key])
		}
	}
	for key, n := range ran {
		seq, err := strconv.Atoi(strings.TrimPrefix(key, string(l.key.ID)+":"))
		if err != nil {
			l.t.Errorf("call %s is of no execution", key)
		}
		if n > max(1+cuts, named[seq]) {
			l.t.Errorf("call %s ran %d times with %d cuts, and is named %d times", key, n, cuts, named[seq])
		}
	}
}

// verifyHistory checks the writes, and that the journal can be read.
func (l *life) verifyHistory(s scenario) {
	l.t.Helper()
	st, ok := l.state()
	if !ok {
		l.t.Fatal("no state")
	}
	var history []write
	l.await("the tap to hear the last write", func() bool {
		history = l.tap.history(l.key)
		return len(history) > 0 && history[len(history)-1].seq >= uint64(st.Revision)
	})
	if s.ends.Terminal() {
		fenced(l.t, l.key, history)
	}
	log := l.fold()
	for i, e := range log.Entries {
		if e.Seq != i {
			l.t.Errorf("entry %d has seq %d", i, e.Seq)
		}
	}
}

func (l *life) fold() *journal.Log {
	l.t.Helper()
	st, _, records, err := l.stream.View(l.t.Context(), l.key)
	if err != nil {
		l.t.Fatalf("read journal: %v", err)
	}
	log, err := journal.Fold(st.State, records)
	if err != nil {
		l.t.Fatalf("fold journal: %v", err)
	}
	return log
}

// outcome is what people see of the end, without what may differ between two
// runs: times, attempts, and results of a method that counts its runs.
func (l *life) outcome(s scenario) string {
	l.t.Helper()
	c, err := control.NewClient(control.ClientConfig{Conn: l.nc, Runtime: l.key.Runtime, Timeout: natstest.StartWait})
	if err != nil {
		l.t.Fatal(err)
	}
	var r execution.Record
	l.await("an answer of the API", func() bool { // one that stops may take a question with it
		r, err = c.Get(l.t.Context(), l.key.ID)
		return !errors.Is(err, control.ErrUnavailable) && !errors.Is(err, control.ErrNoExecutor)
	})
	if err != nil {
		l.t.Fatalf("get: %v", err)
	}
	type call struct {
		Seq            int
		Name           string
		Args, Result   json.RawMessage
		Error          *execution.CallError
		State          execution.EntryState
		Approval, Made bool
	}
	var calls []call
	for _, e := range r.Calls {
		k := call{e.Seq, e.Connector + "." + e.Method, e.Args, e.Result, e.Error, e.State, e.RequiresApproval, e.StartedAt != nil}
		if s.rough && strings.HasPrefix(e.Method, "retry") {
			k.Result = nil
		}
		calls = append(calls, k)
	}
	text, err := json.MarshalIndent(map[string]any{
		"status": r.Status, "result": r.Result, "error": r.Error, "failure": r.Failure, "calls": calls, "pending": len(r.Pending), "code": r.Code,
	}, "", " ")
	if err != nil {
		l.t.Fatal(err)
	}
	return string(text)
}
