package stream

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	// A request may be repeated, so the first try is short: its answer is lost with
	// the connection that it travelled on, or with a leader. Later tries are longer.
	tryTimeout, longestTry = time.Second, 4 * time.Second

	// slowLink is how many bytes a slow link moves in a second: what is large has
	// more time.
	slowLink = 256 << 10

	codeWrongLast jetstream.ErrorCode = 10071 // the fence holds: another write came first
	codeInFlight  jetstream.ErrorCode = 10164 // a cluster is still deciding on another write
	codeNoMessage jetstream.ErrorCode = 10037
	codeTooLarge  jetstream.ErrorCode = 10054
	codeNoPeers   jetstream.ErrorCode = 10005 // too few servers of the cluster can take an asset
)

// pubAck is the answer to a publish.
type pubAck struct {
	Stream    string              `json:"stream"`
	Seq       uint64              `json:"seq"`
	Duplicate bool                `json:"duplicate"`
	Error     *jetstream.APIError `json:"error"`
}

// publish stores one message: one try. The server's refusals are
// [*jetstream.APIError]s; those that a repetition cannot change wrap [ErrRefused].
func publish(ctx context.Context, nc *nats.Conn, m *nats.Msg, w *backoff) (pubAck, error) {
	reply, err := request(ctx, nc, m, w.try)
	if err != nil {
		return pubAck{}, err
	}
	ack, ok := plainAck(reply.Data)
	if ok {
		return ack, nil
	}
	switch err := json.Unmarshal(reply.Data, &ack); {
	case err != nil:
		return pubAck{}, fmt.Errorf("read the publish answer: %w", err)
	case ack.Error != nil:
		return pubAck{}, refusal(ack.Error)
	case ack.Seq == 0:
		return pubAck{}, fmt.Errorf("read the publish answer: %q is none", clip(reply.Data))
	}
	return ack, nil
}

