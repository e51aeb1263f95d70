package e2e

import (
	"testing"

	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
)

// save keeps the source of an execution that completes with it.
func (r *rig) save(name, code string, connectors ...string) {
	r.t.Helper()
	o := r.request(execution.Request{Code: code, Connectors: connectors})
	if _, err := r.client.SaveSnippet(r.t.Context(), control.SnippetSave{Name: name, ID: o.ExecutionID}); err != nil {
		r.t.Fatalf("save: %v", err)
	}
}

func TestSnippetRuns(t *testing.T) {
	t.Parallel()
	r := up(t)
	r.save("ran", `async (input) => "ran:" + (input ?? "none")`)
	r.save("fenced", "```js\n42\n```")
	r.save("statements", `const all = await items.list_items(); return all.length`)
	r.completed(r.run(`async () => [await codemode.run("ran", "world"), await codemode.run("ran"), await codemode.run("fenced"), await codemode.run("statements")]`),
		`["ran:world", "ran:none", 42, 0]`)
}

// A pass that comes later runs the version that ran, also when there is a newer one, or
// none any more.
func TestSnippetStaysTheOneThatRan(t *testing.T) {
	t.Parallel()
	r := up(t)
	r.save("v", `async () => 1`)
	code := `async () => { const before = await codemode.run("v"); await codemode.waitFor("go"); let after; try { after = await codemode.run("v") } catch (e) { after = e.message } return [before, after] }`
	newer, deleted := r.begin(execution.Request{Code: code}), r.begin(execution.Request{Code: code})
	r.reach(newer, execution.Waiting)
	r.reach(deleted, execution.Waiting)
	r.save("v", `async () => 2`)
	r.signal(newer, "go", `null`, true)
	r.completed(r.wait(newer), `[1, 2]`)
	if gone, err := r.client.DeleteSnippet(t.Context(), "v"); err != nil || !gone {
		t.Fatalf("delete = %v, %v", gone, err)
	}
	r.signal(deleted, "go", `null`, true)
	r.completed(r.wait(deleted), `[1, "snippet \"v\" not found"]`)
}

// Calls of a snippet are those of the execution, and so are its gates.
func TestSnippetPausesTheExecution(t *testing.T) {
	t.Parallel()
	r := up(t)
	r.save("gated", `async (title) => title ? (await items.create_item({title})).title : null`)
	o := r.paused(`async () => { await items.echo(1); return await codemode.run("gated", "hello") }`)
	if len(o.Pending) != 1 || o.Pending[0].Seq != 1 {
		t.Errorf("pending %+v, want seq 1", o.Pending)
	}
	o = r.approve(o.ExecutionID)
	r.completed(o, `"hello"`)
	if got, want := states(o.Calls), "items.echo applied items.create_item applied"; got != want {
		t.Errorf("calls %s, want %s", got, want)
	}
}

func TestSnippetThatNeedsAConnector(t *testing.T) {
	t.Parallel()
	r := up(t)
	r.save("needs", `async () => 1`, "items")
	o := r.request(execution.Request{Code: `async () => await codemode.run("needs")`, Connectors: []string{}})
	r.completed(o, `{"error": "requires connector(s) \"items\""}`)
}
