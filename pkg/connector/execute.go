package connector

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/reprise-run/reprise/pkg/retry"
	"github.com/reprise-run/reprise/pkg/value"
)

// Execute performs one call: arguments checked, the method's timeout applied,
// result and error redacted. It returns what [Connector].Execute returns, and
//
//   - [ErrNoConnector] and [ErrNoMethod];
//   - an [*Error] named "ValidationError" when the arguments fail the schema: the
//     connector was not called;
//   - an error for which [IsTimeout] holds when the method's timeout expires, and
//     a [*retry.Error] instead when the method is read-only;
//   - the cause of ctx when that ended the call;
//   - an [*Error] when the connector panics, or its result is not JSON or nested
//     more deeply than [value.MaxDepth].
//
// It does not look at approvals: that is the engine's.
func (s *Set) Execute(ctx context.Context, connector string, call Call) (json.RawMessage, error) {
	b, m, err := s.lookup(connector, call.Method)
	if err != nil {
		return nil, s.clean(err)
	}
	name := connector + "." + call.Method
	if m.Client {
		return nil, Errorf("", "%s is resolved by a client and never executed", name)
	}
	if err := s.validate(b, m, call.Args); err != nil {
		return nil, s.clean(Errorf("ValidationError", "%s: invalid arguments: %v", name, err))
	}
	return s.run(ctx, m, name, func(ctx context.Context) (json.RawMessage, error) {
		return b.Connector.Execute(ctx, call)
	})
}

// Check checks the arguments of a call without making it. It returns [ErrNoConnector],
// [ErrNoMethod], or an error that says which argument fails the method's schema.
func (s *Set) Check(connector, method string, args json.RawMessage) error {
	b, m, err := s.lookup(connector, method)
	if err != nil {
		return s.clean(err)
	}
	if err := s.validate(b, m, args); err != nil {
		return s.clean(Errorf("ValidationError", "%s.%s: invalid arguments: %v", connector, method, err))
	}
	return nil
}

// run performs one operation of a connector within the method's timeout.
func (s *Set) run(ctx context.Context, m Method, name string, do func(context.Context) (json.RawMessage, error)) (json.RawMessage, error) {
	within, cancel := ctx, context.CancelFunc(func() {})
	if m.Timeout > 0 {
		within, cancel = context.WithTimeout(ctx, m.Timeout)
	}
	defer cancel()
	result, err := s.protect(within, name, do)
	if err != nil && ctx.Err() != nil {
		if ended := endedBy(ctx, name, err); ended != nil {
			return nil, ended
		}
	}
	if err != nil {
		return nil, s.clean(explain(within, m, name, err))
	}
	switch {
	case result == nil:
		return nil, nil
	case value.TooDeep(result): // asked first: what reads it next would recurse, or give up
		return nil, Errorf("", "%s: the connector's result is %v", name, value.ErrTooDeep)
	case !json.Valid(result):
		return nil, Errorf("", "%s: the connector's result is %v", name, value.ErrInvalid)
	}
	return s.Redact(result), nil
}

// validate checks arguments against the method's schema. A panic of the validator,
// which reads what anybody may have written, is an error of the call.
func (s *Set) validate(b *bound, m Method, args json.RawMessage) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errors.New("they cannot be checked against the schema")
			s.logger.Error("schema check panicked", "call", b.Name+"."+m.Name, "panic", p, "stack", string(debug.Stack()))
		}
	}()
	return b.schemas.check(m.Input, args)
}

// protect turns a panic of the connector into an error of the call.
func (s *Set) protect(ctx context.Context, name string, do func(context.Context) (json.RawMessage, error)) (result json.RawMessage, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = Errorf("", "%s: the connector panicked: %v", name, p)
			s.logger.Error("connector panicked", "call", name,
				"error", string(s.Redact([]byte(err.Error()))), "stack", string(debug.Stack()))
		}
	}()
	return do(ctx)
}

// endedBy returns the cause of the pass's ctx if that is why the call failed, else nil.
func endedBy(ctx context.Context, name string, err error) error {
	ended := fmt.Errorf("%s: %w", name, context.Cause(ctx))
	switch {
	case IsTimeout(err):
		return Timeout(ended)
	case errors.Is(err, context.Canceled):
		return ended
	}
	return nil
}

// explain decides what an error means; ctx is that of the call.
func explain(ctx context.Context, m Method, name string, err error) error {
	if _, again := retry.As(err); again || !IsTimeout(err) {
		return err
	}
	if ctx.Err() != nil {
		err = fmt.Errorf("%s: no answer within %v", name, m.Timeout)
	}
	if m.ReadOnly {
		return &retry.Error{Err: err}
	}
	return Timeout(err)
}

// clean rebuilds err without secrets. Whether it asks for a retry or leaves the
// outcome open survives, as do our sentinels and the error's name; whatever else
// it wrapped does not: that could hold a secret.
func (s *Set) clean(err error) error {
	text := string(s.Redact([]byte(err.Error())))
	var named *Error
	if !errors.As(err, &named) {
		named = &Error{}
	}
	var out error = &Error{Name: string(s.Redact([]byte(named.Name))), Message: text}
	for _, sentinel := range []error{ErrNoConnector, ErrNoMethod} {
		if errors.Is(err, sentinel) {
			out = &notFound{sentinel, text}
		}
	}
	if again, ok := retry.As(err); ok {
		return &retry.Error{After: again.After, Err: &Error{Name: named.Name, Message: text}}
	}
	if IsTimeout(err) {
		return Timeout(out)
	}
	return out
}
