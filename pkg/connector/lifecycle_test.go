package connector

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
)

// keeper is a connector that is told of ends.
type keeper struct {
	during func(ctx context.Context)

	mu    sync.Mutex // guards the field below
	heard []string
}

func (k *keeper) Describe() Description                                  { return Description{} }
func (k *keeper) Execute(context.Context, Call) (json.RawMessage, error) { return nil, nil }
func (k *keeper) PassEnd(ctx context.Context, e End)                     { k.hear(ctx, "pass_end", e) }
func (k *keeper) Dispose(ctx context.Context, e End)                     { k.hear(ctx, "dispose", e) }

func (k *keeper) hear(ctx context.Context, hook string, e End) {
	k.mu.Lock()
	k.heard = append(k.heard, hook+" "+string(e.Status))
	k.mu.Unlock()
	if k.during != nil {
		k.during(ctx)
	}
}

func (k *keeper) all() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.heard)
}

func TestEveryConnectorIsToldOfAnEnd(t *testing.T) {
	t.Parallel()
	configured, discovered := new(keeper), new(keeper)
	s, err := NewSet(SetConfig{Connectors: []Named{{Name: "a", Connector: configured}, {Name: "plain", Connector: plain{}}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Add("b", discovered); err != nil {
		t.Fatal(err)
	}
	s.PassEnd(t.Context(), End{Status: execution.Retrying})
	s.Dispose(t.Context(), End{Status: execution.Completed})
	want := []string{"pass_end retrying", "dispose completed"}
	for name, k := range map[string]*keeper{"configured": configured, "discovered": discovered} {
		if got := k.all(); !slices.Equal(got, want) {
			t.Errorf("the %s one heard %q, want %q", name, got, want)
		}
	}
	s.Remove("b")
	s.Dispose(t.Context(), End{Status: execution.Error})
	if got := discovered.all(); !slices.Equal(got, want) {
		t.Errorf("the one that is gone heard %q", got)
	}
}

// plain has no hooks.
type plain struct{}

func (plain) Describe() Description                                  { return Description{} }
func (plain) Execute(context.Context, Call) (json.RawMessage, error) { return nil, nil }

func TestHooksThatPanicOrHangAreLoggedAndLeft(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		ended := false
		panics := &keeper{during: func(context.Context) { panic("with a secret-token") }}
		hangs := &keeper{during: func(ctx context.Context) { <-ctx.Done(); ended = true; <-release }}
		well := new(keeper)
		var log bytes.Buffer
		s, err := NewSet(SetConfig{
			Connectors: []Named{{Name: "a", Connector: panics}, {Name: "b", Connector: hangs}, {Name: "c", Connector: well}},
			Secrets:    []string{"secret-token"}, Logger: slog.New(slog.NewTextHandler(&log, nil)),
		})
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		s.PassEnd(t.Context(), End{ExecutionID: "01", Status: execution.Paused})
		if took := time.Since(start); took != HookTimeout {
			t.Errorf("PassEnd took %v, want %v", took, HookTimeout)
		}
		synctest.Wait()
		if !ended || len(well.all()) != 1 {
			t.Errorf("the context of the hook has ended: %v; the one that is well heard %q", ended, well.all())
		}
		for _, want := range []string{"hook panicked", "[redacted]", "connector=a", "not waited for", "connector=b", "hook=pass_end", "execution=01"} {
			if !strings.Contains(log.String(), want) {
				t.Errorf("the log lacks %q:\n%s", want, log.String())
			}
		}
		if strings.Contains(log.String(), "secret-token") {
			t.Error("the log has the secret")
		}
		close(release)
	})
}
