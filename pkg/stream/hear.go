package stream

import (
	"fmt"
	"strings"

	"github.com/nats-io/nats.go"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// Hear calls do with the key of every execution of the runtime of which an event of
// that name comes, until stop is called. An event is a hint that anybody may have
// sent: do decides on what the journal says. It must not block.
func (s *Stream) Hear(runtime, name string, do func(journal.Key)) (stop func(), err error) {
	sub, err := s.nc.Subscribe(EventSubject(journal.Key{Runtime: runtime, ID: "*"}, name), func(m *nats.Msg) {
		if key, ok := eventKey(m.Subject); ok {
			do(key)
		}
	})
	if err != nil {
		return nil, fmt.Errorf("hear events %s of runtime %s: %w", name, runtime, err)
	}
	return func() { _ = sub.Unsubscribe() }, nil // fails only when the connection is closed
}

// eventKey reads the key out of "executions.event.<runtime>.<id>.<name>".
func eventKey(subject string) (journal.Key, bool) {
	parts := strings.Split(subject, ".")
	if len(parts) != 5 {
		return journal.Key{}, false
	}
	id, err := execution.ParseID(parts[3])
	return journal.Key{Runtime: parts[2], ID: id}, err == nil
}
