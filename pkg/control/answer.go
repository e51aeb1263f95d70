package control

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"

	"github.com/reprise-run/reprise/pkg/execution"
)

// accept works on the request beside the others.
func (s *Service) accept(ctx context.Context, runtime string, op operation, r micro.Request) {
	s.seen.Add(1)
	// Copied: the request belongs to the library once this returns.
	c, reply := call{runtime: runtime, body: r.Data()}, r.Reply()
	if ctx.Err() != nil {
		s.answer(op, reply, nil, context.Cause(ctx))
		return
	}
	select {
	case s.slots <- struct{}{}:
	default:
		s.answer(op, reply, nil, refuse(http.StatusServiceUnavailable, "this executor works on %d requests already; ask again", s.cfg.MaxRequests))
		return
	}
	if !s.begin() {
		<-s.slots
		s.answer(op, reply, nil, errStopping)
		return
	}
	go func() {
		defer s.work.Done()
		defer func() { <-s.slots }()
		result, err := s.perform(ctx, op, c)
		s.answer(op, reply, result, err)
	}()
}

// begin counts a request that is worked on, unless the service has ended: one that
// comes as late as that finds nobody who would wait for it.
func (s *Service) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return false
	}
	s.work.Add(1)
	return true
}

// quiet is how long no request may come before the service counts as left alone.
const quiet = 50 * time.Millisecond

// awaitQuiet waits until the requests that the server had sent before it heard of
// the end have been taken. The library does not tell when a drained subscription
// has handed over its last message.
func (s *Service) awaitQuiet() {
	if err := s.s.Conn().FlushTimeout(s.cfg.Timeout); err != nil {
		return // nothing comes any more
	}
	tick := time.NewTicker(quiet)
	defer tick.Stop()
	for before := int64(-1); ; {
		now := s.seen.Load()
		if now == before {
			return
		}
		before = now
		<-tick.C
	}
}

// perform runs the operation within its time; a panic is its error.
func (s *Service) perform(ctx context.Context, op operation, c call) (result any, err error) {
	defer func() {
		if p := recover(); p != nil {
			s.log.Error("operation panicked", "operation", op.name, "panic", fmt.Sprint(p))
			result, err = nil, refuse(http.StatusInternalServerError, "%s: internal error", op.name)
		}
	}()
	if !op.long {
		short, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.cfg.Timeout)
		defer cancel()
		ctx = short
	}
	return op.run(ctx, c)
}

// answer sends the result, or the error in the headers of a service. It does not go
// through the library's Respond, which is for the goroutine of the handler alone.
func (s *Service) answer(op operation, reply string, result any, err error) {
	if reply == "" {
		return
	}
	m := nats.NewMsg(reply)
	if err == nil {
		m.Data, err = s.encode(result)
	}
	if err != nil {
		refused := refusal(err)
		if refused.Code >= http.StatusInternalServerError {
			s.log.Warn("operation failed", "operation", op.name, "error", err.Error())
		}
		m.Data = nil
		m.Header.Set(micro.ErrorCodeHeader, strconv.Itoa(refused.Code))
		m.Header.Set(micro.ErrorHeader, headerText(refused.Message))
	}
	if err := s.s.Conn().PublishMsg(m); err != nil {
		s.log.Warn("answer request", "operation", op.name, "error", err.Error())
	}
}

// encode writes the answer, made to fit into a message.
func (s *Service) encode(result any) ([]byte, error) {
	limit := int(s.s.Conn().MaxPayload())
	switch r := result.(type) {
	case execution.Record:
		return fitRecord(r, limit)
	case execution.Outcome:
		return fitOutcome(r, limit)
	}
	body, err := encoded(result)
	if err != nil {
		return nil, fmt.Errorf("encode answer: %w", err)
	}
	if len(body) <= limit {
		return body, nil
	}
	if sn, ok := result.(execution.Snippet); ok {
		return fitSnippet(sn)
	}
	return nil, fmt.Errorf("the answer has %d bytes, a message of this server at most %d", len(body), limit)
}

// encoded is [json.Marshal] without the escapes that only HTML needs: values have the
// size that they are stored with.
func encoded(v any) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), err
}

// headerText makes a text fit for a header: one line, not endless.
func headerText(s string) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' }), " ")
	const most = 8 << 10
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return cmp.Or(s, "error")
}
