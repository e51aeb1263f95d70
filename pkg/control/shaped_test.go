package control

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// shaping returns a client with a transform.
func (b *bench) shaping(f func(json.RawMessage) (json.RawMessage, error)) *Client {
	b.t.Helper()
	c, err := NewClient(ClientConfig{Conn: b.s.Conn(), Timeout: natstest.StartWait, Transform: f})
	if err != nil {
		b.t.Fatalf("new client: %v", err)
	}
	return c
}

func wrap(raw json.RawMessage) (json.RawMessage, error) {
	return append(append(json.RawMessage(`{"shaped":`), raw...), '}'), nil
}

func TestTransformChangesOnlyWhatTheCallerGets(t *testing.T) {
	t.Parallel()
	b := setup(t, natstest.Options{})
	b.serve(ServiceConfig{})
	w := b.claimed(execution.Request{ID: at(1), Code: "x"})
	// First paused, as before an approval, then completed.
	w.settle(execution.Paused, nil)
	c := b.shaping(wrap)
	if got, err := c.Wait(t.Context(), at(1), Follow{}); err != nil || got.Status != execution.Paused || got.Result != nil {
		t.Errorf("paused: %+v, %v; want no result", got, err)
	}
	w.settle(execution.Completed, func(s *journal.State) { s.Result = text(`{"id":1,"title":"z"}`) })
	if got, err := c.Wait(t.Context(), at(1), Follow{}); err != nil || string(got.Result) != `{"shaped":{"id":1,"title":"z"}}` {
		t.Errorf("completed: %s, %v", got.Result, err)
	}
	if r, err := c.Get(t.Context(), at(1)); err != nil || string(r.Result) != `{"id":1,"title":"z"}` {
		t.Errorf("the record has %s, %v; want the result as it was", r.Result, err)
	}
	got, err := c.Execute(t.Context(), execution.Request{ID: at(2), Code: "x"}, Follow{OnReceipt: func(Receipt) {
		b.claimed(execution.Request{ID: at(2), Code: "x"}).settle(execution.Completed, func(s *journal.State) { s.Result = text("[]") })
	}})
	if err != nil || string(got.Result) != `{"shaped":[]}` {
		t.Errorf("Execute = %s, %v", got.Result, err)
	}
}

func TestTransformSeesResultsAlone(t *testing.T) {
	t.Parallel()
	b := setup(t, natstest.Options{})
	b.serve(ServiceConfig{})
	c := b.shaping(func(raw json.RawMessage) (json.RawMessage, error) {
		t.Errorf("called with %s", raw)
		return raw, nil
	})
	b.claimed(execution.Request{ID: at(1), Code: "x"}).settle(execution.Error, func(s *journal.State) { s.Error = "boom" })
	b.claimed(execution.Request{ID: at(2), Code: "x"}).settle(execution.Completed, func(s *journal.State) { s.Result, s.Omitted = text(`"a note"`), true })
	for _, id := range []execution.ID{at(1), at(2)} {
		if _, err := c.Wait(t.Context(), id, Follow{}); err != nil {
			t.Errorf("Wait: %v", err)
		}
	}
}

func TestTransformThatFailsIsIgnored(t *testing.T) {
	t.Parallel()
	b := setup(t, natstest.Options{})
	b.serve(ServiceConfig{})
	b.claimed(execution.Request{ID: at(1), Code: "x"}).settle(execution.Completed, func(s *journal.State) { s.Result = text("[1,2]") })
	for name, f := range map[string]func(json.RawMessage) (json.RawMessage, error){
		"an error":  func(raw json.RawMessage) (json.RawMessage, error) { return json.RawMessage("7"), errors.New("no") },
		"a panic":   func(json.RawMessage) (json.RawMessage, error) { panic("no") },
		"no JSON":   func(json.RawMessage) (json.RawMessage, error) { return json.RawMessage("{"), nil },
		"nothing":   func(json.RawMessage) (json.RawMessage, error) { return nil, nil },
		"vandalism": func(raw json.RawMessage) (json.RawMessage, error) { raw[0] = '9'; return nil, errors.New("no") },
	} {
		got, err := b.shaping(f).Wait(t.Context(), at(1), Follow{})
		if err != nil || got.Status != execution.Completed || string(got.Result) != "[1,2]" {
			t.Errorf("%s: %+v, %v; want the result as it was", name, got, err)
		}
	}
}

func TestTransformGetsTheWholeOfALargeResult(t *testing.T) {
	t.Parallel()
	b := setup(t, natstest.Options{})
	b.serve(ServiceConfig{})
	large := `"` + strings.Repeat("x", 400_000) + `"`
	b.claimed(execution.Request{ID: at(1), Code: "x"}).settle(execution.Completed, func(s *journal.State) { s.Result = text("%s", large) })
	// Somebody's own value that looks like a pointer is no pointer.
	own := `{"$object":"abc","bytes":3}`
	b.claimed(execution.Request{ID: at(2), Code: "x"}).settle(execution.Completed, func(s *journal.State) { s.Result = text("%s", own) })
	c := b.shaping(wrap)
	for id, want := range map[execution.ID]string{at(1): large, at(2): own} {
		if got, err := c.Wait(t.Context(), id, Follow{}); err != nil || string(got.Result) != `{"shaped":`+want+`}` {
			t.Errorf("%d bytes %.60s, %v; want %d bytes more", len(got.Result), got.Result, err, len(want))
		}
	}
	if got, err := b.client.Wait(t.Context(), at(1), Follow{}); err != nil || !strings.HasPrefix(string(got.Result), `{"$object"`) {
		t.Errorf("without a transform %.60s, %v; want the pointer", got.Result, err)
	}
}
