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

// carried is code whose first pass ends with completions that no record holds: all
// of them arrive after the retry was asked for, within the grace.
const carried = `async () => {
	const all = await Promise.all([items.sleep({ms: 10}), items.sleep({ms: 20}), x.fail().catch((e) => e.message), x.busy()])
	await items.add_note("b")
	return all.slice(0, 3)
}`

func carrying() *fake {
	busy := inRun(1, retry.After(0, errors.New("busy")), `1`)
	return new(fake).
		on(connector.Method{Name: "fail"}, func(context.Context, connector.Call) (json.RawMessage, error) {
			time.Sleep(30 * time.Millisecond)
			return nil, errors.New("failed")
		}).
		on(connector.Method{Name: "busy"}, func(ctx context.Context, call connector.Call) (json.RawMessage, error) {
			time.Sleep(5 * time.Millisecond)
			return busy(ctx, call)
		})
}

// once fails unless every completion is in exactly one record or in the carry.
func (r *rig) once() {
	r.t.Helper()
	count := map[string]int{}
	records := r.records()
	all := journal.Record{}
	for _, rec := range records {
		all.Done = append(all.Done, rec.Done...)
	}
	if c := r.state.Carry; c != nil && c.After == len(records) {
		all.Done = append(all.Done, c.Done...)
	}
	for _, c := range all.Done {
		if c.Mark.Delivered() {
			count[c.String()]++
		}
	}
	for ref, n := range count {
		if n != 1 {
			r.t.Errorf("%s completed %d times", ref, n)
		}
	}
}

func TestCarriedCompletionsAreThereOnce(t *testing.T) {
	t.Parallel()
	for name, cut := range map[string]int{
		"the next pass goes on":                      0,
		"it dies before its first record":            2,
		"it dies right after its first record":       -2,
		"it dies before its second record, the last": 3,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				store := &cutStore{Store: journal.NewMem(), cutAt: max(cut, -cut), after: cut < 0}
				r := newRig(t, func(c *Config) { c.Store = store }, carrying().named())
				r.want(r.run(carried), `[{"ms":10},{"ms":20},"failed"]`)
				first := r.results[0]
				if first.Status != execution.Retrying || first.Carry == nil || len(first.Carry.Done) != 4 || first.Carry.After != 1 {
					t.Fatalf("first pass: %s, carry %+v", first.Status, first.Carry)
				}
				if s, n := r.items.Runs("sleep"), r.items.Runs("add_note"); s != 2 || n != 1 {
					t.Errorf("sleep ran %d times, add_note %d times, want 2 and 1", s, n)
				}
				r.once()
			})
		})
	}
}

// What is too much for the state is written as a record.
func TestLargeCarryIsARecord(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(c *Config) { c.Grace = 5 * time.Second })
	const code = `async () => { const [s] = await Promise.all([items.big_result(), items.retry_once()]); return s.length }`
	r.want(r.run(code), `1100000`)
	if first := r.results[0]; first.Carry != nil {
		t.Errorf("the settle carries %d completions", len(first.Carry.Done))
	}
	if n := r.items.Runs("big_result"); n != 1 {
		t.Errorf("big_result ran %d times, want 1", n)
	}
	r.once()
}

// The size of a carry is that of all of it: a state cannot be split.
func TestCarryCountsErrorsAndNumbers(t *testing.T) {
	t.Parallel()
	for name, fails := range map[string]string{
		"errors": `Array.from({length: 1500}, () => x.fail({n: 1000}))`,
		"many":   `Array.from({length: 9000}, () => items.nothing())`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := long().on(connector.Method{Name: "busy"}, inRun(1, retry.After(0, errors.New("busy")), `1`))
			r := newRig(t, func(c *Config) { c.Grace = time.Minute }, x.named())
			r.want(r.run(`async () => { await Promise.allSettled([x.busy(), ...`+fails+`]); return 1 }`), `1`)
			if c := r.results[0].Carry; c != nil {
				text, err := json.Marshal(c)
				if err != nil || len(text) > 2*carryBytes {
					t.Errorf("the settle carries %d bytes: %v", len(text), err)
				}
			}
			r.once()
		})
	}
}

// However a pass ends, what had arrived by then is in the journal.
func TestNoEndLosesWhatHasArrived(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]string{
		"a refusal":         `const o = {}; o.o = o; await items.echo(o)`,
		"runaway recursion": `const f = () => f(); f()`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				free := make(chan struct{})
				x := new(fake).on(connector.Method{Name: "pay"}, func(context.Context, connector.Call) (json.RawMessage, error) {
					<-free
					return json.RawMessage(`"paid"`), nil
				})
				r := newRig(t, nil, x.named())
				o := held(r, "echo", func() { close(free); synctest.Wait() })
				res, err := r.watched(t.Context(), o, execution.Request{Code: `async () => { const p = x.pay(); await items.echo(1); ` + end + ` }`})
				if err != nil || res.Status != execution.Error {
					t.Fatalf("got %s, %v", res.Status, err)
				}
				if got := strings.Join(r.states(), " "); got != "x.pay applied items.echo applied" {
					t.Errorf("entries %s, %+v", got, fmt.Sprint(res.Carry))
				}
			})
		})
	}
}
