package connector

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
)

// fake is a connector whose behaviour is a function.
type fake struct {
	methods []Method
	execute func(context.Context, Call) (json.RawMessage, error)
	revert  func(context.Context, Call, json.RawMessage) error
}

func (f *fake) Describe() Description { return Description{Instructions: "Own.", Methods: f.methods} }

func (f *fake) Execute(ctx context.Context, call Call) (json.RawMessage, error) {
	if f.execute == nil {
		return call.Args, nil
	}
	return f.execute(ctx, call)
}

func (f *fake) Revert(ctx context.Context, call Call, result json.RawMessage) error {
	return f.revert(ctx, call, result)
}

// late is a connector that knows its methods only after a refresh.
type late struct {
	fake
	mu        sync.Mutex // guards the fields below
	known     bool
	refreshed int
	refreshes func() error
}

func (l *late) Describe() Description {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.known {
		return Description{}
	}
	return l.fake.Describe()
}

func (l *late) Refresh(context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refreshed++
	err := l.refreshes()
	l.known = err == nil
	return err
}

// newSet makes a set of connector "items" or ends the test.
func newSet(t *testing.T, c Connector, overrides map[string]Override, secrets ...string) *Set {
	t.Helper()
	s, err := NewSet(SetConfig{Connectors: []Named{{Name: "items", Connector: c, Overrides: overrides}}, Secrets: secrets})
	if err != nil {
		t.Fatalf("NewSet: %v", err)
	}
	return s
}

func ptr[T any](v T) *T { return &v }

// checkError tests the sentinel and a part of the text.
func checkError(t *testing.T, err, want error, text string) {
	t.Helper()
	if err == nil || want != nil && !errors.Is(err, want) || !strings.Contains(err.Error(), text) {
		t.Errorf("got error %v, want one that is %v and says %q", err, want, text)
	}
}

// logTo returns a logger and what it has written.
func logTo() (*slog.Logger, func() string) {
	var mu sync.Mutex
	var buf bytes.Buffer
	w := writer(func(p []byte) (int, error) {
		mu.Lock()
		defer mu.Unlock()
		return buf.Write(p)
	})
	return slog.New(slog.NewTextHandler(w, nil)), func() string {
		mu.Lock()
		defer mu.Unlock()
		return buf.String()
	}
}

type writer func([]byte) (int, error)

func (w writer) Write(p []byte) (int, error) { return w(p) }
