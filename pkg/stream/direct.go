package stream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// maxReadBytes bounds one answer of a direct read. The server cuts a larger one, and
// says so only in its last message.
const maxReadBytes = 16 << 20

// multiLast is the request for the last messages of literal subjects.
func multiLast(subjects []string) ([]byte, error) {
	body, err := json.Marshal(struct {
		Subjects []string `json:"multi_last"`
		MaxBytes int      `json:"max_bytes"`
	}{subjects, maxReadBytes})
	if err != nil {
		return nil, fmt.Errorf("encode request: %w", err)
	}
	return body, nil
}

// nextMsgs reads the messages of a subject from a sequence on, at most so many, from
// any replica. complete is false when there are more.
func (s *Stream) nextMsgs(ctx context.Context, stream, subject string, seq uint64, most int, each func(*nats.Msg) error) (complete bool, err error) {
	body, err := json.Marshal(struct {
		Subject  string `json:"next_by_subj"`
		Seq      uint64 `json:"seq"`
		Batch    int    `json:"batch"`
		MaxBytes int    `json:"max_bytes"`
	}{subject, seq, most, maxReadBytes})
	if err != nil {
		return false, fmt.Errorf("encode request: %w", err)
	}
	complete, err = s.lastMsgs(ctx, stream, body, most, each)
	if errors.Is(err, errNotStored) {
		return true, nil
	}
	return complete, err
}

// lastMsgs reads the last messages of literal subjects, at most so many, from any
// replica, in one request, and hands them on as they come. Missing ones are left out.
// complete is false when the answer was cut.
func (s *Stream) lastMsgs(ctx context.Context, stream string, body []byte, most int, each func(*nats.Msg) error) (complete bool, err error) {
	inbox := s.nc.NewInbox()
	// Room for every answer and the end of them: nothing is dropped. (The client's
	// own default would be half a megabyte.)
	answers := make(chan *nats.Msg, most+2)
	sub, err := s.nc.ChanSubscribe(inbox, answers)
	if err != nil {
		return false, fmt.Errorf("subscribe for an answer: %w", err)
	}
	defer func() { _ = sub.Unsubscribe() }()
	if err := s.nc.PublishRequest(s.api+"DIRECT.GET."+stream, inbox, body); err != nil {
		return false, fmt.Errorf("ask for messages: %w", err)
	}
	timeout := time.NewTimer(longestTry)
	defer timeout.Stop()
	for {
		m, err := nextAnswer(ctx, answers, timeout)
		if err != nil {
			return false, fmt.Errorf("read from %s: %w", stream, err)
		}
		if status := m.Header.Get("Status"); status != "" {
			return endOfRead(m, status)
		}
		if err := each(m); err != nil {
			return false, err
		}
	}
}

func nextAnswer(ctx context.Context, answers <-chan *nats.Msg, timeout *time.Timer) (*nats.Msg, error) {
	select {
	case m := <-answers: // usually there are more than one
		return m, nil
	default:
	}
	timeout.Reset(longestTry)
	select {
	case m := <-answers:
		return m, nil
	case <-timeout.C:
		return nil, fmt.Errorf("no answer in %v: %w", longestTry, nats.ErrTimeout)
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// errNotStored says that a message vanished during the read, or of a read from a
// sequence on, that there is none yet.
var errNotStored = errors.New("read refused: 404 Message Not Found")

// endOfRead judges the message that ends an answer.
func endOfRead(m *nats.Msg, status string) (complete bool, err error) {
	switch status {
	case "204":
		return m.Header.Get("Nats-Num-Pending") == "0", nil
	case "404":
		switch m.Header.Get("Description") {
		case "No Results":
			return true, nil
		case "Message Not Found":
			return false, errNotStored
		}
	case "503":
		return false, nats.ErrNoResponders
	}
	return false, fmt.Errorf("read refused: %s %s", status, m.Header.Get("Description"))
}

func directMsg(m *nats.Msg) (storedMsg, error) {
	seq, err := directSeq(m)
	if err != nil {
		return storedMsg{}, err
	}
	at, err := time.Parse(time.RFC3339Nano, m.Header.Get(jetstream.TimeStampHeaer))
	if err != nil {
		return storedMsg{}, fmt.Errorf("read a stored message: time: %w", err)
	}
	stored := storedMsg{Subject: m.Header.Get(jetstream.SubjectHeader), Seq: seq, Data: m.Data, Time: at}
	for _, name := range []string{"KV-Operation", "Nats-Marker-Reason"} {
		if v := m.Header.Get(name); v != "" {
			stored.Header = fmt.Appendf(stored.Header, "%s: %s\r\n", name, v)
		}
	}
	return stored, nil
}

// directSeq returns the sequence of a message in its stream.
func directSeq(m *nats.Msg) (uint64, error) {
	seq, err := strconv.ParseUint(m.Header.Get(jetstream.SequenceHeader), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("read a stored message: sequence: %w", err)
	}
	return seq, nil
}
