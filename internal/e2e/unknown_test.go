package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
)

// payments is a connector whose calls hang until their pass ends, the first time.
type payments struct{ calls chan string }

func (p *payments) Describe() connector.Description {
	return connector.Description{Methods: []connector.Method{{Name: "pay", OnUnknown: connector.OnUnknownAsk}}}
}

func (p *payments) Execute(ctx context.Context, call connector.Call) (json.RawMessage, error) {
	p.calls <- call.IdempotencyKey
	if call.Attempt == 1 {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return json.RawMessage(`"paid in attempt ` + string(rune('0'+call.Attempt)) + `"`), nil
}

// A person says what became of a call that was in flight when its executor went away.
func TestPersonDecidesAnUnknownOutcome(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		word  control.Resolution
		want  string
		calls int
	}{
		"it happened":        {control.Resolution{Result: json.RawMessage(`"paid by hand"`)}, `"paid by hand"`, 1},
		"it failed":          {control.Resolution{Error: &execution.CallError{Name: "BankError", Message: "no"}}, `"BankError: no"`, 1},
		"it did not: run it": {control.Resolution{Run: true}, `"paid in attempt 3"`, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			p := &payments{calls: make(chan string, 10)}
			stop := r.start(nil, connector.Named{Name: "bank", Connector: p})
			id := execution.NewID(time.Now())
			receipt, err := r.client.Submit(t.Context(), execution.Request{
				ID: id, Code: `async () => { try { return await bank.pay(1) } catch (e) { return e.name + ": " + e.message } }`,
			})
			if err != nil {
				t.Fatalf("submit: %v", err)
			}
			key := <-p.calls
			stop()
			r.start(nil, connector.Named{Name: "bank", Connector: p})
			o, err := r.client.Wait(t.Context(), receipt.ID, control.Follow{})
			if err != nil {
				t.Fatalf("wait: %v", err)
			}
			r.status(o, execution.Paused)
			if len(o.Pending) != 1 || o.Pending[0].Kind != execution.PendingUnknown || states(o.Calls) != "bank.pay unknown" {
				t.Fatalf("pending %+v, calls %s", o.Pending, states(o.Calls))
			}
			_, err = r.client.Approve(t.Context(), control.Approval{ID: id}, control.Follow{})
			if !errors.Is(err, control.ErrConflict) || !strings.Contains(err.Error(), "unknown outcome: resolve it") {
				t.Errorf("approve = %v, want to be told to resolve", err)
			}
			c.word.ID, c.word.As = id, "ann"
			o, err = r.client.Resolve(t.Context(), c.word, control.Follow{})
			if err != nil {
				t.Fatalf("resolve: %v", err)
			}
			r.completed(o, c.want)
			if got := 1 + len(p.calls); got != c.calls {
				t.Errorf("%d calls, want %d", got, c.calls)
			}
			if c.calls == 2 && <-p.calls != key {
				t.Errorf("the second call has another idempotency key than %s", key)
			}
			if d := r.get(id).Calls[0].Decision; d == nil || d.As != "ann" {
				t.Errorf("decision %+v, want ann's", d)
			}
		})
	}
}

// Bad words change nothing.
func TestBadDecisionsChangeNothing(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.paused(gated)
	for body, want := range map[string]string{
		`{}`:                                   "400 id: missing",
		`{"id": "nope"}`:                       "400 ",
		`{"id": 1}`:                            "400 id: must be a string",
		`[]`:                                   "400 the body must be a JSON object",
		`{"id": "$", "seq": -1}`:               "400 seq: must not be negative",
		`{"id": "$", "seq": "1"}`:              "400 seq: must be a whole number",
		`{"id": "$", "seq": 0}`:                "409 seq 0 is not pending; pending: seq 1, items.create_item",
		`{"id": "$", "seq": 999}`:              "409 seq 999 is not pending",
		`{"id": "$", "arguments": {}}`:         "400 arguments: unknown field; the fields are args, as, id, reason, seq, wait",
		`{"id": "01ARZ3NDEKTSV4RRFFQ69G5FAV"}`: "404 no execution 01ARZ3NDEKTSV4RRFFQ69G5FAV",
	} {
		m, err := r.nc.Request("executions.api.default.approve", []byte(strings.ReplaceAll(body, "$", string(o.ExecutionID))), natstest.StartWait)
		if err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		if got := m.Header.Get("Nats-Service-Error-Code") + " " + m.Header.Get("Nats-Service-Error"); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s, want %s", body, got, want)
		}
	}
	if got := r.get(o.ExecutionID); got.Status != execution.Paused || got.Attempt != 1 {
		t.Errorf("status %s, attempt %d: something was changed", got.Status, got.Attempt)
	}
	r.completed(r.approve(o.ExecutionID), `{"before": [], "created": {"id": 1, "title": "hello"}}`)
}