// plainAck reads the answer to most publishes: {"stream":"…","seq":…} and nothing else.
func plainAck(text []byte) (ack pubAck, ok bool) {
	rest, ok := bytes.CutPrefix(text, []byte(`{"stream":"`))
	if !ok {
		return pubAck{}, false
	}
	name, rest, ok := bytes.Cut(rest, []byte(`","seq":`))
	number, closed := bytes.CutSuffix(rest, []byte("}"))
	if !ok || !closed || bytes.ContainsAny(name, `"\`) {
		return pubAck{}, false
	}
	for _, c := range number {
		if c < '0' || c > '9' {
			return pubAck{}, false
		}
	}
	seq, err := strconv.ParseUint(string(number), 10, 64)
	return pubAck{Stream: string(name), Seq: seq}, err == nil && seq > 0
}

// request sends m and waits for the answer, for one try's time at most.
func request(ctx context.Context, nc *nats.Conn, m *nats.Msg, timeout time.Duration) (*nats.Msg, error) {
	timeout += time.Duration(len(m.Data)) * time.Second / slowLink
	try, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	reply, err := nc.RequestMsgWithContext(try, m)
	switch {
	case err == nil:
		return reply, nil
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case errors.Is(err, context.DeadlineExceeded):
		return nil, fmt.Errorf("no answer in %v on %s: %w", timeout, m.Subject, nats.ErrTimeout)
	case errors.Is(err, nats.ErrMaxPayload):
		return nil, fmt.Errorf("%d bytes to %s: %w", len(m.Data), m.Subject, errors.Join(ErrTooLarge, ErrRefused))
	}
	return nil, fmt.Errorf("ask %s: %w", m.Subject, err)
}

// refusal marks what no repetition can change.
func refusal(e *jetstream.APIError) error {
	switch {
	case e.ErrorCode == codeTooLarge:
		return fmt.Errorf("%w: %w: %w", ErrTooLarge, ErrRefused, e)
	case e.Code == http.StatusBadRequest && e.ErrorCode != codeWrongLast && e.ErrorCode != codeInFlight:
		return fmt.Errorf("%w: %w", ErrRefused, e)
	}
	return e
}

// uncertain reports whether the request behind err may have been carried out.
func uncertain(err error) bool {
	var refused *jetstream.APIError
	return !errors.As(err, &refused) && !errors.Is(err, nats.ErrNoResponders) && !errors.Is(err, ErrRefused)
}

// hasCode reports whether err is the server's refusal with this code.
func hasCode(err error, code jetstream.ErrorCode) bool {
	var refused *jetstream.APIError
	return errors.As(err, &refused) && refused.ErrorCode == code
}

func isNotFound(err error) bool { return hasCode(err, codeNoMessage) }

// call asks the JetStream API, and repeats until it gets an answer or ctx ends.
// Refusals of the request itself are [*jetstream.APIError]s and returned at once.
func (s *Stream) call(ctx context.Context, op string, in, out any) error {
	m := &nats.Msg{Subject: s.api + op}
	if in != nil {
		body, err := json.Marshal(in)
		if err != nil {
			return fmt.Errorf("encode request: %w", err)
		}
		m.Data = body
	}
	for w := newBackoff(); ; {
		err := s.ask(ctx, m, out, w.try)
		var refused *jetstream.APIError
		if err == nil || errors.As(err, &refused) && refused.Code < http.StatusInternalServerError {
			return err
		}
		if err := w.wait(ctx, err); err != nil {
			return err
		}
	}
}

// ask asks the JetStream API once.
func (s *Stream) ask(ctx context.Context, m *nats.Msg, out any, timeout time.Duration) error {
	reply, err := request(ctx, s.nc, m, timeout)
	if err != nil {
		return err
	}
	var refused struct {
		Error *jetstream.APIError `json:"error"`
	}
	if bytes.Contains(reply.Data, []byte(`"error"`)) { // answers may have megabytes: one look is enough
		if err := json.Unmarshal(reply.Data, &refused); err != nil {
			return fmt.Errorf("read the answer of %s: %w", m.Subject, err)
		}
	}
	if refused.Error != nil {
		return refused.Error
	}
	return json.Unmarshal(reply.Data, out)
}

// storedMsg is a message as its leader returns it.
type storedMsg struct {
	Subject string    `json:"subject"`
	Seq     uint64    `json:"seq"`
	Header  []byte    `json:"hdrs"`
	Data    []byte    `json:"data"`
	Time    time.Time `json:"time"`
}

// leaderGet reads one message from the leader: never a stale replica's word.
func (s *Stream) leaderGet(ctx context.Context, stream string, query map[string]any) (storedMsg, error) {
	var out struct {
		Message storedMsg `json:"message"`
	}
	err := s.call(ctx, "STREAM.MSG.GET."+stream, query, &out)
	return out.Message, err
}

// leaderLast reads the last message of a subject from the leader.
func (s *Stream) leaderLast(ctx context.Context, stream, subject string) (storedMsg, error) {
	return s.leaderGet(ctx, stream, map[string]any{"last_by_subj": subject})
}

// backoff spaces repetitions: 5 ms, doubling up to 1 s, with jitter. The time that
// a try has grows with each one that got no answer.
type backoff struct{ next, try time.Duration }

func newBackoff() *backoff { return &backoff{next: 5 * time.Millisecond, try: tryTimeout} }

// wait waits before the next try. When ctx ends first it returns an error that
// wraps the cause of ctx and tells the reason of the repetition.
func (b *backoff) wait(ctx context.Context, reason error) error {
	if hasCode(reason, codeInFlight) {
		return pause(ctx, time.Millisecond+rand.N(4*time.Millisecond), reason)
	}
	if errors.Is(reason, nats.ErrTimeout) {
		b.try = min(b.try*2, longestTry)
	}
	d := b.next/2 + rand.N(b.next/2+1)
	b.next = min(b.next*2, time.Second)
	return pause(ctx, d, reason)
}

func pause(ctx context.Context, d time.Duration, reason error) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		cause := context.Cause(ctx)
		if reason == nil || errors.Is(reason, cause) {
			return cause
		}
		return fmt.Errorf("%w; last refusal: %w", cause, reason)
	}
}

func clip(b []byte) string { return string(b[:min(len(b), 80)]) }
