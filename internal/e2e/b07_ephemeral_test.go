package e2e

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/execution"
)

// Section 7: methods that run again in every pass.

func TestB099B100ReexecutedCall(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.paused(`async () => { const r = await items.read_counter(); await items.create_item({title: "x"}); return r }`)
	o = r.approve(o.ExecutionID)
	r.completed(o, `{"reads": 2}`)
	r.runs(map[string]int{"read_counter": 2})
	if e := r.get(o.ExecutionID).Calls[0]; e.State != execution.Applied || e.Result != nil || !e.Ephemeral {
		t.Errorf("entry %+v", e)
	}
}

// It is part of the recorded path: another call in its place is a divergence.
func TestB099ReexecutedCallKeepsItsPlace(t *testing.T) {
	t.Parallel()
	r := up(t)
	r.failed(r.second(`await (reads === 1 ? items.read_counter() : items.echo()); await items.create_item({})`),
		"divergence at seq 1: recorded items.read_counter, but the code now calls items.echo")
}

func TestB101DescriptionHasTheMark(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	set, err := connector.NewSet(connector.SetConfig{Connectors: []connector.Named{{Name: "items", Connector: r.items}}})
	if err != nil {
		t.Fatal(err)
	}
	d, err := set.Describe("items")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range d.Methods {
		if m.Reexecute != (m.Name == "read_counter") {
			t.Errorf("method %s: re-execute %v", m.Name, m.Reexecute)
		}
	}
}

// Its result is not stored, so that it has no limit.
func TestB102ReexecutedCallHasNoSizeLimit(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	big := method("big", func(context.Context, connector.Call, int) (json.RawMessage, error) {
		return json.Marshal(strings.Repeat("x", 17<<20))
	})
	big.Reexecute = true
	_, named := newTools("own", big)
	r.start(nil, named)
	r.completed(r.run(`async () => (await own.big()).length`), "17825792")
}
