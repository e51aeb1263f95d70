package connector

import (
	"encoding/json"
	"fmt"
	"time"
)

// Override changes a method of a configured connector. Nil and empty fields leave
// the method as it is.
type Override struct {
	Description *string
	Input       json.RawMessage // JSON Schema of the argument
	Output      json.RawMessage // JSON Schema of the result

	RequiresApproval *bool
	Reexecute        *bool
	ReadOnly         *bool
	Client           *bool
	OnUnknown        OnUnknown
	Timeout          *time.Duration

	// Revert names the method that undoes this one. It is called with
	// {"args", "result"} of the call to be undone.
	Revert string
}

func (o Override) apply(m Method) Method {
	set(&m.Description, o.Description)
	set(&m.RequiresApproval, o.RequiresApproval)
	set(&m.Reexecute, o.Reexecute)
	set(&m.ReadOnly, o.ReadOnly)
	set(&m.Client, o.Client)
	set(&m.Timeout, o.Timeout)
	if o.Input != nil {
		m.Input = o.Input
	}
	if o.Output != nil {
		m.Output = o.Output
	}
	if o.OnUnknown != "" {
		m.OnUnknown = o.OnUnknown
	}
	m.Reverts = m.Reverts || o.Revert != ""
	return m
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

// Check returns [ErrBadMethod] when the method's properties contradict each other,
// and [ErrBadSchema] when a schema does not compile.
func (m Method) Check() error {
	switch {
	case m.RequiresApproval && m.Reexecute:
		return fmt.Errorf("method %q: %w: requiresApproval and replay: reexecute cannot be combined: nobody approves a call anew on every pass", m.Name, ErrBadMethod)
	case m.Client && m.Reexecute:
		return fmt.Errorf("method %q: %w: resolution: client and replay: reexecute cannot be combined: the client's result would never be kept", m.Name, ErrBadMethod)
	}
	switch m.OnUnknown {
	case "", OnUnknownReexecute, OnUnknownFail, OnUnknownAsk:
	default:
		return fmt.Errorf("method %q: %w: onUnknown %q is none of reexecute, fail and ask", m.Name, ErrBadMethod, m.OnUnknown)
	}
	if m.Timeout < 0 {
		return fmt.Errorf("method %q: %w: timeout %v is negative", m.Name, ErrBadMethod, m.Timeout)
	}
	if err := CheckSchema(m.Input); err != nil {
		return fmt.Errorf("method %q: input: %w", m.Name, err)
	}
	if err := CheckSchema(m.Output); err != nil {
		return fmt.Errorf("method %q: output: %w", m.Name, err)
	}
	return nil
}
