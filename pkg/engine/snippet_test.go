package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/retry"
)

var r0 = time.UnixMilli(1_800_000_000_000)

// retryOnce is a method whose first run asks for a retry.
func retryOnce() (connector.Method, func(context.Context, connector.Call) (json.RawMessage, error)) {
	ran := 0
	return connector.Method{Name: "once"}, func(context.Context, connector.Call) (json.RawMessage, error) {
		if ran++; ran == 1 {
			return nil, retry.After(0, errors.New("again"))
		}
		return nil, nil
	}
}

// snippets returns a store of the newest versions: names and codes by turns. They need
// the connector `items`.
func snippets(all ...string) func(context.Context, string, string) (execution.Snippet, error) {
	return func(_ context.Context, _, name string) (execution.Snippet, error) {
		for i := 0; i < len(all); i += 2 {
			if all[i] == name {
				return execution.Snippet{Name: name, Version: 1, Code: all[i+1], Connectors: []string{"items"}}, nil
			}
		}
		return execution.Snippet{}, fmt.Errorf("snippet %s: %w", name, journal.ErrNotFound)
	}
}

func TestSnippetRunsAsPartOfTheExecution(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(c *Config) {
		c.Snippets = snippets("ran", `async (input) => { const n = await items.echo(2); return "ran:" + (input ?? "none") + n }`)
	})
	r.want(r.run(`async () => [await items.echo(1), await codemode.run("ran", "world"), await codemode.run("ran"), await items.echo(3)]`), `[1,"ran:world2","ran:none2",3]`)
	if got, want := strings.Join(r.states(), ", "), "items.echo applied, items.echo applied, items.echo applied, items.echo applied"; got != want {
		t.Errorf("entries %s, want %s", got, want)
	}
}

// A replay runs the source that ran, whatever became of the snippet.
func TestReplayRunsTheSourceThatRan(t *testing.T) {
	t.Parallel()
	version := 0
	r := newRig(t, func(c *Config) {
		c.Snippets = func(context.Context, string, string) (execution.Snippet, error) {
			if version++; version > 1 {
				return execution.Snippet{}, journal.ErrNotFound
			}
			return execution.Snippet{Name: "v", Version: 7, Code: `() => "first"`, SavedAt: r0}, nil
		}
	})
	res := r.run(`async () => { const a = await codemode.run("v"); await items.retry_once(); let b; try { await codemode.run("v") } catch (e) { b = e.message } return [a, b] }`)
	r.want(res, `["first","snippet \"v\" not found"]`)
	if c := res.Log.Order[0]; c.Kind != journal.OpSnippet || !strings.Contains(string(c.Result.JSON), `"version":7`) || !strings.Contains(string(c.Result.JSON), "first") {
		t.Errorf("completion %+v", c)
	}
}

func TestMissingSnippetRejectsAndIsJournaled(t *testing.T) {
	t.Parallel()
	asked := 0
	r := newRig(t, func(c *Config) {
		c.Snippets = func(context.Context, string, string) (execution.Snippet, error) {
			if asked++; asked > 1 {
				return execution.Snippet{Name: "late", Code: "() => 1"}, nil
			}
			return execution.Snippet{}, journal.ErrNotFound
		}
	})
	r.want(r.run(`async () => { let m; try { await codemode.run("late") } catch (e) { m = e.message } await items.retry_once(); return m }`), `"snippet \"late\" not found"`)
	if asked != 1 {
		t.Errorf("looked up %d times, want 1: the journal has the answer", asked)
	}
	without := newRig(t, nil)
	without.want(without.run(`async () => { try { await codemode.run("one") } catch (e) { return e.message } }`), `"snippet \"one\" not found"`)
}

func TestSnippetWithoutItsConnectorsIsAnsweredWithAnError(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(c *Config) { c.Snippets = snippets("one", "() => 1") }, new(fake).on(retryOnce()).named())
	res := r.execute(execution.Request{Code: `async () => { const a = await codemode.run("one"); await x.once(); return a }`, Connectors: []string{"x"}})
	r.want(res, `{"error":"requires connector(s) \"items\""}`)
	if len(r.results) != 2 {
		t.Errorf("%d passes, want 2: a replay answers the same", len(r.results))
	}
}

// A gate inside a snippet pauses the execution, which goes on in it.
func TestGateInASnippetPauses(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(c *Config) {
		c.Snippets = snippets("gated", `async (title) => (await items.create_item({title})).title`)
	})
	res := r.run(`async () => await codemode.run("gated", "hello")`)
	if res.Status != execution.Paused || len(res.Pending) != 1 {
		t.Fatalf("%s, pending %v", res.Status, res.Pending)
	}
	r.state = r.state.Decide(res.Log, r.state.NewDecision(0, journal.MarkApproved, "ann", "", r0))
	var err error
	if r.rev, err = r.store.PutState(t.Context(), r.key, r.state, r.rev); err != nil {
		t.Fatal(err)
	}
	r.want(r.run(`async () => await codemode.run("gated", "hello")`), `"hello"`)
}

// Code that has returned runs no snippet any more.
func TestSnippetIsNotAwaited(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(c *Config) { c.Snippets = snippets("one", "() => items.echo(1)") })
	r.want(r.run(`async () => { codemode.run("one"); return 2 }`), `2`)
	if len(r.entries()) != 0 || len(r.results[0].Log.Order) != 0 {
		t.Errorf("entries %v, order %v", r.entries(), r.results[0].Log.Order)
	}
}

func TestUnreachableSnippetsAreNoOutcome(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for name, load := range map[string]func(context.Context) error{
			"refused": func(context.Context) error { return errors.New("bucket gone") },
			"silent":  func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() },
		} {
			r := newRig(t, func(c *Config) {
				c.Snippets = func(ctx context.Context, _, _ string) (execution.Snippet, error) {
					return execution.Snippet{}, load(ctx)
				}
			})
			_, err := r.pass(t.Context(), execution.Request{Code: `async () => await codemode.run("one")`, TimeoutMs: 1000})
			if !errors.Is(err, ErrStorage) {
				t.Errorf("%s: Run = %v, want ErrStorage", name, err)
			}
		}
	})
}
