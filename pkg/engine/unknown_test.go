package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/retry"
)

func TestUnknownCallIsExecutedAgainWithItsKey(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var got []string
		x := new(fake).on(connector.Method{Name: "pay"}, func(ctx context.Context, call connector.Call) (json.RawMessage, error) {
			mu.Lock()
			got = append(got, fmt.Sprintf("%s seq %d attempt %d", call.IdempotencyKey, call.Seq, call.Attempt))
			mu.Unlock()
			if call.Attempt == 1 {
				<-ctx.Done() // the pass dies under it
				return nil, ctx.Err()
			}
			return json.RawMessage(`"paid"`), nil
		})
		r := cutAfter(t, 2, x.named())
		r.want(r.run(`async () => (await Promise.all([x.pay(), items.sleep({ms: 5}).then(() => items.echo(2))]))[0]`), `"paid"`)
		key := string(r.key.ID) + ":0"
		if want := []string{key + " seq 0 attempt 1", key + " seq 0 attempt 2"}; !slices.Equal(got, want) {
			t.Errorf("invoked %v, want %v", got, want)
		}
		if n := r.items.Runs("echo"); n != 1 { // after the cut
			t.Errorf("echo ran %d times, want 1", n)
		}
		if e := r.entries()[0]; e.State != execution.Applied || e.Attempt != 2 {
			t.Errorf("entry %+v", e)
		}
	})
}

func TestUnknownCallThatMustNotBeRepeated(t *testing.T) {
	t.Parallel()
	r := cutAfter(t, 1)
	r.want(r.run(`async () => { let seen; try { await items.fail_unknown(1) } catch (e) { seen = e.name } await items.retry_once(); return seen }`), `"UnknownOutcomeError"`)
	if n := r.items.Runs("fail_unknown"); n != 0 {
		t.Errorf("ran %d times, want 0", n)
	}
	if e := r.entries()[0]; e.State != execution.Failed || e.Error.Name != "UnknownOutcomeError" {
		t.Errorf("entry %+v", e)
	}
}

func TestUnknownCallThatAPersonDecides(t *testing.T) {
	t.Parallel()
	r := cutAfter(t, 1)
	res := r.run(`() => Promise.all([items.ask_unknown(1), items.echo(2).then(() => items.echo(3))])`)
	if res.Status != execution.Paused || !slices.Equal(res.Pending, []int{0}) {
		t.Fatalf("got %s %v %q, want paused on 0", res.Status, res.Pending, res.Error)
	}
	if n := r.items.Runs("ask_unknown"); n != 0 {
		t.Errorf("ran %d times, want 0", n)
	}
	if got := strings.Join(r.states(), " "); got != "items.ask_unknown unknown items.echo applied items.echo applied" {
		t.Errorf("entries %s", got)
	}
}

func TestUnknownStepRunsAgain(t *testing.T) {
	t.Parallel()
	r := cutAfter(t, 1)
	r.want(r.run(`() => codemode.step("s", () => { console.log("run"); return 1 })`), `1`)
	if got := strings.Join(r.lines, "|"); got != "2 false run" {
		t.Errorf("printed %q", got)
	}
}

// An applied call is not executed again, whatever was lost beside it.
func TestAppliedCallIsNeverExecutedAgain(t *testing.T) {
	t.Parallel()
	const code = `async () => { for (let i = 0; i < 4; i++) await items.add_note(i); await items.retry_once(); await items.add_note(9); return 1 }`
	count := &cutStore{Store: journal.NewMem()}
	newRig(t, func(c *Config) { c.Store = count }).run(code)
	for cut := 1; cut <= count.appends; cut++ {
		r := newRig(t, func(c *Config) { c.Store = &cutStore{Store: journal.NewMem(), cutAt: cut, after: true} })
		r.want(r.run(code), `1`)
		for key, n := range r.items.ByKey() {
			if n != 1 {
				t.Errorf("cut after record %d: %s was executed %d times", cut, key, n)
			}
		}
	}
}

// shy is a connector that cannot be described while it is away.
type shy struct {
	*fake
	away int // how many more times it is asked in vain
	here bool
}

func (s *shy) Refresh(context.Context) error {
	if s.away > 0 {
		s.away--
		return retry.After(0, errors.New("not reachable"))
	}
	s.here = true
	return nil
}

func (s *shy) Describe() connector.Description {
	if !s.here {
		return connector.Description{}
	}
	return s.fake.Describe()
}

func TestConnectorThatIsNotReachableIsRetried(t *testing.T) {
	t.Parallel()
	for name, code := range map[string]string{
		"first":  `x.go()`,
		"later":  `async () => { await items.echo(0); return await x.go() }`,
		"beside": `async () => (await Promise.all([x.go(), items.nope().catch(() => {}), items.echo(1)]))[0]`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &shy{fake: new(fake).on(connector.Method{Name: "go"}, answers(`1`)), away: 2} // the set asks as well
			r := newRig(t, nil, connector.Named{Name: "x", Connector: s})
			r.want(r.run(code), `1`)
			if r.state.Attempt != 2 {
				t.Errorf("%d passes, want 2", r.state.Attempt)
			}
		})
	}
}

// That a connector is away does not make an unknown outcome a known one.
func TestUnknownOutcomeSurvivesThatItsConnectorIsAway(t *testing.T) {
	t.Parallel()
	ran := 0
	s := &shy{here: true, fake: new(fake).on(connector.Method{Name: "pay", OnUnknown: connector.OnUnknownFail},
		func(context.Context, connector.Call) (json.RawMessage, error) {
			ran++
			return json.RawMessage(`1`), nil
		})}
	r := cutAfter(t, 1, connector.Named{Name: "x", Connector: s})
	r.onPass = func() {
		if r.state.Attempt == 1 {
			s.here, s.away = false, 1
		}
	}
	r.want(r.run(`async () => { try { return await x.pay() } catch (e) { return e.name } }`), `"UnknownOutcomeError"`)
	if ran != 0 {
		t.Errorf("pay ran %d times, want 0", ran)
	}
}

// A policy that retries errors forgets the failed call alone: where the code went
// on from the failure, that has no place without it.
func TestFailureThatTheCodeActedOnStays(t *testing.T) {
	t.Parallel()
	policy := &execution.Retry{MaxAttempts: 2, InitialDelayMs: -1, MaxDelayMs: -1, On: []execution.Kind{execution.KindError}}
	for name, code := range map[string]string{
		"by a call":                `async () => { try { await items.boom() } catch (e) { await items.add_note(e.message); throw e } }`,
		"by a call not waited for": `async () => { const p = items.boom(); p.catch((e) => { items.add_note(e.message) }); await p }`,
		"by a step":                `async () => { try { await items.boom() } catch (e) { await codemode.step("s", () => 1); throw e } }`,
		"by a timer":               `async () => { try { await items.boom() } catch (e) { await new Promise((r) => setTimeout(r, 1)); throw e } }`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, nil)
			res := r.execute(execution.Request{Code: code, Retry: policy})
			if res.Status != execution.Error || !strings.HasPrefix(res.Error, "Code execution failed: connector boom") || r.items.Runs("add_note") > 1 {
				t.Errorf("got %s %q, add_note ran %d times, want the call's own error", res.Status, res.Error, r.items.Runs("add_note"))
			}
		})
	}
}
