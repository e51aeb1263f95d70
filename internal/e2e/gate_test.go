package e2e

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
)

// Nobody is asked about a call that cannot be made.
func TestGateChecksTheArgumentsFirst(t *testing.T) {
	t.Parallel()
	schema := json.RawMessage(`{"type": "object", "properties": {"amount": {"type": "number"}}, "required": ["amount"]}`)
	p := &probe{methods: []connector.Method{{Name: "pay", RequiresApproval: true, Input: schema}, {Name: "ask", Client: true, Input: schema}}, do: answer}
	r := newRig(t)
	r.start(nil, p.named())
	for _, method := range []string{"pay", "ask"} {
		o := r.run(`async () => { try { await probe.` + method + `({}) } catch (e) { return e.name + ": " + e.message } }`)
		r.status(o, execution.Completed)
		if !strings.Contains(string(o.Result), "ValidationError") || !strings.Contains(string(o.Result), "amount") {
			t.Errorf("%s: result %s, want what is wrong with the arguments", method, o.Result)
		}
	}
}

// A pass that time or a signal lets run does not refuse who decides meanwhile.
func TestApprovalOutlastsAWake(t *testing.T) {
	t.Parallel()
	r := up(t)
	for range 20 {
		o := r.paused(`async () => { const [item] = await Promise.all([items.create_item({title: "a"}), codemode.waitFor("go")]); return item.title }`)
		var both sync.WaitGroup
		both.Go(func() {
			if _, err := r.client.Signal(context.WithoutCancel(t.Context()), o.ExecutionID, "go", nil); err != nil {
				t.Errorf("signal: %v", err)
			}
		})
		end, err := r.client.Approve(t.Context(), control.Approval{ID: o.ExecutionID}, control.Follow{})
		both.Wait()
		if err != nil {
			t.Fatalf("approve: %v", err)
		}
		r.completed(end, `"a"`)
	}
}
