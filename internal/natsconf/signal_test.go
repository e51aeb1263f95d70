package natsconf

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
)

// signals lets an execution sleep on a schedule, wait for a large signal and ask for a
// snippet: inbox, schedules, objects and index.
func signals(t *testing.T, ctx context.Context, operator *client, submitter *control.Client) {
	t.Helper()
	decider, err := control.NewClient(control.ClientConfig{Conn: operator.nc, Timeout: natstest.StartWait})
	must(t, "make client", err)
	receipt, err := submitter.Submit(ctx, execution.Request{Code: `async () => { await codemode.sleep(2100)
		const text = await codemode.waitFor("go", {timeoutMs: 60_000})
		return [text.length, await codemode.run("none").catch((e) => e.message)] }`})
	must(t, "submit", err)
	value := json.RawMessage(`"` + strings.Repeat("x", 2_500_000) + `"`)
	// It is refused until the execution is claimed; kept is as good as delivered.
	for err = control.ErrNotFound; errors.Is(err, control.ErrNotFound); {
		_, err = decider.Signal(ctx, receipt.ID, "go", value)
	}
	must(t, "operator sends a signal", err)
	out, err := submitter.Wait(ctx, receipt.ID, control.Follow{})
	must(t, "wait", err)
	if got, want := string(out.Result), `[2500000,"snippet \"none\" not found"]`; out.Status != execution.Completed || got != want {
		t.Errorf("outcome = %s, %s, result %.100s, want %s", out.Status, out.Error, got, want)
	}
}
