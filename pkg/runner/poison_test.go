package runner

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
)

// A journal that nobody can read ends its execution; its message does not go round.
func TestUnreadableJournalEnds(t *testing.T) {
	t.Parallel()
	one := journal.NewValue(json.RawMessage(`1`))
	for name, records := range map[string][]journal.Record{
		"a seq is missing":      {{Attempt: 1, At: 1, Issued: []journal.Intent{{Seq: 1, Connector: "items", Method: "echo", Args: one}}}},
		"an unknown completion": {{Attempt: 1, At: 1, Done: []journal.Completion{{Ref: journal.Ref{N: 3}, Mark: journal.MarkApplied, At: 1, Attempt: 1}}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x, id := newRig(t, nil), newID()
			d := x.abandoned(id, `async () => await items.echo(1)`, records...)
			x.handle(d)
			x.gone(d)
			if got := x.state(id).State; got.Status != execution.Error || got.Failure == nil {
				t.Errorf("state %+v, want error", got)
			}
		})
	}
}

// Messages that come to nothing neither stay nor hold up others.
func TestPoisonDoesNotHoldUpOthers(t *testing.T) {
	t.Parallel()
	x := newRig(t, func(c *Config) { c.Concurrency = 1 })
	poison := []string{"", "{}", `{"code": 1}`, "\xff", `{"code": "1", "retry": 7}`, `{"code": "1", "id": "x"}`, "throw 1", "while (", `{"code":"1","startAt":"soon"}`}
	for _, body := range poison {
		if _, err := x.js.Publish(t.Context(), stream.SubmitSubject("default"), []byte(body)); err != nil {
			t.Fatal(err)
		}
	}
	for _, body := range []string{"", "{", "[]", `{"id": "x"}`, `{"id": 7}`, `{"id":"` + string(newID()) + `","reason":"approved"}`} {
		if _, err := x.js.Publish(t.Context(), stream.WakeSubject("default"), []byte(body)); err != nil {
			t.Fatal(err)
		}
	}
	good := newID()
	if _, err := stream.Submit(t.Context(), x.js, "default", good, []byte("40 + 2")); err != nil {
		t.Fatal(err)
	}
	x.serve()
	natstest.Eventually(t, "an empty queue", func() bool {
		n, err := x.s.Queued(t.Context(), "default")
		return err == nil && n == 0
	})
	if got := x.state(good).State; got.Status != execution.Completed || string(got.Result.JSON) != "42" {
		t.Errorf("state %+v, want completed with 42", got)
	}
	states, err := x.s.States(t.Context(), "default", stream.StatesQuery{})
	if err != nil || len(states) != len(poison)+1 {
		t.Errorf("%d executions, %v; want one for each of %d submissions", len(states), err, len(poison)+1)
	}
}

// serve runs the runner until the test ends.
func (x *rig) serve() {
	x.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- x.r.Run(ctx, nil) }()
	x.t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			x.t.Errorf("run: %v", err)
		}
	})
}

// R11: a runtime that has submissions and no executor is named.
func TestRuntimeWithoutExecutorIsNamed(t *testing.T) {
	t.Parallel()
	var said lines
	x := newRig(t, func(c *Config) { c.Logger = slog.New(slog.NewTextHandler(&said, nil)) })
	for _, runtime := range []string{"nobody", "default"} {
		if _, err := stream.Submit(t.Context(), x.js, runtime, newID(), []byte("1")); err != nil {
			t.Fatal(err)
		}
	}
	x.r.sweepOnce(t.Context())
	if got := said.String(); !strings.Contains(got, "runtime=nobody submissions=1") || strings.Contains(got, "runtime=default") {
		t.Errorf("logged %q, want it to name nobody, and nobody else", got)
	}
}

// A sweep that cannot know them says why, once, until it knows them again; what ends with
// the executor is no news.
func TestUnknownBacklogsAreToldOnce(t *testing.T) {
	t.Parallel()
	var said lines
	x := newRig(t, func(c *Config) { c.Logger = slog.New(slog.NewTextHandler(&said, nil)) })
	late, cancel := context.WithDeadline(t.Context(), time.Now())
	defer cancel()
	ended, end := context.WithCancel(t.Context())
	end()
	for i, step := range []struct {
		ctx  context.Context
		want int // warnings so far
	}{{ended, 0}, {late, 1}, {late, 1}, {ended, 1}, {t.Context(), 1}, {late, 2}} {
		x.r.nameBacklogs(step.ctx)
		if got := strings.Count(said.String(), "look for runtimes without an executor"); got != step.want {
			t.Errorf("%d warnings after step %d, want %d: %s", got, i, step.want, said.String())
		}
	}
}

type lines struct {
	mu sync.Mutex // guards the field below
	b  strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// R13: clocks may differ, so a message of a young claim is handed back twice at
// most; a newer claim counts anew.
func TestYoungClaimIsHandedBackTwiceAtMost(t *testing.T) {
	t.Parallel()
	var e earlyNaks
	key := journal.Key{Runtime: "default", ID: newID()}
	var got []bool
	for _, claim := range []journal.Revision{5, 5, 5, 5, 9, 9, 9} {
		got = append(got, e.allow(key, claim))
	}
	if want := "[true true false false true true false]"; fmt.Sprint(got) != want {
		t.Errorf("allowed %v, want %s", got, want)
	}
}
