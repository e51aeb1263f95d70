package natsconn

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"

	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/retry"
)

// The headers of a request and of an answer.
const (
	headerID         = "Execution-Id"
	headerRuntime    = "Execution-Runtime"
	headerSeq        = "Execution-Seq"
	headerAttempt    = "Execution-Attempt"
	headerCancel     = "Execution-Cancel"
	headerKey        = "Idempotency-Key"
	headerRetryAfter = "Retry-After-Ms"
)

// errorName is the name of the error that a service answers with.
const errorName = "ServiceError"

// Execute sends the argument to the method's endpoint.
func (c *Connector) Execute(ctx context.Context, call connector.Call) (json.RawMessage, error) {
	e, ok := c.endpoint(call.Method)
	if !ok {
		return nil, &retry.Error{Err: fmt.Errorf("service %s has no endpoint %q yet", c.cfg.Service, call.Method)}
	}
	return c.request(ctx, e.subject, call, call.Args)
}

// Revert sends {"args", "result"} to the endpoint that undoes the method.
func (c *Connector) Revert(ctx context.Context, call connector.Call, result json.RawMessage) error {
	e, ok := c.endpoint(call.Method)
	if !ok || e.revert == "" {
		return &retry.Error{Err: fmt.Errorf("service %s does not say yet what undoes %q", c.cfg.Service, call.Method)}
	}
	body, err := connector.RevertArgs(call.Args, result)
	if err != nil {
		return err
	}
	_, err = c.request(ctx, e.revert, call, body)
	return err
}

func (c *Connector) request(ctx context.Context, subject string, call connector.Call, body []byte) (json.RawMessage, error) {
	name := c.cfg.Service + "." + call.Method
	if ctx.Err() != nil {
		return nil, fmt.Errorf("%s: %w", name, ctx.Err())
	}
	if c.cfg.Conn.IsClosed() || c.cfg.Conn.IsDraining() {
		return nil, &retry.Error{Err: fmt.Errorf("%s: %w", name, nats.ErrConnectionClosed)}
	}
	cancel := fmt.Sprintf("executions.cancel.%s.%s.%d.%d", call.Runtime, call.ExecutionID, call.Seq, call.Attempt)
	msg := nats.NewMsg(subject)
	msg.Data = body
	msg.Header.Set(headerID, string(call.ExecutionID))
	msg.Header.Set(headerRuntime, call.Runtime)
	msg.Header.Set(headerSeq, strconv.Itoa(call.Seq))
	msg.Header.Set(headerAttempt, strconv.Itoa(call.Attempt))
	msg.Header.Set(headerKey, call.IdempotencyKey)
	msg.Header.Set(headerCancel, cancel)
	answer, err := c.cfg.Conn.RequestMsgWithContext(ctx, msg)
	if err != nil {
		return nil, c.requestError(ctx, name, cancel, err)
	}
	return read(answer)
}

// requestError says what a request without an answer means.
func (c *Connector) requestError(ctx context.Context, name, cancel string, err error) error {
	switch {
	case errors.Is(err, nats.ErrNoResponders):
		return &retry.Error{Err: fmt.Errorf("%s: no responders: no instance of service %s is there", name, c.cfg.Service)}
	case ctx.Err() != nil:
		if err := c.cfg.Conn.Publish(cancel, nil); err != nil {
			c.cfg.Logger.Warn("abandoned call not announced", "call", name, "error", err.Error())
		}
		return connector.Timeout(fmt.Errorf("%s: no answer: %w", name, err))
	case errors.Is(err, nats.ErrMaxPayload):
		return connector.Errorf("", "%s: the arguments are larger than the %d bytes that the server takes", name, c.cfg.Conn.MaxPayload())
	case errors.Is(err, nats.ErrReconnectBufExceeded):
		return &retry.Error{Err: fmt.Errorf("%s: %w", name, err)}
	case errors.Is(err, nats.ErrConnectionClosed), errors.Is(err, nats.ErrDisconnected):
		return connector.Timeout(fmt.Errorf("%s: connection lost before the answer: %w", name, err))
	}
	return fmt.Errorf("%s: send request: %w", name, err)
}

// read returns the result that the answer holds, or its error.
func read(answer *nats.Msg) (json.RawMessage, error) {
	code, message := answer.Header.Get(micro.ErrorCodeHeader), answer.Header.Get(micro.ErrorHeader)
	if code == "" && message == "" {
		if len(answer.Data) == 0 {
			return nil, nil
		}
		return answer.Data, nil
	}
	if message == "" {
		message = "the service answered with error code " + code
	}
	err := connector.Errorf(errorName, "%s", message)
	if code != "429" && code != "503" {
		return nil, err
	}
	if ms, parsed := strconv.ParseInt(answer.Header.Get(headerRetryAfter), 10, 64); parsed == nil {
		return nil, retry.After(time.Duration(ms)*time.Millisecond, err)
	}
	return nil, &retry.Error{Err: err}
}
