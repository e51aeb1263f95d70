package engine

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// What people may hand in, and what it completes with.
func TestSourceForms(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ code, want string }{
		"nothing":                      {"", `undefined`},
		"white space":                  {" \n\t", `undefined`},
		"an arrow":                     {`() => 1`, `1`},
		"an arrow, with a semicolon":   {`async () => { return 1 };`, `1`},
		"an arrow, with a comment":     {"() => 1 // one", `1`},
		"an arrow, in parentheses":     {`(async () => 1)`, `1`},
		"an expression":                {`1 + 2;`, `3`},
		"an awaited one":               {`await items.echo(4)`, `4`},
		"an assignment":                {`let x; x = 5`, `5`},
		"a declaration":                {`const x = 42`, `undefined`},
		"a top-level return":           {`return 42`, `42`},
		"a named function":             {`async function f() { return 7 }`, `7`},
		"a function and its call":      {"function helper() { return 8 }\nhelper()", `8`},
		"an invoked function":          {`(() => 9)()`, `9`},
		"a default export, arrow":      {`export default async () => 1;`, `1`},
		"a default export, expression": {`export default 42`, `42`},
		"a default export, anonymous":  {`export default function () { return 2 }`, `2`},
		"a default export, named":      {`export default function f() { return 3 }`, `3`},
		"a block, not an object":       {`{a: 1}`, `undefined`},
		"an object":                    {`({a: 1})`, `{"a":1}`},
		"a fence":                      {"```js\nconst x = 1;\nx + 2\n```", `3`},
		"a fence without a tag":        {"```\n() => 1\n```  ", `1`},
		"a fence with an export":       {"```ts\nexport default async (): Promise<number> => 1\n```", `1`},
		"an empty fence":               {"```js\n```", `undefined`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, nil)
			r.want(r.run(tt.code), tt.want)
		})
	}
}

func TestExecutionsAtTheSameTime(t *testing.T) {
	t.Parallel()
	first := newRig(t, nil)
	var wg sync.WaitGroup
	for i := range 8 {
		r := *first
		r.key.ID = execution.NewID(time.Now())
		wg.Go(func() {
			r.want(r.run(fmt.Sprintf(`async () => { const a = await items.echo(%d); await items.sleep({ms: 5}); return [a, (await items.session_id())] }`, i)),
				fmt.Sprintf(`[%d,%q]`, i, r.key.ID))
		})
	}
	wg.Wait()
}

// The log numbers calls and steps in the order in which the code issued them.
func TestEntriesAreNumberedAsIssued(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.want(r.run(`async () => {
		await Promise.all([items.sleep({ms: 20}), codemode.step("s", () => 1), items.read_counter(), new Promise((r) => setTimeout(r, 1))])
		await items.nope().catch(() => {})
		return 1
	}`), `1`)
	var got []string
	for i, e := range r.entries() {
		if e.Seq != i || e.Attempt != 1 || e.StartedAt == nil || e.FinishedAt == nil || e.Replayed || e.RequiresApproval {
			t.Errorf("entry %+v", e)
		}
		got = append(got, fmt.Sprintf("%s.%s %s %v", e.Connector, e.Method, e.State, e.Ephemeral))
	}
	want := []string{"items.sleep applied false", "__step.s applied false", "items.read_counter applied true", "items.nope failed false"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestCodeWithoutCallsHasAnEmptyLog(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	res := r.run(`1`)
	r.want(res, `1`)
	if res.Log == nil || len(res.Log.Entries) != 0 || len(r.records()) != 0 || res.Logs != nil || res.Carry != nil {
		t.Errorf("log %+v, %d records, lines %v", res.Log, len(r.records()), res.Logs)
	}
}

// An observer sees each entry as it changes, and the same order in a replay.
func TestObserverSeesEntriesChange(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	var seen []string
	o := &watcher{r, func(e execution.Entry) {
		seen = append(seen, fmt.Sprintf("%d %s %v", e.Seq, e.State, e.Replayed))
	}}
	if _, err := r.watched(t.Context(), o, execution.Request{Code: `async () => { await items.echo(1); await items.boom().catch(() => {}); await items.retry_once() }`}); err != nil {
		t.Fatal(err)
	}
	want := "0 executing false|0 applied false|1 executing false|1 failed false|2 executing false|2 executing false"
	if got := strings.Join(seen, "|"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// The log of a pass that ended is the one that its journal folds to.
func TestLogIsWhatTheJournalSays(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	for _, pass := range []execution.Status{execution.Retrying, execution.Completed} {
		res, err := r.pass(t.Context(), execution.Request{Code: `async () => { await items.echo(1); items.boom().catch(() => {}); await items.sleep({ms: 1}); await items.retry_once(); return 1 }`})
		if err != nil || res.Status != pass {
			t.Fatalf("got %s, %v, want %s", res.Status, err, pass)
		}
		log, err := journal.Fold(r.state, r.records())
		if err != nil {
			t.Fatalf("Fold = %v", err)
		}
		if diff := cmp.Diff(res.Log.Shown(r.state.View()), log.Shown(r.state.View())); diff != "" {
			t.Errorf("after %s (-pass +journal):\n%s", pass, diff)
		}
	}
}
