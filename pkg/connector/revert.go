package connector

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
)

// revertSuffix ends the idempotency key of every revert.
const revertSuffix = ":revert"

// Revert undoes a call that returned result. done is false, without an error, when
// the method cannot be undone. The idempotency key gets the suffix ":revert" unless
// it has it already. Errors are those of [Set.Execute].
func (s *Set) Revert(ctx context.Context, connector string, call Call, result json.RawMessage) (done bool, err error) {
	b, m, err := s.lookup(connector, call.Method)
	if err != nil {
		return false, s.clean(err)
	}
	if !strings.HasSuffix(call.IdempotencyKey, revertSuffix) {
		call.IdempotencyKey += revertSuffix
	}
	do, ok, err := b.reverter(call, result)
	if err != nil || !ok {
		return false, err
	}
	if _, err := s.run(ctx, m, connector+"."+call.Method+" (revert)", do); err != nil {
		return false, err
	}
	return true, nil
}

// Reverts reports whether calls of the method can be undone. It returns the errors of
// [Set.Lookup].
func (s *Set) Reverts(connector, method string) (bool, error) {
	b, m, err := s.lookup(connector, method)
	if err != nil {
		return false, err
	}
	if b.Overrides[method].Revert != "" {
		return true, nil
	}
	_, can := b.Connector.(Reverter)
	return can && m.Reverts, nil
}

// reverter returns what undoes the call: the method that the configuration names,
// else the connector's own way; ok is false when there is neither.
func (b *bound) reverter(call Call, result json.RawMessage) (do func(context.Context) (json.RawMessage, error), ok bool, err error) {
	if by := b.Overrides[call.Method].Revert; by != "" {
		args, err := RevertArgs(call.Args, result)
		if err != nil {
			return nil, false, err
		}
		call.Method, call.Args = by, args
		return func(ctx context.Context) (json.RawMessage, error) { return b.Connector.Execute(ctx, call) }, true, nil
	}
	r, can := b.Connector.(Reverter)
	m, known := b.Connector.Describe().method(call.Method)
	if !can || !known || !m.Reverts {
		return nil, false, nil
	}
	return func(ctx context.Context) (json.RawMessage, error) { return nil, r.Revert(ctx, call, result) }, true, nil
}

// RevertArgs returns {"args", "result"}, what a method that undoes another gets;
// nil becomes null.
func RevertArgs(args, result json.RawMessage) (json.RawMessage, error) {
	text, err := json.Marshal(struct {
		Args   json.RawMessage `json:"args"`
		Result json.RawMessage `json:"result"`
	}{args, result})
	if err != nil {
		return nil, fmt.Errorf("encode arguments of revert: %w", err)
	}
	return text, nil
}
