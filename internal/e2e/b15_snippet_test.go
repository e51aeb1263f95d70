package e2e

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
)

// Section 15: snippets. More of it is in snippet_test.go.

func TestB198B199B201B202B203SavedSnippets(t *testing.T) {
	t.Parallel()
	r := up(t)
	const code = `async () => { await items.create_item({}) }`
	o := r.paused(code) // a paused or failed execution can be saved
	before := time.Now().Add(-time.Second)
	sn, err := r.client.SaveSnippet(t.Context(), control.SnippetSave{Name: "b", ID: o.ExecutionID, Description: "makes one", InputSchema: json.RawMessage(`{"type":"object"}`)})
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.client.Snippet(t.Context(), "b", 0)
	if err != nil || got.Code != code || got.Description != "makes one" || string(got.InputSchema) != `{"type":"object"}` || !slices.Equal(got.Connectors, []string{"items"}) || sn.Name != "b" {
		t.Errorf("snippet %+v, %v", got, err)
	}
	if got.SavedAt.Before(before) {
		t.Errorf("saved at %v", got.SavedAt)
	}
	_, err = r.client.SaveSnippet(t.Context(), control.SnippetSave{Name: "x", ID: "01ARZ3NDEKTSV4RRFFQ69G5FAV"})
	if !errors.Is(err, control.ErrNotFound) || !strings.Contains(err.Error(), "01ARZ3NDEKTSV4RRFFQ69G5FAV") {
		t.Errorf("save of an unknown execution = %v", err)
	}
	r.save("a", `1`)
	r.save("b", `2`)
	if got, err = r.client.Snippet(t.Context(), "b", 0); err != nil || got.Code != `2` || got.Description != "" {
		t.Errorf("saved again: %+v, %v", got, err)
	}
	all, err := r.client.Snippets(t.Context())
	if err != nil || len(all) != 2 || all[0].Name != "a" || all[1].Name != "b" {
		t.Errorf("list %+v, %v", all, err)
	}
	for _, want := range []bool{true, false} {
		if ok, err := r.client.DeleteSnippet(t.Context(), "a"); err != nil || ok != want {
			t.Errorf("delete = %v, %v, want %v", ok, err, want)
		}
	}
}

func TestB200IDIsRequired(t *testing.T) {
	t.Parallel()
	r := up(t)
	if _, err := r.client.SaveSnippet(t.Context(), control.SnippetSave{Name: "x"}); !errors.Is(err, control.ErrBadRequest) {
		t.Errorf("save without an id = %v", err)
	}
}

func TestSnippets(t *testing.T) {
	t.Parallel()
	r := up(t)
	r.save("ran", `async (input) => "ran:" + (input ?? "none")`)
	r.save("type", `async (input) => typeof input`)
	r.save("fenced", "```js\n42\n```")
	r.save("statements", "const all = await items.list_items(); return all.length")
	r.save("calls", `async () => { await items.echo("in"); return await codemode.step("s", () => 7) }`)
	r.save("prints", `async () => { console.log("inside"); return 1 }`)
	r.save("comment", "async (input) => input ?? null // a comment")
	o := r.run(`async (input) => { throw new Error("snippet down") }`)
	if _, err := r.client.SaveSnippet(t.Context(), control.SnippetSave{Name: "throws", ID: o.ExecutionID}); err != nil {
		t.Fatal(err)
	}
	rows(t, r, []row{
		{name: "B204 with an input", code: `async () => await codemode.run("ran", "world")`, result: `"ran:world"`},
		{name: "B205 without an input", code: `async () => [await codemode.run("ran"), await codemode.run("type")]`, result: `["ran:none", "undefined"]`},
		{name: "B206 fenced and statements", code: `async () => [await codemode.run("fenced"), await codemode.run("statements")]`, result: `[42, 0]`, calls: "items.list_items applied"},
		{name: "B207 an unknown one", code: `async () => { try { await codemode.run("nope") } catch (e) { return e.message } }`, result: `"snippet \"nope\" not found"`},
		{name: "B209 its calls are the execution's", code: `async () => { await items.echo("a"); await codemode.run("calls"); await items.echo("b") }`, result: `null`,
			calls: "items.echo applied items.echo applied __step.s applied items.echo applied", check: func(t *testing.T, _ *rig, o execution.Outcome) {
				if e := o.Calls[3]; e.Seq != 3 || string(e.Args) != `"b"` {
					t.Errorf("entry %+v", e)
				}
			}},
		{name: "B038 a run has no entry", code: `async () => { await codemode.run("ran"); await items.echo(1) }`, result: `null`, calls: "items.echo applied"},
		{name: "B210 steps in it", code: `async () => await codemode.run("calls")`, result: `7`, calls: "items.echo applied __step.s applied"},
		{name: "B211 an error in it", code: `async () => { try { await codemode.run("throws") } catch (e) { return e.message } }`, result: `"Code execution failed: snippet down"`},
		{name: "B212 what it prints", code: `async () => { console.log("outside"); return await codemode.run("prints") }`, result: `1`, logs: []string{"outside"}},
		{name: "B213 a rich input", code: `async () => await codemode.run("type", 5n)`, result: `"bigint"`},
		{name: "B214 a trailing comment", code: `async () => await codemode.run("comment", 5)`, result: `5`},
	})
}

func TestB208SnippetWithoutItsConnector(t *testing.T) {
	t.Parallel()
	r := up(t)
	r.save("needs", `async () => 1`, "items")
	o := r.request(execution.Request{Code: `async () => await codemode.run("needs")`, Connectors: []string{}})
	r.completed(o, `{"error": "requires connector(s) \"items\""}`)
}

func TestB209GateInASnippet(t *testing.T) {
	t.Parallel()
	r := up(t)
	r.save("gated", `async (title) => title ? (await items.create_item({title})).title : null`)
	o := r.paused(`async () => await codemode.run("gated", "hello")`)
	r.completed(r.approve(o.ExecutionID), `"hello"`)
}
