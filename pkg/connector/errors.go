package connector

import (
	"errors"
	"fmt"
)

// ErrBadName is returned when a name cannot be the global name of a connector.
var ErrBadName = errors.New("not a connector name")

// ErrDuplicateName is returned when two connectors are configured under one name.
//
//lint:ignore ST1005 the text is part of the contract
var ErrDuplicateName = errors.New("Duplicate connector name")

// ErrBadSchema is returned when a JSON Schema does not compile.
var ErrBadSchema = errors.New("bad JSON Schema")

// ErrBadMethod is returned when the properties of a method contradict each other.
var ErrBadMethod = errors.New("contradictory method")

// notFound is what the script sees when a name leads nowhere.
type notFound struct {
	sentinel error
	text     string
}

func (e *notFound) Error() string { return e.text }
func (e *notFound) Unwrap() error { return e.sentinel }

func noConnector(name string, all []string) error {
	return &notFound{ErrNoConnector, fmt.Sprintf("Connector %q is not configured%s", clip(name, 64), hint(name, all))}
}

func noMethod(connector, method string, methods []Method) error {
	names := make([]string, len(methods))
	for i, m := range methods {
		names[i] = m.Name
	}
	return &notFound{ErrNoMethod, fmt.Sprintf("Method %q not found on %s%s", clip(method, 64), connector, hint(method, names))}
}

func hint(name string, names []string) string {
	near, ok := nearest(name, names)
	if !ok {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", near)
}

// clip shortens s for a message to n characters.
func clip(s string, n int) string {
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	return string(runes[:n]) + "…"
}
