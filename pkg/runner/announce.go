package runner

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
)

// announcer publishes what happens in one pass.
type announcer struct {
	*Runner
	key     journal.Key
	attempt int
	text    []byte // memory for the next event
}

// keptEventBytes is how large an event may be whose memory is used again.
const keptEventBytes = 16 << 10

// Call announces that an entry changed: an [execution.CallEvent]. There are two with
// every call, and one with every replayed call.
func (a *announcer) Call(e execution.Entry) {
	raw := append(a.text[:0], `{"executionId":"`...)
	raw = append(raw, a.key.ID...)
	raw = append(raw, `","pass":`...)
	raw = append(strconv.AppendInt(raw, int64(a.attempt), 10), ',')
	raw = append(journal.AppendEntry(raw, &e), '}')
	a.send(a.key, execution.EventCall, raw, "")
	if a.text = raw; cap(raw) > keptEventBytes {
		a.text = nil
	}
}

// Log announces a line of the console.
func (a *announcer) Log(line string, replay bool) {
	a.announce(a.key, execution.EventLog, execution.LogEvent{ExecutionID: a.key.ID, Attempt: a.attempt, Line: line, Replay: replay})
}

func (r *Runner) announceStart(key journal.Key, s journal.State) {
	r.announce(key, execution.EventStarted, execution.StartedEvent{ExecutionID: key.ID, Attempt: s.Attempt, Executor: s.Executor})
}

// announceEnd announces how a pass ended, after the write that says so.
func (r *Runner) announceEnd(key journal.Key, s journal.State, log *journal.Log, lines []string) {
	attrs := []any{"runtime", key.Runtime, "execution", key.ID, "attempt", s.Attempt, "status", s.Status}
	if s.Failure != nil {
		attrs = append(attrs, "reason", s.Failure.Reason, "message", clip(s.Failure.Message, shownText))
	}
	r.cfg.Logger.Info("pass settled", attrs...)
	status := execution.StatusEvent{ExecutionID: key.ID, Status: s.Status}
	rests := status
	if s.Status != execution.Retrying { // which has an event of its own
		rests.RetryAt, rests.Signals = s.RetryAt, s.Signals
	}
	r.announce(key, execution.EventPassEnd, rests)
	if s.Status == execution.Retrying {
		r.announce(key, execution.EventRetrying, execution.RetryingEvent{
			ExecutionID: key.ID, Attempt: s.Attempt, Failure: s.Failure, RetryAt: *s.RetryAt, DelayMs: s.DelayMs,
		})
	}
	if name, ok := execution.EndEvent(s.Status); ok {
		r.announce(key, name, Outcome(key, s, log, lines))
	}
	if s.Status.Terminal() {
		r.announce(key, execution.EventDispose, status)
	}
	r.tellEnd(key, s)
}

// Outcome returns what the submitter of an execution in this state is told.
func Outcome(key journal.Key, s journal.State, log *journal.Log, lines []string) execution.Outcome {
	o := execution.Outcome{
		Status: s.Status, ExecutionID: key.ID, Error: s.Error, Failure: s.Failure, Logs: lines,
		Calls: log.Shown(s.View()), Attempt: s.Attempt, RetryAt: s.RetryAt,
	}
	if s.Status == execution.Completed {
		o.Error, o.Failure, o.ResultOmitted = "", nil, s.Omitted
		if o.Result = s.Result.Shown(); o.Result == nil {
			o.Result = json.RawMessage("null")
		}
	}
	o.Pending = s.PendingCalls(key.ID)
	return o
}

// announce publishes an event.
func (r *Runner) announce(key journal.Key, name string, body any) {
	var raw []byte
	var err error
	var status execution.Status
	if o, ok := body.(execution.Outcome); ok {
		status = o.Status
		raw, err = outcomeText(o)
	} else {
		raw, err = json.Marshal(body)
	}
	if err != nil {
		r.cfg.Logger.Debug("encode event", "execution", key.ID, "event", name, "err", err)
		return
	}
	r.send(key, name, raw, status)
}

// send publishes the text of an event. In place of one that is larger than a message
// may be goes one without an id: events are hints, and its reader asks for the record.
func (r *Runner) send(key journal.Key, name string, raw []byte, status execution.Status) {
	var err error
	if int64(len(raw)) > r.cfg.Stream.Conn().MaxPayload() {
		raw, err = json.Marshal(execution.StatusEvent{Status: status})
	}
	if err == nil {
		err = stream.Event(r.cfg.Stream.Conn(), key, name, raw)
	}
	if err != nil {
		r.cfg.Logger.Debug("publish event", "execution", key.ID, "event", name, "err", err)
	}
}

// outcomeText is the JSON of an outcome; its calls, which may be many, come last.
func outcomeText(o execution.Outcome) ([]byte, error) {
	calls := o.Calls
	o.Calls = nil
	head, err := json.Marshal(struct {
		execution.Outcome
		Calls any `json:"calls,omitempty"` // takes the field's place
	}{Outcome: o})
	if err != nil {
		return nil, err
	}
	raw := make([]byte, 0, len(head)+256*len(calls)+16)
	raw = append(raw, head[:len(head)-1]...)
	raw = append(raw, `,"calls":[`...)
	for i := range calls {
		if i > 0 {
			raw = append(raw, ',')
		}
		raw = append(journal.AppendEntry(append(raw, '{'), &calls[i]), '}')
	}
	return append(raw, `]}`...), nil
}

// shownText bounds the texts of others in the log, in bytes.
const shownText = 500

// clip shortens a text to about n bytes.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}
