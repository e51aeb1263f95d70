package stream

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// answerWait is how long a running pass has to say whether it waits for a signal. It
// answers at once, unless its executor is gone.
const answerWait = 500 * time.Millisecond

// heard is the answer of the executor that runs the pass.
type heard struct {
	Awaited bool `json:"awaited"`
}

// TellSignal publishes the event that a signal came, for a pass that runs, and for
// whoever else listens. ask waits for the pass to say whether the code waits for it; without an
// answer it does not. Events are hints: what is not heard is found in the inbox.
func (s *Stream) TellSignal(ctx context.Context, key journal.Key, name string, ask bool) (awaited bool, err error) {
	body, err := json.Marshal(execution.SignalEvent{ExecutionID: key.ID, Name: name})
	if err != nil {
		return false, fmt.Errorf("encode event: %w", err)
	}
	if !ask {
		return false, Event(s.nc, key, execution.EventSignal, body)
	}
	ctx, cancel := context.WithTimeout(ctx, answerWait)
	defer cancel()
	m, err := s.nc.RequestWithContext(ctx, EventSubject(key, execution.EventSignal), body)
	if err != nil {
		return false, fmt.Errorf("tell the pass of %s: %w", key, err)
	}
	var answer heard
	if err := json.Unmarshal(m.Data, &answer); err != nil {
		return false, fmt.Errorf("read the answer of the pass of %s: %w", key, err)
	}
	return answer.Awaited, nil
}

// HearSignals calls tell with every event [Stream.TellSignal] of a runtime, until stop
// is called. tell says whether the execution's pass runs here, and whether its code
// waits for the signal; it must not block.
func (s *Stream) HearSignals(runtime string, tell func(key journal.Key, name string) (here, awaited bool)) (stop func(), err error) {
	subject := EventSubject(journal.Key{Runtime: runtime, ID: "*"}, execution.EventSignal)
	sub, err := s.nc.Subscribe(subject, func(m *nats.Msg) {
		var e execution.SignalEvent
		parts := strings.Split(m.Subject, ".")
		if len(parts) != 5 || json.Unmarshal(m.Data, &e) != nil {
			return // somebody else's: the subject is open to all who may publish there
		}
		here, awaited := tell(journal.Key{Runtime: runtime, ID: execution.ID(parts[3])}, e.Name)
		if !here || m.Reply == "" {
			return
		}
		answer, err := json.Marshal(heard{awaited})
		if err == nil {
			err = m.Respond(answer)
		}
		if err != nil {
			s.log.Debug("answer event", "execution", parts[3], "error", err)
		}
	})
	if err != nil {
		return nil, fmt.Errorf("listen for signals of runtime %s: %w", runtime, err)
	}
	return func() { _ = sub.Unsubscribe() }, nil // an error: the connection is closed, and it with it
}
