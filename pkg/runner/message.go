package runner

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
)

// message is a delivery that has been read.
type message struct {
	*stream.Delivery
	key journal.Key

	request execution.Request  // of a submission
	digest  string             // of the request
	bad     *execution.Failure // the submission is malformed
	wake    stream.WakeBody

	due time.Time // the time that has come, when it lets the execution go on
}

// read reads a delivery. It returns an error for a wake that names no execution:
// nothing can come of it.
func read(d *stream.Delivery) (*message, error) {
	m := &message{Delivery: d, key: journal.Key{Runtime: d.Runtime}}
	if d.IsWake {
		if err := json.Unmarshal(d.Body, &m.wake); err != nil {
			return nil, fmt.Errorf("wake: %w", err)
		}
		id, err := execution.ParseID(m.wake.ID)
		if err != nil {
			return nil, fmt.Errorf("wake: %w", err)
		}
		m.key.ID = id
		return m, nil
	}
	m.submission()
	return m, nil
}

// submission reads a submission; a malformed one is kept as a failure, under its
// own id where that can be read and under the derived one where it cannot.
func (m *message) submission() {
	request, err := execution.Parse(m.Body)
	id := request.ID
	if header := strings.TrimSpace(m.MsgID); header != "" && err == nil {
		fromHeader, headerErr := execution.ParseID(header)
		switch {
		case headerErr != nil:
			err = fmt.Errorf("header Nats-Msg-Id: %w", headerErr)
		case id == "":
			id = fromHeader
		case id != fromHeader:
			err = fmt.Errorf("id: %s differs from the header Nats-Msg-Id, %s", id, fromHeader)
			id = ""
		}
	}
	if err != nil && id == "" {
		// A malformed body under a good header is still that execution's.
		if fromHeader, headerErr := execution.ParseID(strings.TrimSpace(m.MsgID)); headerErr == nil && request.ID == "" {
			id = fromHeader
		}
	}
	if id == "" {
		id = execution.DeriveID(stream.StreamName, m.Time, m.Seq)
	}
	request.ID = id
	m.key.ID, m.request, m.digest = id, request, request.Digest()
	switch {
	case err != nil:
		m.bad = &execution.Failure{Kind: execution.KindError, Reason: execution.ReasonRequest, Message: err.Error()}
	case len(request.Code) > execution.MaxSourceBytes:
		m.bad = &execution.Failure{Kind: execution.KindError, Reason: execution.ReasonSource, Message: fmt.Sprintf(
			"the source is too large to record durably: %d bytes, the limit is %d; more is never stored", len(request.Code), execution.MaxSourceBytes)}
	}
}
