package natsconf

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
)

// decisions lets an operator do everything to executions that can be done, and a viewer
// export one.
func decisions(t *testing.T, ctx context.Context, operator *client, submitter, watcher *control.Client) {
	t.Helper()
	decider, err := control.NewClient(control.ClientConfig{Conn: operator.nc, Timeout: natstest.StartWait})
	must(t, "make client", err)
	code := `async () => { const a = await demo.echo({text: "x".repeat(600000)}); return (await demo.confirm({n: a.text.length})).n }`
	paused := func() execution.ID {
		out, err := submitter.Execute(ctx, execution.Request{Code: code}, control.Follow{})
		must(t, "execute", err)
		if out.Status != execution.Paused {
			t.Fatalf("outcome = %s, %s, want paused", out.Status, out.Error)
		}
		return out.ExecutionID
	}
	id := paused()
	p, err := watcher.Pending(ctx, control.PendingQuery{})
	if err != nil || len(p.Pending) != 1 {
		t.Errorf("viewer asks what is pending: %+v, %v", p, err)
	}
	out, err := decider.Approve(ctx, control.Approval{ID: id}, control.Follow{})
	if err != nil || string(out.Result) != "600000" {
		t.Errorf("operator approves: %s %s, %v", out.Status, out.Result, err)
	}
	e, err := watcher.Export(ctx, id)
	if err != nil || len(e.Records) == 0 {
		t.Errorf("viewer exports %d records, %v", len(e.Records), err)
	}
	// Operators see what they decide about: values that lie in the object store too.
	e, err = decider.Export(ctx, id)
	if err != nil || len(e.Records) == 0 {
		t.Fatalf("operator exports %d records, %v, refused: %v", len(e.Records), err, operator.settle(t))
	}
	if text, err := json.Marshal(e); err != nil || len(text) < 1_200_000 { // argument and result
		t.Errorf("operator exports %d bytes, %v, want the large values in them", len(text), err)
	}
	fork, err := decider.Fork(ctx, control.Fork{ID: id, From: 1})
	must(t, "operator forks", err)
	_, err = submitter.Wait(ctx, fork.ExecutionID, control.Follow{})
	must(t, "wait", err)
	from := 1
	_, err = decider.Restart(ctx, control.Restart{ID: id, From: &from})
	must(t, "operator restarts", err)
	_, err = submitter.Wait(ctx, id, control.Follow{})
	must(t, "wait", err)
	_, err = decider.Rollback(ctx, id, "")
	must(t, "operator rolls back", err)
	_, err = decider.Cancel(ctx, fork.ExecutionID, false, "")
	must(t, "operator cancels", err)
	_, err = decider.Reject(ctx, id, nil, "", "")
	must(t, "operator rejects", err)
	_, err = decider.Expire(ctx, 0)
	must(t, "operator expires", err)
	must(t, "operator deletes", decider.Delete(ctx, id))
	_, err = decider.Prune(ctx, 0)
	must(t, "operator prunes", err)
}
